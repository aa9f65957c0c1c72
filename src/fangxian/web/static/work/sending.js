// Knocks go to the server once: kept first, sent under their own ids, and what stood against one is kept with it.
import { keptKnocks, pictureOf, settleKnock } from "./kept.js";
import { ask } from "./server.js";

/** Send what waits, the oldest first. Returns "done", "later" without a network, "log_in" or "shut_out". */
export async function sendKept(token) {
  for (const knock of await keptKnocks()) {
    const became = knock.state === "waiting" ? await send(knock, token) : "done";
    const pictured = became === "done" ? await sendPicture(knock, token) : became;
    if (pictured !== "done") return pictured;
  }
  return "done";
}

async function send(knock, token) {
  const { task, visit_id, outcome, note, moved_to, kept_ms } = knock;
  const body = { task, visit_id, outcome, note, moved_to, age_s: Math.max(0, (Date.now() - kept_ms) / 1000) };
  const { status, answer } = await ask("/api/v1/staff/work/knocks", { body, token });
  if (status === 200) await settleKnock(visit_id, answer.conflict ? { state: "conflict", said: answer.said } : { state: "sent" });
  // What is refused for good is shown with the reason, and holds up no other.
  else if ([403, 409, 422].includes(status)) await settleKnock(visit_id, { state: "refused", said: answer?.error ?? null, pictured: true });
  else return status === 410 ? "shut_out" : status === 401 ? "log_in" : "later";
  knock.state = status === 200 ? "sent" : "refused";
  return "done";
}

async function sendPicture(knock, token) {
  if (knock.pictured || knock.state === "refused") return "done";
  const picture = await pictureOf(knock.visit_id);
  if (!picture) return "done";
  const { status } = await ask(`/api/v1/staff/work/photographs/${knock.visit_id}`, { bytes: picture, token, task: knock.task, within: 60_000 });
  if (status === 410) return "shut_out";
  if (status === 401) return "log_in";
  if (status !== 204 && ![403, 409, 413, 422].includes(status)) return "later";
  await settleKnock(knock.visit_id, { pictured: true });
  return "done";
}
