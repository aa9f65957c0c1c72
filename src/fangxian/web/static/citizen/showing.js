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

/** Return what the clocks of the code's region write, which are `ahead` of UTC by so many seconds, as ISO 8601: the phone may be elsewhere. */
export function local(ms, ahead) {
  return new Date(ms + ahead * 1000).toISOString();
}

/** Return an instant as those clocks write it: hours and minutes, with the day where it is not today. */
export function clock(ms, ahead) {
  const [day, time] = local(ms, ahead).slice(0, 16).split("T");
  return day === local(Date.now(), ahead).slice(0, 10) ? time : `${day} ${time}`;
}
