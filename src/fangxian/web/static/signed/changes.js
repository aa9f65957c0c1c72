// The gates' file of changes: whose colour changed since their credential was signed, and which papers no longer count.
// An entry is 13 bytes: 8 of the token id, 4 of the instant, 1 of the state; sorted by token id, found by halving where they lie.
import { Unreadable, hex, number } from "./bytes.js";
import * as cose from "./cose.js";
import { Refused, couldSign, isRevoked, listed } from "./trust.js";

export const REVOKED = "revoked";
const STATES = ["green", "yellow", "orange", "red", REVOKED];
const TOKEN = 8, ENTRY = 13;

/** Return the changes in a file; throws Refused or Unreadable unless they are the region's own and no older than some seen before. */
export async function readChanges(data, { trust, at, newestSeen = 0 }) {
  const signed = cose.read(data);
  const key = signed.keyId && trust.keys.get(hex(signed.keyId));
  const believed = key && key.regionCode === trust.regionCode && !isRevoked(key, at);
  if (!believed || !(await cose.signedBy(signed, key.public, "fangxian changes"))) throw new Refused("signer");
  const { regionCode, sequence, issuedAt, rest: entries } = listed(signed.payload);
  if (regionCode !== trust.regionCode || !(entries instanceof Uint8Array)) throw new Unreadable();
  checkEntries(entries);
  if (!couldSign(key, issuedAt)) throw new Refused("signer");
  if (sequence < newestSeen) throw new Refused("older");
  return { regionCode, sequence, issuedAt, entries };
}

/** Return what became of a token: `{state, sinceAt}`, or null if nothing did. */
export function changeOf(changes, tokenId) {
  let low = 0, high = changes.entries.length / ENTRY;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (compare(changes.entries, middle * ENTRY, tokenId, 0) < 0) low = middle + 1;
    else high = middle;
  }
  const start = low * ENTRY;
  if (start === changes.entries.length || compare(changes.entries, start, tokenId, 0) !== 0) return null;
  return { state: STATES[changes.entries[start + ENTRY - 1]], sinceAt: sinceOf(changes.entries, start) };
}

const sinceOf = (entries, start) => number(entries.subarray(start + TOKEN, start + ENTRY - 1));

/** Compare two token ids where they lie, by the bytes that an entry has of them. */
function compare(one, start, other, otherStart) {
  for (let byte = 0; byte < TOKEN; byte++) {
    const difference = one[start + byte] - other[otherStart + byte];
    if (difference) return difference;
  }
  return 0;
}

/** Refuse entries that are not whole, sorted, each token once, with a known state and an instant. */
function checkEntries(entries) {
  if (entries.length % ENTRY) throw new Unreadable();
  for (let start = 0; start < entries.length; start += ENTRY) {
    const sorted = start === 0 || compare(entries, start, entries, start - ENTRY) > 0;
    if (!sorted || entries[start + ENTRY - 1] >= STATES.length || sinceOf(entries, start) === 0) throw new Unreadable();
  }
}
