// The gate's page: scans come from the camera or the text field, the verdict fills the screen, with or without a network.
import { judge } from "../signed/judging.js";
import { read } from "../signed/reading.js";
import { Seen } from "../signed/seen.js";
import { watch } from "./camera.js";
import { files, readKept, refresh } from "./files.js";
import { held, hold, keepScan, scansKept } from "./kept.js";
import { newScan, record, sendKept } from "./sending.js";
import { ask, use } from "./server.js";
import { hideVerdict, showVerdict } from "./verdict.js";
import { language, say, sayOld, sayOutcome, speak } from "./words.js";

const EVERY = 5000;
const $ = (id) => document.getElementById(id);
const state = { config: null, seen: null, online: false, refused: null, stopCamera: null, keepingUp: false };
const now = () => Date.now() / 1000;

/** Judge a text here, have it judged and recorded there if there is a network, and show which of the two decided. */
async function scan(text) {
  if (!files.trust || !state.config) return notice(say("gate.no_files"));
  const temperature_c = takeTemperature();
  const gate = { trust: files.trust, changes: files.changes, seen: state.seen, limits: state.config.limits };
  const here = judge(await read(text, files.trust), gate, now());
  const fever = temperature_c !== null && temperature_c >= state.config.fever_line_c;
  const sent = newScan({ text, temperature_c, did: here.passes && !fever ? "passed" : "refused" });
  const abroad = here.outcome === "elsewhere" || here.outcome === "foreign";
  const there = state.online ? await recordLive(sent, { fever, abroad }) : (await keepScan(sent), null);
  const shown = there ?? { ...here, masked_name: here.credential?.maskedName };
  show({ ...shown, fever, old: here.filesAreOld }, there !== null, text);
  paintState();
}

/** A scan that the server decides says nothing of what the gate did, unless the thermometer had the last word. */
async function recordLive({ did, ...scan }, { fever, abroad }) {
  if (abroad && !fever) notice(say("gate.asking_elsewhere"));
  const answer = await record(fever ? { ...scan, did: "refused" } : scan, { abroad });
  if (abroad) notice();
  if (answer) return answer;
  state.online = false;
  await keepScan({ ...scan, did });
  return null;
}

/** Show a verdict; `text` is the code of whoever stands there, who is let through under it if they must be. */
function show(verdict, recorded, text = null) {
  const decided = verdict.outcome === "colour" || verdict.outcome === "recognised";
  const elsewhere = verdict.outcome === "elsewhere";
  const passes = verdict.passes && !verdict.fever;
  // A fever is shown in the place of a colour that would have passed, never of a worse one.
  const hot = verdict.fever && decided && verdict.colour === "green";
  const said = hot ? say("gate.fever") : (verdict.words?.[language()] ?? sayOutcome(verdict.outcome, verdict.colour));
  state.refused = passes ? null : text;
  const short = hot ? "gate.fever_short" : elsewhere ? "gate.elsewhere_short" : decided && verdict.colour ? `gate.${verdict.colour}` : "gate.no_colour";
  showVerdict({
    className: hot ? "yellow" : decided && verdict.colour ? verdict.colour : "none",
    colour: say(short),
    act: say(passes ? "gate.passes" : "gate.stops"),
    name: [verdict.masked_name, verdict.region].filter(Boolean).join(" · "),
    said: verdict.old && !recorded ? `${said} ${sayOld()}` : said,
    by: say(recorded ? "gate.decided_there" : "gate.decided_here"),
    passes,
  });
}

function takeTemperature() {
  const field = $("temperature");
  const read = field.value && field.checkValidity() ? Number(field.value) : null;
  field.value = "";
  return read;
}

/** Let somebody through whatever the colour: whoever was refused and still stands before the guard, by their code, else nobody known. */
async function emergency(reason) {
  const text = state.refused;
  state.refused = null;
  $("reasons").close();
  const sent = newScan({ ...(text && { text }), emergency: reason, did: "emergency" });
  showVerdict({ className: "emergency", colour: say(`gate.${reason}`), act: say("gate.passes"), said: say("gate.emergency_said"), passes: true });
  if (!(state.online && (await record(sent)))) await keepScan(sent);
  paintState();
}

