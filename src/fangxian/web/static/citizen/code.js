// The code's page: has a credential signed when the one that is kept is old, shows it, and says when it ends.
import { forgetOthers, keep, kept } from "./keeping.js";
import { clock, local, showing } from "./showing.js";
import { makeKey } from "/static/signed/phone.js";

const AGAIN_AFTER_MS = 15 * 60_000, TRY_AGAIN_MS = 20_000;
const shown = document.getElementById("shown"), box = document.getElementById("qr"), hint = document.getElementById("hint");
const place = Number(shown.dataset.place), since = shown.dataset.since, ahead = Number(shown.dataset.ahead), words = shown.dataset, live = hint.textContent;
let drawing;

const base64 = (bytes) => btoa(String.fromCharCode(...bytes)).replaceAll("+", "-").replaceAll("/", "_");

/**
 * Have the code signed for a new key: yesterday's and today's then have nothing in common. `lasting` is a code that is still good:
 * whoever has one says until when, and waits where too many ask at once.
 */
async function signed(lasting) {
  const { key, point } = await makeKey();
  const answer = await fetch(`/api/v1/me/${place}/credential`, {
    method: "POST",
    headers: { "Content-Type": "application/json", ...(lasting && { "Code-Ends": String(Math.floor(lasting.validUntil / 1000)) }) },
    body: JSON.stringify({ phone_key: base64(point) }),
  });
  if (!answer.ok) throw new Error(String(answer.status));
  const { text, colour, valid_until } = await answer.json();
  const name = shown.querySelector(".name").textContent;
  return { place, since, name, credential: text, key, colour, validUntil: Date.parse(valid_until), issuedAt: Date.now() };
}

function begin(code, note) {
  drawing?.stop();
  hint.textContent = note;
  shown.classList.remove("is-stale");
  document.getElementById("until").textContent = words.wordsUntil.replace("…", clock(code.validUntil, ahead));
  drawing = showing(code, box);
}

async function refresh() {
  const there = await kept(place).catch(() => undefined);
  const before = there?.since === since ? there : undefined;  // another of the family was at this place before
  const now = Date.now();
  const lasts = before && before.validUntil > now && before.colour === shown.dataset.colour;
  if (lasts && now - before.issuedAt < AGAIN_AFTER_MS) return begin(before, live);
  try {
    const fresh = await signed(lasts && before);
    await keep(fresh);
    if (fresh.colour !== shown.dataset.colour && shown.dataset.colour !== "none") return location.reload();
    begin(fresh, live);
  } catch (problem) {
    if (before && before.validUntil > now) begin(before, words.wordsOffline.replace("…", clock(before.issuedAt, ahead)));
    else { hint.textContent = before ? words.wordsEnded : words.wordsFailed; shown.classList.add("is-stale"); drawing?.stop(); }
    setTimeout(refresh, TRY_AGAIN_MS);
  }
}

setInterval(() => { document.getElementById("clock").textContent = local(Date.now(), ahead).slice(11, 19); }, 250);
setInterval(refresh, AGAIN_AFTER_MS);
document.addEventListener("visibilitychange", () => { if (!document.hidden) refresh(); });
forgetOthers(JSON.parse(shown.dataset.places));
navigator.serviceWorker?.register("/me/worker.js", { scope: "/me" }).catch(() => {});
refresh();
