/** Bytes, hashes and their one spelling as text. */

export type Bytes = Uint8Array<ArrayBuffer>;

const ENCODER = new TextEncoder();
const STANDARD = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
const URL_SAFE = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

export function utf8(text: string): Bytes {
  return ENCODER.encode(text);
}

/** Text from bytes; what is not UTF-8 becomes U+FFFD. A byte order mark stays, so that it is seen. */
export function lenientText(raw: Bytes): string {
  return new TextDecoder("utf-8", { ignoreBOM: true }).decode(raw);
}

/** Text from bytes, or null when they are not UTF-8. */
export function strictText(raw: Bytes): string | null {
  try {
    return new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(raw);
  } catch {
    return null;
  }
}

/** How many bytes at the beginning are sound UTF-8. */
export function soundLength(raw: Bytes): number {
  let low = 0;
  let high = raw.length;
  // A beginning that ends inside a character is unsound too, so the bound is where whole characters end.
  while (low < high) {
    const middle = Math.ceil((low + high) / 2);
    if (isBeginning(raw.subarray(0, middle))) low = middle;
    else high = middle - 1;
  }
  while (strictText(raw.subarray(0, low)) === null) low -= 1;
  return low;
}

function isBeginning(raw: Bytes): boolean {
  try {
    new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(raw, { stream: true });
    return true;
  } catch {
    return false;
  }
}

export function join(...parts: Bytes[]): Bytes {
  const whole = new Uint8Array(parts.reduce((size, part) => size + part.length, 0));
  let place = 0;
  for (const part of parts) {
    whole.set(part, place);
    place += part.length;
  }
  return whole;
}

export function same(one: Bytes, other: Bytes): boolean {
  return one.length === other.length && one.every((byte, place) => byte === other[place]);
}

export async function sha256(raw: Bytes): Promise<Bytes> {
  return new Uint8Array(await crypto.subtle.digest("SHA-256", raw));
}

export function hex(raw: Bytes): string {
  let text = "";
  for (const byte of raw) text += byte.toString(16).padStart(2, "0");
  return text;
}

/** Bytes of lower-case hexadecimal, or null. */
export function fromHex(text: string): Bytes | null {
  if (text.length % 2 !== 0 || !/^[0-9a-f]*$/.test(text)) return null;
  return Uint8Array.from({ length: text.length / 2 }, (_, place) => Number.parseInt(text.slice(2 * place, 2 * place + 2), 16));
}

/** Standard base64 in its one spelling, or null. */
export function fromBase64(text: string): Bytes | null {
  const bare = text.replace(/={0,2}$/, "");
  return text.length % 4 === 0 && text.length - bare.length === (4 - (bare.length % 4)) % 4 ? decode(bare, STANDARD) : null;
}

/** base64url without padding in its one spelling, or null. */
export function fromBase64url(text: string): Bytes | null {
  return decode(text, URL_SAFE);
}

export function base64url(raw: Bytes): string {
  let text = "";
  for (let place = 0; place < raw.length; place += 3) {
    const [first = 0, second, third] = raw.subarray(place, place + 3);
    const bits = (first << 16) | ((second ?? 0) << 8) | (third ?? 0);
    const letters = [18, 12, 6, 0].map((shift) => URL_SAFE.charAt((bits >> shift) & 63));
    text += letters.slice(0, third !== undefined ? 4 : second !== undefined ? 3 : 2).join("");
  }
  return text;
}

/** Letters of six bits each; the bits that fill up the last letter must be zero. */
function decode(text: string, alphabet: string): Bytes | null {
  if (text.length % 4 === 1) return null;
  const raw = new Uint8Array(Math.floor((text.length * 3) / 4));
  let bits = 0;
  let held = 0;
  let place = 0;
  for (const letter of text) {
    const value = alphabet.indexOf(letter);
    if (value < 0) return null;
    bits = ((bits << 6) | value) & 0xffff;
    held += 6;
    if (held >= 8) {
      held -= 8;
      raw[place] = (bits >> held) & 255;
      place += 1;
    }
  }
  return (bits & ((1 << held) - 1)) === 0 ? raw : null;
}
