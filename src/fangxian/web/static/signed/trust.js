// The trust list: whose signatures a gate believes, signed by a root key that the gate was given by hand.
import { Unreadable, hex } from "./bytes.js";
import * as cbor from "./cbor.js";
import { instant } from "./claims.js";
import * as cose from "./cose.js";

/** A file that is well formed and not to be used: not signed by whom it must be, or older than one seen before. */
export class Refused extends Error {}

/** Return the list in a file; `root` is the root key's point. Throws Refused or Unreadable. */
export async function readTrust(data, { root, newestSeen = 0 }) {
  const signed = cose.read(data);
  if (!(await cose.signedBy(signed, await cose.publicKey(root), "fangxian trust list"))) throw new Refused("root");
  const { regionCode, sequence, issuedAt, rest: rows } = listed(signed.payload);
  if (!Array.isArray(rows)) throw new Unreadable();
  const keys = await Promise.all(rows.map(trustedKey));
  if (sequence < newestSeen) throw new Refused("older");
  return { regionCode, sequence, issuedAt, keys: new Map(keys.map((key) => [key.keyId, key])) };
}

/** Return what both of a gate's files begin with: region, sequence and issue, and the one value after them. */
export function listed(payload) {
  const values = cbor.read(payload);
  if (!Array.isArray(values) || values.length !== 4) throw new Unreadable();
  const [regionCode, sequence, issued, rest] = values;
  if (typeof regionCode !== "string" || !["number", "bigint"].includes(typeof sequence)) throw new Unreadable();
  return { regionCode, sequence, issuedAt: instant(issued), rest };
}

async function trustedKey(row) {
  if (!Array.isArray(row) || row.length !== 5) throw new Unreadable();
  const [regionCode, point, notBefore, notAfter, revoked] = row;
  if (typeof regionCode !== "string" || !(point instanceof Uint8Array)) throw new Unreadable();
  const key = await cose.publicKey(point);
  const times = { notBefore: instant(notBefore), notAfter: instant(notAfter), revokedAt: revoked === 0 ? null : instant(revoked) };
  return { keyId: hex(await cose.keyId(point)), regionCode, public: key, ...times };
}

export const couldSign = (key, issuedAt) => key.notBefore <= issuedAt && issuedAt < key.notAfter;
export const isRevoked = (key, at) => key.revokedAt !== null && at >= key.revokedAt;
