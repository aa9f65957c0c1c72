// From a scanned text to a credential whose signatures are right: everything that asks neither the time nor the gate's memory.
// Signatures come before what they sign: nothing of a credential is read before its signature is found right.
import { Unreadable, hex, unwrap } from "./bytes.js";
import * as cbor from "./cbor.js";
import * as claims from "./claims.js";
import * as cose from "./cose.js";
import { couldSign } from "./trust.js";

/** Return `{credential, key, signedAt}`, or `{refused}`: damaged, foreign or forged. Throws nothing, whatever the text. */
export async function read(text, trust) {
  try {
    return await readStrictly(text, trust);
  } catch (error) {
    if (error instanceof Unreadable) return { refused: "damaged" };
    throw error;
  }
}

async function readStrictly(text, trust) {
  const { form, body } = unwrap(text);
  if (form === "FX2:") throw new Unreadable();
  const minute = form === "FX1:" ? minuteOf(body) : null;
  const signed = cose.read(minute ? minute.credential : body);
  if (signed.keyId === null) throw new Unreadable();
  const key = trust.keys.get(hex(signed.keyId));
  if (!key) return { refused: "foreign" };
  if (!(await cose.signedBy(signed, key.public))) return { refused: "forged" };
  const credential = claims.read(signed.payload);
  // A key speaks for its own region and its own time; whoever steals one cannot speak for another.
  if (credential.regionCode !== key.regionCode || !couldSign(key, credential.issuedAt)) return { refused: "forged" };
  if (minute && !(await byItsPhone(minute, credential))) return { refused: "forged" };
  return { credential, key, signedAt: minute ? minute.signedAt : null };
}

/** Return what a phone signed, its signature not yet checked. */
function minuteOf(body) {
  const signed = cose.read(body);
  const values = cbor.read(signed.payload);
  if (signed.keyId !== null || !Array.isArray(values) || values.length !== 2 || !(values[0] instanceof Uint8Array)) throw new Unreadable();
  return { signed, credential: values[0], signedAt: claims.instant(values[1]) };
}

async function byItsPhone(minute, credential) {
  if (!credential.phoneKey) throw new Unreadable();
  return cose.signedBy(minute.signed, await cose.publicKey(credential.phoneKey), "fangxian minute");
}
