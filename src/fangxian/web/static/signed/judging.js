// From a credential whose signatures are right to a verdict: its time, the gate's memory, and the gate's files.
// Instants are seconds since 1970 by this gate's clock; `limits` are the server's, in seconds.
import { REVOKED, changeOf } from "./changes.js";
import { isRevoked } from "./trust.js";

/** Return the verdict on a reading; `gate` holds `{trust, changes, seen, limits}`, `changes` null where it has none. */
export function judge(reading, gate, at) {
  const verdict = (outcome, more = {}) => ({ outcome, passes: false, ...ages(gate, at), ...more });
  if (reading.refused) return verdict(reading.refused);
  const { credential } = reading;
  const { refused, clockOffBy } = untimely(reading, gate, at);
  if (refused) return verdict(refused, { credential, clockOffBy });
  const change = gate.changes && changeOf(gate.changes, credential.tokenId);
  if (change?.state === REVOKED && change.sinceAt <= at) return verdict("revoked", { credential });
  // A credential that was signed after the change knows of it; only an older one is corrected.
  const corrected = Boolean(change) && credential.issuedAt <= change.sinceAt && change.sinceAt <= at;
  const colour = corrected ? change.state : credential.colour;
  const changed = colour !== credential.colour;
  const outcome = reading.key.regionCode === gate.trust.regionCode ? "colour" : "elsewhere";
  return verdict(outcome, { credential, colour, changed, passes: outcome === "colour" && colour === "green" });
}

/** Return why a code does not count at this instant, if it does not, and by how much this gate's clock is off, if it is. */
function untimely({ credential, key, signedAt }, { seen, limits }, at) {
  if (isRevoked(key, at)) return { refused: "revoked" };
  const onPaper = credential.phoneKey === null;
  if (!onPaper && signedAt === null) return { refused: "screenshot" };
  const clockOffBy = onPaper ? null : seen.clockOffBy(credential.tokenId, at - signedAt);
  const newest = Math.max(onPaper ? at : signedAt, credential.issuedAt);
  if (clockOffBy !== null || newest > at + limits.allowed_clock_skew) return { refused: "clock", clockOffBy };
  if (!onPaper && at - signedAt > limits.code_good_for) return { refused: "screenshot" };
  if (at >= credential.validUntil) return { refused: "expired" };
  if (!onPaper && seen.again(credential.tokenId, signedAt, at)) return { refused: "replay" };
  return {};
}

/** Return how old the gate's files are, and whether what it knows is older than a day credential can be: the trust list is signed
 * where the root key is brought out, so the file of changes says how fresh the gate is, where there is one. */
function ages({ trust, changes, limits }, at) {
  const trustAge = at - trust.issuedAt;
  const changesAge = changes ? at - changes.issuedAt : null;
  return { trustAge, changesAge, filesAreOld: (changesAge ?? trustAge) > limits.files_old_after };
}
