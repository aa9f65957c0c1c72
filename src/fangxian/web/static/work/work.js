// A worker's day on a phone: the round is fetched once, knocks are kept and sent when there is a network.
import { draw } from "./drawing.js";
import { forgetAll, forgetKnock, forgetSent, keepPhone, keepRound, keptKnocks, keptPhone, keptRound } from "./kept.js";
import { show } from "./knocking.js";
import { nearestFirst, placed } from "./ordering.js";
import { sendKept } from "./sending.js";
import { ask } from "./server.js";
import { now, of, say, speak } from "./words.js";

const at = (id) => document.getElementById(id), MINUTE = 60_000;
const STATES = { waiting: "work.state_waiting", sent: "work.state_sent", conflict: "work.state_conflict", refused: "work.state_refused" };
const SHUT_OUT = "fangxian-work-shut-out";
let kept = null, knocks = [], here = null, busy = false, again = false, said = () => "", network = true, known = true;

const clock = (ms) => new Date(ms).toLocaleString(now() === "zh" ? "zh-CN" : "en-GB", { month: "numeric", day: "numeric", hour: "2-digit", minute: "2-digit" });
const distance = (m) => (m === null ? say("work.no_place") : m < 1000 ? `${Math.round(m / 10) * 10} m` : `${(m / 1000).toFixed(1)} km`);

function age() {
  if (!kept?.round) return say(kept?.over ? "work.over" : "work.no_list");
  const minutes = Math.floor((Date.now() - kept.fetchedMs) / MINUTE);
  return minutes < 60 ? say("work.age_minutes", { minutes }) : say("work.age_hours", { hours: Math.floor(minutes / 60) });
}

function element(name, className, text) {
  const made = document.createElement(name);
  made.className = className; made.textContent = text;
  return made;
}

async function render() {
  knocks = await keptKnocks();
  const waiting = knocks.filter((knock) => knock.state === "waiting" || !knock.pictured).length;
  at("network").textContent = say(network ? "work.online" : "work.offline"); at("network").className = network ? "on" : "off";
  at("age").textContent = age(); at("age").className = kept?.round && Date.now() - kept.fetchedMs > 12 * 60 * MINUTE ? "off" : "";
  at("waiting").textContent = say("work.waiting", { knocks: waiting }); at("waiting").className = waiting ? "off" : "";
  at("notice").textContent = said(); at("notice").hidden = !said();
  at("log-in").hidden = known;
  at("begin").textContent = say(kept?.round ? "work.again" : "work.begin");
  renderConflicts();
  renderStops();
}

function renderConflicts() {
  const against = knocks.filter((knock) => knock.state === "conflict" || knock.state === "refused");
  at("conflicts").hidden = !against.length;
  at("conflict-list").replaceChildren(...against.map((knock) => {
    const row = element("li", "", ""), what = element("span", "", `${clock(knock.kept_ms)} · ${say(`outcome.${knock.outcome}`)}`), seen = element("button", "quiet", say("work.seen"));
    row.append(what, element("span", "why", of(knock.said) || say("work.not_taken")), seen);
    seen.type = "button";
    seen.onclick = async () => { await forgetKnock(knock.visit_id); await render(); };
    return row;
  }));
}

function renderStops() {
  const latest = new Map(knocks.map((knock) => [knock.task, knock])), done = new Set(["met", "isolated_at_home", "refused", "moved", "dangerous"]);
  const stops = (kept?.round?.stops ?? []).map((stop) => ({ ...stop, knock: latest.get(stop.task), knocked: done.has(latest.get(stop.task)?.outcome), late: Date.parse(stop.due_at) < Date.now() }));
  const way = [...nearestFirst(stops.filter((stop) => !stop.knocked), here), ...stops.filter((stop) => stop.knocked)];
  draw(at("map"), way, here, { label: say("work.map", { doors: way.filter(placed).length }), choose: open });
  at("left").textContent = kept?.round ? say("work.left", { left: stops.filter((stop) => !stop.knocked).length, all: stops.length }) : "";
  at("stops").replaceChildren(...way.map(card));
}

function card(stop, place) {
  const row = element("li", stop.knocked ? "knocked" : stop.late ? "late" : "", ""), button = element("button", "stop", "");
  button.type = "button";
  const words = element("span", "words", "");
  words.append(element("b", "", stop.full_name ?? say("work.no_name")), element("span", "", stop.address ?? say("work.no_address")), element("small", "", `${of(stop.title)} · ${say("work.due", { at: clock(Date.parse(stop.due_at)) })}`));
  if (stop.knock) words.append(element("small", `kept ${stop.knock.state}`, `${say(`outcome.${stop.knock.outcome}`)} · ${say(STATES[stop.knock.state])}`));
  button.append(element("span", "number", place + 1), words, element("span", "leg", stop.knocked ? "" : distance(stop.leg ?? null)));
  button.onclick = () => open(stop);
  row.append(button);
  return row;
}

