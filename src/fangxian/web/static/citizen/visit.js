// Checking in at a place: the camera finds the code on its wall, and the page's form sends it.
import { watch } from "/static/gate/camera.js";

const $ = (id) => document.getElementById(id);
const button = $("camera"), words = $("scanner").dataset, start = button.textContent;
let stop;

function ended() {
  stop?.();
  stop = undefined;
  $("video").hidden = true;
  button.textContent = start;
}

function found(text) {
  if (!text.startsWith("FX2:")) { $("said").textContent = words.wordsOther; return; }
  ended();
  $("code").value = text;
  $("place").requestSubmit();
}

button.addEventListener("click", async () => {
  if (stop) return ended();
  $("said").textContent = "";
  $("video").hidden = false;
  try {
    stop = await watch($("video"), found);
    button.textContent = words.wordsStop;
  } catch {
    ended();
    $("said").textContent = words.wordsNone;
  }
});
$("scanner").hidden = false;
