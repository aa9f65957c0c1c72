// The page without a network: every code that this phone keeps and that has not ended.
import { allKept } from "./keeping.js";
import { clock, showing } from "./showing.js";

const codes = document.getElementById("codes"), words = codes.dataset, ahead = Number(words.ahead);

function card(code) {
  const box = document.createElement("section"), title = document.createElement("h2"), name = document.createElement("span"), qr = document.createElement("div"), until = document.createElement("p");
  box.className = `shown is-${code.colour}`;
  title.className = "colour"; title.textContent = words[`colour${code.colour[0].toUpperCase()}${code.colour.slice(1)}`];
  name.className = "name"; name.textContent = ` ${code.name}`;
  qr.className = "qr";
  until.textContent = `${words.wordsUntil.replace("…", clock(code.validUntil, ahead))} · ${words.wordsOffline.replace("…", clock(code.issuedAt, ahead))} · ${words.wordsZone}`;
  title.append(name); box.append(title, qr, until);
  showing(code, qr);
  return box;
}

const good = (await allKept().catch(() => [])).filter((code) => code.validUntil > Date.now());
if (good.length) codes.replaceChildren(...good.map(card));
else codes.textContent = words.wordsNone;
