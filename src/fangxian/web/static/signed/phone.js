// What a phone does each half minute: sign the credential it holds and the instant, with a key that cannot leave it.
// The key is made by WebCrypto, not extractable, and kept in IndexedDB; the 65 bytes of its public half go to the server.
import { base45, unwrap } from "./bytes.js";
import * as cbor from "./cbor.js";
import { ES256, UNNAMED, toBeSigned } from "./cose.js";

/** Return the text to show: a credential's text and the instant (whole seconds since 1970), signed by the phone's private key. */
export async function show(credential, key, seconds) {
  const payload = cbor.array(cbor.bytes(unwrap(credential).body), cbor.unsigned(seconds));
  const signature = await crypto.subtle.sign(ES256, key, toBeSigned(UNNAMED, "fangxian minute", payload));
  const signed = cbor.array(cbor.bytes(UNNAMED), [0xa0], cbor.bytes(payload), cbor.bytes(new Uint8Array(signature)));
  return "FX1:" + base45([0xd2, ...signed]);
}

/** Return a new pair of keys, and the public half as the server takes it. */
export async function makeKey() {
  const pair = await crypto.subtle.generateKey({ name: "ECDSA", namedCurve: "P-256" }, false, ["sign"]);
  return { key: pair.privateKey, point: new Uint8Array(await crypto.subtle.exportKey("raw", pair.publicKey)) };
}