function open(stop) {
  show(stop, { due: clock(Date.parse(stop.due_at)), move, whenKept: async () => { await render(); await contact(); } });
}

async function move(stop, act, colleague) {
  const { status, answer } = await ask(`/api/v1/staff/tasks/${encodeURIComponent(stop.task)}/moves`, { body: { do: act, to: act === "give" ? colleague : "", area_code: "" } });
  at("door").close();
  said = () => (status === 200 ? say("work.moved") : status ? of(answer?.error) : say("work.needs_network"));
  if (status === 200) { kept.round.stops = kept.round.stops.filter((each) => each.task !== stop.task); await keepRound(kept.round, kept); }
  await render();
}

/** Ask first whether this phone may keep what it holds, then send what waits. */
async function contact() {
  again = true;
  if (busy) return;
  busy = true;
  try {
    // What was kept while something was being sent goes in the next turn, not in a minute.
    while (again) {
      again = false;
      const token = await keptPhone();
      if (token) await inContact(token);
    }
  } finally {
    busy = false;
    await render();
  }
}

async function inContact(token) {
  const { status } = await ask("/work/standing", { token, within: 6000 });
  network = status !== 0;
  if (status === 410) return shutOut();
  if (status !== 204) return;
  const became = await sendKept(token);
  if (became === "shut_out") return shutOut();
  known = became !== "log_in";
  if (!known) said = () => say("work.log_in");
}

async function shutOut() {
  await forgetAll();
  // That it was, and nothing else, is still said when the page is opened again.
  localStorage.setItem(SHUT_OUT, "yes");
  kept = null; said = () => say("work.shut_out");
}

const position = () => new Promise((resolve) => {
  if (!navigator.geolocation) return resolve(null);
  navigator.geolocation.getCurrentPosition(({ coords }) => resolve({ latitude: coords.latitude, longitude: coords.longitude }), () => resolve(null), { timeout: 5000, maximumAge: 5 * MINUTE });
});

/** Begin the day, or fetch the list anew: what was knocked is sent first, so that nothing on the new list was done already. */
async function begin({ taking = false } = {}) {
  said = () => "";
  here = (await position()) ?? here;
  await contact();
  const shift = await ask("/api/v1/staff/work/shift", { body: here ?? {} });
  if (shift.status !== 201) return refused(shift);
  const took = taking ? await ask("/api/v1/staff/work/take", { body: {} }) : { status: 200 };
  if (took.status !== 200) return refused(took);
  const token = await phoneToken();
  if (!token) return render();
  const { status, answer } = await ask("/api/v1/staff/work/round", { body: {}, token, within: 60_000 });
  if (status === 410) { await shutOut(); return render(); }
  if (status !== 200) return refused({ status, answer });
  await holdRound(answer);
  if (taking) said = () => say("work.taken", { tasks: took.answer.taken });
  return render();
}

/** Return the token of this phone, which is registered the first time; null where that was refused, and was said. */
async function phoneToken() {
  const held = await keptPhone();
  if (held) return held;
  const phone = await ask("/api/v1/staff/work/phone", { body: {} });
  if (phone.status !== 201) { await refused(phone); return null; }
  await keepPhone(phone.answer.token);
  localStorage.removeItem(SHUT_OUT);
  return phone.answer.token;
}

async function holdRound({ stops, fetched_at, ends_at }) {
  await forgetSent();
  const fetchedMs = Date.now();
  network = known = true;
  await keepRound({ stops, here }, { fetchedMs, endsMs: fetchedMs + Date.parse(ends_at) - Date.parse(fetched_at) });
  kept = await keptRound();
}

async function refused({ status, answer }) {
  said = () => (status === 0 ? say("work.needs_network") : status === 401 ? say("work.log_in") : of(answer?.error));
  network = status !== 0; known = status !== 401;
  await render();
}

const guarded = (act) => async (event) => {
  event.target.disabled = true;
  try { await act(); } finally { event.target.disabled = false; }
};

at("begin").addEventListener("click", guarded(() => begin()));
at("take").addEventListener("click", guarded(() => begin({ taking: true })));
at("language").addEventListener("click", async () => { speak(true); await render(); });
addEventListener("online", contact);
addEventListener("offline", async () => { network = false; await render(); });
setInterval(async () => { kept = await keptRound(); await contact(); }, MINUTE);

speak();
kept = await keptRound();
here = kept?.round?.here ?? null;
network = navigator.onLine;
if (localStorage.getItem(SHUT_OUT)) said = () => say("work.shut_out");
await render();
if ("serviceWorker" in navigator) await navigator.serviceWorker.register("/work/worker.js", { scope: "/work" }).catch(() => {});
await contact();
document.body.dataset.ready = "yes";
