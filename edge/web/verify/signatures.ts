/** Signatures: C2SP signed notes (Ed25519) and compact JWS (ES256), from the bytes up. */

import { verifyAsync } from "@noble/ed25519";
import { base64url, fromBase64, fromBase64url, hex, join, same, sha256, strictText, utf8, type Bytes } from "./bytes.ts";
import { BadJson, parse, type Json } from "./json.ts";
import { Wrong } from "./report.ts";

/** What a checkpoint says. */
export interface Head {
  origin: string;
  size: number;
  root: Bytes;
}

const SIZE = /^(0|[1-9][0-9]{0,14})$/;
const MARK = "— ";

/** A checkpoint with exactly one signature, by this verifier key, and no extension lines. */
export async function openNote(note: string, key: string, where: string): Promise<Head> {
  const { name, keyId, key: publicKey } = await readKey(key);
  const read = readNote(note);
  if (read === null) throw new Wrong("verify.checkpoint_form", where);
  const isOurs = read.signer === name && same(read.signature.slice(0, 4), keyId);
  if (!isOurs || !(await isEd25519(publicKey, read.signature.slice(4), read.signed))) throw new Wrong("verify.checkpoint_signature", where);
  return read.head;
}

/** True when the note is exactly this text (which ends with a line break) under one signature of this verifier key. */
export async function isNote(note: string, text: string, key: string): Promise<boolean> {
  const { name, keyId, key: publicKey } = await readKey(key);
  const head = `${text}\n${MARK}${name} `;
  if (!note.startsWith(head) || !note.endsWith("\n")) return false;
  const signature = fromBase64(note.slice(head.length, -1));
  return signature?.length === 68 && same(signature.slice(0, 4), keyId) && isEd25519(publicKey, signature.slice(4), utf8(text));
}

/** The three lines of a checkpoint, a blank one, and one signature with its key id before it. */
function readNote(note: string): { head: Head; signer: string; signature: Bytes; signed: Bytes } | null {
  const lines = note.split("\n");
  const [origin = "", size = "", root64 = "", blank, line = "", end] = lines;
  if (lines.length !== 6 || blank !== "" || end !== "" || !line.startsWith(MARK)) return null;
  const [signer = "", ...rest] = line.slice(MARK.length).split(" ");
  const [signature, root] = [fromBase64(rest.join(" ")), fromBase64(root64)];
  if (signature?.length !== 68 || root?.length !== 32 || !SIZE.test(size)) return null;
  return { head: { origin, size: Number(size), root }, signer, signature, signed: utf8(`${origin}\n${size}\n${root64}\n`) };
}

/** name+id+base64(0x01 || key), where id is the first four bytes of SHA-256(name || 0x0A || 0x01 || key). */
async function readKey(key: string): Promise<{ name: string; keyId: Bytes; key: Bytes }> {
  const [name = "", said = "", ...rest] = key.split("+");
  const raw = fromBase64(rest.join("+"));
  if (raw?.length !== 33 || raw[0] !== 1 || name === "") throw new Wrong("verify.key_form", "key");
  const keyId = (await sha256(join(utf8(`${name}\n`), raw))).slice(0, 4);
  if (hex(keyId) !== said) throw new Wrong("verify.key_form", "key");
  return { name, keyId, key: raw.slice(1) };
}

/** By the browser's own WebCrypto; where it has no Ed25519 (Chrome before 137, Firefox before 129), by @noble/ed25519. */
export async function isEd25519(key: Bytes, signature: Bytes, signed: Bytes, subtle: SubtleCrypto = crypto.subtle): Promise<boolean> {
  try {
    const imported = await subtle.importKey("raw", key, { name: "Ed25519" }, false, ["verify"]);
    return await subtle.verify({ name: "Ed25519" }, imported, signature, signed);
  } catch (error) {
    if (!(error instanceof DOMException) || error.name !== "NotSupportedError") return false;
  }
  try {
    return await verifyAsync(signature, signed, key, { zip215: false });
  } catch {
    return false;
  }
}

/** A compact JWS taken apart. */
export interface Jws {
  header: Json;
  payload: Bytes;
  signed: Bytes;
  signature: Bytes;
}

/** Null when it is not three strict base64url parts with a JSON header. */
export function openJws(text: string): Jws | null {
  const [first = "", second = "", third = "", ...more] = text.split(".");
  const [header, payload, signature] = [first, second, third].map(fromBase64url);
  if (text.split(".").length !== 3 || more.length > 0 || !header || !payload || !signature) return null;
  const read = strictText(header);
  if (read === null) return null;
  try {
    return { header: parse(read), payload, signed: utf8(`${first}.${second}`), signature };
  } catch (error) {
    if (error instanceof BadJson) return null;
    throw error;
  }
}

/** The public half of an EC key, as the log has it. */
export interface Jwk {
  kty: string;
  crv: string;
  x: string;
  y: string;
}

/** RFC 7638, for an EC key. */
export async function thumbprint({ kty, crv, x, y }: Jwk): Promise<string> {
  return base64url(await sha256(utf8(JSON.stringify({ crv, kty, x, y }))));
}

const P256 = { name: "ECDSA", namedCurve: "P-256" };

/** True when the signature is this key's: ECDSA on P-256 with SHA-256, r and s of 32 bytes each. */
export async function isEs256({ kty, crv, x, y }: Jwk, { signature, signed }: Jws): Promise<boolean> {
  const [across, up] = [fromBase64url(x), fromBase64url(y)];
  if (kty !== "EC" || crv !== "P-256" || across?.length !== 32 || up?.length !== 32 || signature.length !== 64) return false;
  try {
    const key = await crypto.subtle.importKey("raw", join(Uint8Array.of(4), across, up), P256, false, ["verify"]);
    return await crypto.subtle.verify({ name: "ECDSA", hash: "SHA-256" }, key, signature, signed);
  } catch (error) {
    if (error instanceof DOMException) return false;
    throw error;
  }
}
