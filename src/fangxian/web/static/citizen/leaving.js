// On a page that says who is left on this phone's list: nobody before the log-in, fewer after a deletion.
import { forgetOthers } from "./keeping.js";

forgetOthers(JSON.parse(document.querySelector("[data-places]").dataset.places));
