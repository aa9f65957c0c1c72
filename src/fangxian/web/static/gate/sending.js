// Scans go to the server once: kept on the device first, sent under their own ids, forgotten when they are acknowledged.
import { forgetScans, keepScan, oldestScans } from "./kept.js";
import { ask } from "./server.js";

const AT_ONCE = 500, ANSWER_WITHIN = 2000, ANSWER_FROM_ABROAD_WITHIN = 12_000, OLDEST = 14 * 86_400_000;
const inFlight = new Set();

/** Return a scan as it is kept: what was shown, when by this device's clock, and what the gate did. */
export function newScan(more) {
  return { scan_id: crypto.randomUUID(), scanned_ms: Date.now(), ...more };
}

/** Keep a scan and try to have it recorded now; that of another region takes the server longer. Returns the server's answer, or null where it must be sent later. */
export async function record(scan, { abroad = false } = {}) {
  inFlight.add(scan.scan_id);
  try {
    await keepScan(scan);
    const within = abroad ? ANSWER_FROM_ABROAD_WITHIN : ANSWER_WITHIN;
    const { status, answer } = await ask("/api/v1/gate/scans", { body: { scans: [asSent(scan)] }, within });
    if (status !== 200) return null;
    await forgetScans([scan]);
    return answer.scans[0];
  } finally {
    inFlight.delete(scan.scan_id);
  }
}

/** Send what is kept; returns false where the server did not take it. */
export async function sendKept() {
  const waiting = (await oldestScans(AT_ONCE + inFlight.size)).filter((scan) => !inFlight.has(scan.scan_id));
  const tooOld = waiting.filter((scan) => Date.now() - scan.scanned_ms > OLDEST);
  await forgetScans(tooOld);
  return sendThese(waiting.filter((scan) => !tooOld.includes(scan)));
}

async function sendThese(scans) {
  if (!scans.length) return true;
  const { status } = await ask("/api/v1/gate/scans", { body: { scans: scans.map(asSent) }, within: 30_000 });
  const refused = status === 400 || status === 413;
  // One that cannot be read must not hold up the others for ever.
  if (refused && scans.length > 1) return (await Promise.all(scans.map((scan) => sendThese([scan])))).every(Boolean);
  if (status === 200 || refused) await forgetScans(scans);
  return status === 200 || refused;
}

/** How long ago it was, not when: so a device whose clock is off still says when it was. */
function asSent({ scanned_ms, ...scan }) {
  return { ...scan, age_s: Math.max(0, (Date.now() - scanned_ms) / 1000) };
}
