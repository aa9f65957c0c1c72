// ES256 signatures over bytes: COSE_Sign1 (RFC 9052), in the one form that signed codes have, checked by WebCrypto.
import { Unreadable, same, utf8 } from "./bytes.js";
import * as cbor from "./cbor.js";

export const ES256 = { name: "ECDSA", hash: "SHA-256" };
const P256 = { name: "ECDSA", namedCurve: "P-256" };
const TAG = 0xd2;
/** The protected headers: {1: -7} whole, and {1: -7, 4: …} up to the eight bytes of the key id. */
export const UNNAMED = [0xa1, 0x01, 0x26];
const NAMED = [0xa2, 0x01, 0x26, 0x04, 0x48];
const KEY_ID = 8;
/** What stands before a P-256 point in its SubjectPublicKeyInfo. */
const SPKI = [0x30, 0x59, 0x30, 0x13, 0x06, 0x07, 0x2a, 0x86, 0x48, 0xce, 0x3d, 0x02, 0x01,
  0x06, 0x08, 0x2a, 0x86, 0x48, 0xce, 0x3d, 0x03, 0x01, 0x07, 0x03, 0x42, 0x00];

/** Return a COSE_Sign1's parts; nothing of them is believed before `signedBy`. `keyId` is null where the payload names the key. */
export function read(data) {
  if (data[0] !== TAG) throw new Unreadable();
  const parts = cbor.read(data.subarray(1));
  if (!Array.isArray(parts) || parts.length !== 4) throw new Unreadable();
  const [header, open, payload, signature] = parts;
  const formed = [header, payload, signature].every((part) => part instanceof Uint8Array) && open instanceof Map && open.size === 0;
  if (!formed || signature.length !== 64) throw new Unreadable();
  return { header, keyId: keyIdOf(header), payload, signature };
}

function keyIdOf(header) {
  if (same(header, UNNAMED)) return null;
  if (header.length === NAMED.length + KEY_ID && same(header.subarray(0, NAMED.length), NAMED)) return header.subarray(NAMED.length);
  throw new Unreadable();
}

/** Return whether a key signed this payload for this use; an HCERT's use is the empty text. */
export function signedBy(signed, key, use = "") {
  return crypto.subtle.verify(ES256, key, signed.signature, toBeSigned(signed.header, use, signed.payload));
}

export function toBeSigned(header, use, payload) {
  return Uint8Array.from(cbor.array(cbor.text("Signature1"), cbor.bytes(header), cbor.bytes(utf8(use)), cbor.bytes(payload)));
}

/** Return the key that verifies, of an uncompressed point; throws Unreadable if it is not on the curve. */
export async function publicKey(point) {
  if (point.length !== 65) throw new Unreadable();
  try {
    return await crypto.subtle.importKey("raw", point, P256, true, ["verify"]);
  } catch {
    throw new Unreadable();
  }
}

/** Return a key's name: the first eight bytes of the SHA-256 of its SubjectPublicKeyInfo. */
export async function keyId(point) {
  const digest = await crypto.subtle.digest("SHA-256", Uint8Array.from([...SPKI, ...point]));
  return new Uint8Array(digest, 0, KEY_ID);
}
