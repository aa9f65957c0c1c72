// The claims of a credential: the CWT payload (RFC 8392) inside an HCERT becomes plain values, or is refused as a whole.
import { Unreadable } from "./bytes.js";
import * as cbor from "./cbor.js";

const LEVELS = { green: "00", yellow: "01", orange: "01", red: "10" };
const LONGEST_NAME = 8;

/** Return the instant that a value is, in whole seconds since 1970; throws Unreadable for what is none. */
export function instant(value) {
  if (!Number.isInteger(value) || value <= 0 || value > 0xffffffff) throw new Unreadable();
  return value;
}

/** Return whether a text can be printed: no controls, no separators but the plain space. */
export const printable = (text) => !/[\p{C}\p{Z}]/u.test(text.replaceAll(" ", ""));

/** Return a map's values under these keys; throws Unreadable unless it has them all, and nothing besides. */
function exactly(map, ...keys) {
  if (!(map instanceof Map) || map.size !== keys.length || !keys.every((key) => map.has(key))) throw new Unreadable();
  return keys.map((key) => map.get(key));
}

const bytesOf = (value, length) => value instanceof Uint8Array && value.length === length;

/** Return the credential of a payload; `phoneKey` is null on paper. */
export function read(payload) {
  const claims = cbor.read(payload);
  const onPaper = claims instanceof Map && !claims.has(8);
  const [country, until, issued, tokenId, cert, holder] = exactly(claims, ...[1, 4, 6, 7, -260], ...(onPaper ? [] : [8]));
  const [said] = exactly(cert, -7);
  const [colour, level, name, region, until2, paper] = exactly(said, "c", "l", "n", "r", "vu", ...(onPaper ? ["p"] : []));
  const named = typeof name === "string" && name.length > 0 && [...name].length <= LONGEST_NAME && printable(name);
  const placed = typeof region === "string" && /^[0-9]{6}$/.test(region);
  const coloured = typeof colour === "string" && Object.hasOwn(LEVELS, colour) && LEVELS[colour] === level;
  if (country !== "CN" || until2 !== until || !bytesOf(tokenId, 16) || !named || !placed || !coloured || (onPaper && paper !== 1)) {
    throw new Unreadable();
  }
  const common = { tokenId, regionCode: region, colour, maskedName: name, issuedAt: instant(issued), validUntil: instant(until) };
  return { ...common, phoneKey: onPaper ? null : phoneKey(holder) };
}

function phoneKey(holder) {
  const [key] = exactly(holder, 1);
  const [kind, curve, x, y] = exactly(key, 1, -1, -2, -3);
  if (kind !== 2 || curve !== 1 || !bytesOf(x, 32) || !bytesOf(y, 32)) throw new Unreadable();
  return Uint8Array.from([4, ...x, ...y]);
}
