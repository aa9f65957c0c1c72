// Shows a kept code: signs the minute anew every half minute and draws it.
import { correction, generate } from "/static/vendor/lean-qr.mjs";
import { show } from "/static/signed/phone.js";

const ANEW_MS = 30_000;

/** Draw a code into `box` until `stop()` is called: `redrawn` is told after each drawing. */
export function showing(code, box, redrawn = () => {}) {
  let timer;
  const draw = async () => {
    const text = await show(code.credential, code.key, Math.floor(Date.now() / 1000));
    const canvas = document.createElement("canvas");
    generate(text, { minCorrectionLevel: correction.M, maxCorrectionLevel: correction.M }).toCanvas(canvas, { padX: 2, padY: 2 });
    box.dataset.text = text;
    box.replaceChildren(canvas);
    redrawn();
  };
  draw();
  timer = setInterval(draw, ANEW_MS);
  return { stop: () => clearInterval(timer) };
}

/** Return an instant as this phone's clock writes it: hours and minutes, with the day where it is not today. */
export function clock(ms) {
  const at = new Date(ms), pad = (n) => String(n).padStart(2, "0");
  const day = at.toDateString() === new Date().toDateString() ? "" : `${at.getFullYear()}-${pad(at.getMonth() + 1)}-${pad(at.getDate())} `;
  return `${day}${pad(at.getHours())}:${pad(at.getMinutes())}`;
}
