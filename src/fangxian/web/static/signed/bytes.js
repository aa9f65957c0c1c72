// Bytes and text of the signed code: Base45 (RFC 9285), zlib's stored block, and one error for whatever has no canonical reading.

const ALPHABET = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ $%*+-./:";
const VALUES = new Map([...ALPHABET].map((letter, value) => [letter, value]));
const LONGEST_TEXT = 1200;
const STORED = [0x78, 0x01, 0x01];
const HEAD = STORED.length + 4, TAIL = 4;

/** What was read is not a signed code or file of ours; says nothing of what it holds. */
export class Unreadable extends Error {}

export const utf8 = (text) => new TextEncoder().encode(text);
export const hex = (bytes) => Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
export const number = (bytes) => bytes.reduce((sum, byte) => sum * 256 + byte, 0);
export const same = (one, other) => one.length === other.length && one.every((byte, place) => byte === other[place]);

/** Return the kind of code ("HC1:", "FX1:", "FX2:") and the signed bytes of a QR's text. */
export function unwrap(text) {
  const form = text.slice(0, 4);
  if (text.length > LONGEST_TEXT || !["HC1:", "FX1:", "FX2:"].includes(form)) throw new Unreadable();
  const body = fromBase45(text.slice(4));
  return { form, body: form === "HC1:" ? fromStored(body) : body };
}

export function base45(bytes) {
  let text = "";
  for (let at = 0; at < bytes.length; at += 2) {
    const pair = at + 1 < bytes.length;
    const value = pair ? bytes[at] * 256 + bytes[at + 1] : bytes[at];
    text += ALPHABET[value % 45] + ALPHABET[Math.floor(value / 45) % 45] + (pair ? ALPHABET[Math.floor(value / 2025)] : "");
  }
  return text;
}

function fromBase45(text) {
  const bytes = [];
  for (let at = 0; at < text.length; at += 3) {
    const [low, middle, high] = [0, 1, 2].map((place) => VALUES.get(text[at + place]));
    const whole = at + 2 < text.length;
    const value = low + 45 * middle + 2025 * (whole ? high : 0);
    // A letter outside the alphabet, and a single one at the end, make no number: that compares as false.
    if (!(value < (whole ? 65536 : 256))) throw new Unreadable();
    bytes.push(...(whole ? [value >> 8, value & 255] : [value]));
  }
  return Uint8Array.from(bytes);
}

/** Return what one stored block holds: a gate inflates nothing that strangers wrote. */
function fromStored(body) {
  const data = body.subarray(HEAD, -TAIL), size = data.length;
  const head = [...STORED, size & 255, size >> 8, (size & 255) ^ 255, (size >> 8) ^ 255];
  if (body.length < HEAD + TAIL || !same(body.subarray(0, HEAD), head) || number(body.subarray(-TAIL)) !== adler32(data)) {
    throw new Unreadable();
  }
  return data;
}

function adler32(data) {
  let sum = 1, sums = 0;
  for (const byte of data) {
    sum = (sum + byte) % 65521;
    sums = (sums + sum) % 65521;
  }
  return sums * 65536 + sum;
}