/** Register somebody by their papers: asked of the server at once, and kept nowhere on this device. */
async function withoutPhone() {
  const scanned = newScan({ temperature_c: takeTemperature() });
  const { scanned_ms, ...sent } = scanned;
  const fever = scanned.temperature_c !== null && scanned.temperature_c >= state.config.fever_line_c;
  const papers = { id_type: $("id-type").value, id_number: $("id-number").value };
  $("papers-form").reset();
  $("papers").close();
  const body = { ...sent, ...papers, age_s: 0, ...(fever ? { did: "refused" } : {}) };
  const { status, answer } = await ask("/api/v1/gate/without-phone", { body });
  if (status === 200) show({ ...answer.scans[0], fever }, true);
  else notice(status === 0 ? say("gate.needs_network") : answer.problem[language()]);
}

function notice(words) {
  $("notice").textContent = words ?? "";
  $("notice").hidden = !words;
}

async function paintState() {
  $("network").textContent = say(state.online ? "gate.online" : "gate.offline");
  $("network").className = state.online ? "on" : "off";
  $("waiting").textContent = await scansKept();
  for (const name of ["trust", "changes"]) {
    const age = files[name] ? now() - files[name].issuedAt : null;
    const hours = age !== null && age >= 5400;
    $(`${name}-age`).textContent = age === null ? say("gate.never")
      : `${Math.max(0, Math.round(age / (hours ? 3600 : 60)))} ${say(hours ? "gate.hours" : "gate.minutes")}`;
    $(`${name}-age`).classList.toggle("old", age === null || (name === "changes" && age > (state.config?.limits.files_old_after ?? Infinity)));
  }
}

/** Fetch what is new, send what is kept; again and again. */
async function keepUp() {
  if (state.keepingUp) return;
  state.keepingUp = true;
  try {
    state.online = navigator.onLine && (await refresh()) && (await sendKept());
  } finally {
    state.keepingUp = false;
  }
  await paintState();
}

async function configure() {
  const { status, answer } = await ask("/gate/config.json");
  if (status === 200) await hold("config", answer);
  if (status === 401) notice(answer.problem[language()]);
  state.config = await held("config");
  if (!state.config) return;
  state.seen ??= new Seen(state.config.limits);
  $("place").textContent = state.config.place_name;
}

/** Open this device with the code in the link; the code stands behind the #, so it is in no log. */
async function open() {
  const code = new URLSearchParams(location.hash.slice(1)).get("code");
  if (code) {
    const { status, answer } = await ask("/gate/open", { body: { code } });
    if (status === 200) {
      await hold("token", answer.token);
      await hold("root", Uint8Array.from(answer.root.match(/../g), (pair) => parseInt(pair, 16)));
    } else if (status) notice(answer.problem[language()]);
    if (status) history.replaceState(null, "", location.pathname);
  }
  const token = await held("token");
  if (!token) return void ($("notice").hidden && notice(say("gate.not_opened")));
  use(token);
  await configure();
  await readKept();
  await keepUp();
  setInterval(keepUp, EVERY);
}

function listen() {
  $("scan").addEventListener("submit", (event) => {
    event.preventDefault();
    const text = $("text").value.replace(/[\r\n]+$/, "");
    $("text").value = "";
    if (text) scan(text);
  });
  $("language").addEventListener("click", () => { speak(language() === "zh" ? "en" : "zh"); paintState(); });
  $("camera").addEventListener("click", toggleCamera);
  $("without-phone").addEventListener("click", () => (state.online ? $("papers").showModal() : notice(say("gate.needs_network"))));
  $("papers-form").addEventListener("submit", (event) => { event.preventDefault(); withoutPhone(); });
  // Once the next person may have come, the one who was refused is not taken for whoever has the emergency.
  $("emergency").addEventListener("click", () => { state.refused = null; $("reasons").showModal(); });
  $("verdict").querySelector(".anyway").addEventListener("click", () => { hideVerdict(); $("reasons").showModal(); });
  for (const button of $("reasons").querySelectorAll("[value]")) button.addEventListener("click", () => emergency(button.value));
  for (const button of document.querySelectorAll("[data-close]")) button.addEventListener("click", () => button.closest("dialog").close());
  addEventListener("online", keepUp);
  addEventListener("offline", () => { state.online = false; paintState(); });
}

async function toggleCamera() {
  if (state.stopCamera) state.stopCamera();
  try {
    state.stopCamera = state.stopCamera ? null : await watch($("video"), scan);
  } catch {
    notice(say("gate.camera_none"));
  }
  $("camera").dataset.say = state.stopCamera ? "gate.camera_stop" : "gate.camera_start";
  speak();
}

speak();
listen();
await open();
if ("serviceWorker" in navigator) await navigator.serviceWorker.register("/gate/worker.js", { scope: "/gate" });
document.documentElement.dataset.ready = "yes";
