// The code on a place's wall, which people scan to check in: whose place it is, where, and who says so until when.
import { Unreadable, hex, unwrap } from "./bytes.js";
import * as cbor from "./cbor.js";
import { instant, printable } from "./claims.js";
import * as cose from "./cose.js";
import { Refused, couldSign, isRevoked } from "./trust.js";

const LONGEST = 60;

/** Return what a place's QR says; throws Unreadable if it is none, Refused("signer") or Refused("ended") if it does not count. */
export async function readPlace(text, trust, at) {
  const { form, body } = unwrap(text);
  if (form !== "FX2:") throw new Unreadable();
  const signed = cose.read(body);
  const key = signed.keyId && trust.keys.get(hex(signed.keyId));
  if (!key || isRevoked(key, at) || !(await cose.signedBy(signed, key.public, "fangxian place"))) throw new Refused("signer");
  const place = placeOf(signed.payload);
  if (!liesIn(place.regionCode, key.regionCode) || !couldSign(key, place.issuedAt)) throw new Refused("signer");
  if (at < place.issuedAt || at >= place.validUntil) throw new Refused("ended");
  return place;
}

const liesIn = (code, area) => /^[0-9]{6}$/.test(code) && code.startsWith(area.replace(/(00)+$/, ""));

function placeOf(payload) {
  const values = cbor.read(payload);
  if (!Array.isArray(values) || values.length !== 7) throw new Unreadable();
  const [placeId, organisation, address, regionCode, issuedBy, issued, until] = values;
  const texts = { placeId, organisation, address, regionCode, issuedBy };
  const said = Object.values(texts).every((text) => typeof text === "string" && text && [...text].length <= LONGEST && printable(text));
  if (!said) throw new Unreadable();
  return { ...texts, issuedAt: instant(issued), validUntil: instant(until) };
}
