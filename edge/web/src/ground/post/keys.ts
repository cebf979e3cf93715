import { base64url, canonical, sha256, utf8 } from "./bytes";
import { read, write } from "./store";

export interface PublicJwk {
  kty: "EC";
  crv: "P-256";
  x: string;
  y: string;
}

/** An ES256 key that never leaves this browser: the private half cannot be exported, not even by this page. */
export interface Key {
  kid: string;
  jwk: PublicJwk;
  private: CryptoKey;
}

const ALGORITHM = { name: "ECDSA", namedCurve: "P-256" } as const;

/** RFC 7638 thumbprint, SHA-256, base64url. */
export async function thumbprint(jwk: PublicJwk): Promise<string> {
  return base64url(await sha256(utf8(canonical({ crv: jwk.crv, kty: jwk.kty, x: jwk.x, y: jwk.y }))));
}

/** The key kept under this name, for example `ballot:<meeting>` or `device`. */
export function keyOf(name: string): Promise<Key | undefined> {
  return read<Key>("keys", name);
}

/** Make a key and keep it under this name; an older one is replaced. */
export async function makeKey(name: string): Promise<Key> {
  const pair = await crypto.subtle.generateKey(ALGORITHM, false, ["sign", "verify"]);
  const { x, y } = await crypto.subtle.exportKey("jwk", pair.publicKey);
  if (x === undefined || y === undefined) throw new Error("no EC key");
  const jwk: PublicJwk = { kty: "EC", crv: "P-256", x, y };
  const key: Key = { kid: await thumbprint(jwk), jwk, private: pair.privateKey };
  await write("keys", name, key);
  return key;
}

/** Compact JWS (RFC 7515), ES256, header {alg, kid}, payload canonical JSON. WebCrypto's r||s is JOSE's form already. */
export async function signed(key: Key, payload: Record<string, unknown>): Promise<string> {
  const header = base64url(utf8(JSON.stringify({ alg: "ES256", kid: key.kid })));
  const body = base64url(utf8(canonical(payload)));
  const signature = await crypto.subtle.sign({ name: "ECDSA", hash: "SHA-256" }, key.private, utf8(`${header}.${body}`));
  return `${header}.${body}.${base64url(new Uint8Array(signature))}`;
}
