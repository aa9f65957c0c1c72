// Deterministic CBOR (RFC 8949, 4.2.1): whole numbers, bytes, text, arrays and maps, and nothing else.
// What is read: numbers (a BigInt beyond 32 bits), Uint8Array, string, Array, Map.
import { Unreadable, utf8 } from "./bytes.js";

const MOST_NESTED = 5;
const [UNSIGNED, NEGATIVE, BYTES, TEXT, ARRAY, MAP] = [0, 1, 2, 3, 4, 5];
const LONG_FORMS = { 24: [1, 24n], 25: [2, 1n << 8n], 26: [4, 1n << 16n], 27: [8, 1n << 32n] };
const big = (value, size) => Array.from({ length: size }, (_, place) => Math.floor(value / 256 ** (size - 1 - place)) % 256);

/** Return the head of an item, as an array of bytes; whole numbers up to 32 bits are nothing but a head. */
export function head(kind, value) {
  if (value < 24) return [kind * 32 + value];
  if (value < 256) return [kind * 32 + 24, value];
  return value < 65536 ? [kind * 32 + 25, ...big(value, 2)] : [kind * 32 + 26, ...big(value, 4)];
}
export const unsigned = (value) => head(UNSIGNED, value);
export const bytes = (value) => [...head(BYTES, value.length), ...value];
export const text = (value) => [...head(TEXT, utf8(value).length), ...utf8(value)];
export const array = (...items) => [...head(ARRAY, items.length), ...items.flat()];

/** Return the one value that `data` is the deterministic encoding of; throws Unreadable if there is none. */
export function read(data) {
  const { value, end } = item(data, 0, MOST_NESTED);
  if (end !== data.length) throw new Unreadable();
  return value;
}

function item(data, start, depth) {
  const { kind, size, at } = headAt(data, start);
  if (kind === UNSIGNED) return { value: size, end: at };
  if (kind === NEGATIVE) return { value: typeof size === "bigint" ? -1n - size : -1 - size, end: at };
  // Every item takes a byte, so a length beyond the data's end is refused before anything is made of it.
  const end = at + Number(size);
  if (end > data.length) throw new Unreadable();
  if (kind === BYTES) return { value: data.subarray(at, end), end };
  if (kind === TEXT) return { value: textOf(data.subarray(at, end)), end };
  if (kind > MAP || depth === 0) throw new Unreadable();
  return (kind === ARRAY ? arrayAt : mapAt)(data, at, size, depth - 1);
}

function headAt(data, start) {
  const first = data[start];
  if (first === undefined) throw new Unreadable();
  const short = first & 31, kind = first >> 5;
  if (short < 24) return { kind, size: short, at: start + 1 };
  if (!(short in LONG_FORMS)) throw new Unreadable();
  const [length, least] = LONG_FORMS[short];
  const at = start + 1 + length;
  const size = data.subarray(start + 1, at).reduce((sum, byte) => sum * 256n + BigInt(byte), 0n);
  if (at > data.length || size < least) throw new Unreadable();
  return { kind, size: length < 8 ? Number(size) : size, at };
}

function textOf(encoded) {
  try {
    return new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(encoded);
  } catch {
    throw new Unreadable();
  }
}

function arrayAt(data, start, length, depth) {
  const values = [];
  let at = start;
  for (let count = 0; count < length; count++) {
    const { value, end } = item(data, at, depth);
    values.push(value);
    at = end;
  }
  return { value: values, end: at };
}

function mapAt(data, start, length, depth) {
  const values = new Map();
  let at = start, before = new Uint8Array();
  for (let count = 0; count < length; count++) {
    const key = item(data, at, 0);
    const encoded = data.subarray(at, key.end);
    if (key.value instanceof Uint8Array || !follows(encoded, before)) throw new Unreadable();
    const { value, end } = item(data, key.end, depth);
    values.set(key.value, value);
    at = end;
    before = encoded;
  }
  return { value: values, end: at };
}

/** Return whether bytes stand after others in bytewise order. */
function follows(later, earlier) {
  for (let at = 0; at < Math.min(later.length, earlier.length); at++) {
    if (later[at] !== earlier[at]) return later[at] > earlier[at];
  }
  return later.length > earlier.length;
}
