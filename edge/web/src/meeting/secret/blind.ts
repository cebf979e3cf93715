import { base64url, fromBase64, type Bytes } from "../../ground/post/bytes";

/** The public half of a secret vote's key, as it stands on the paper (RFC 9474); n and e are base64url. */
export interface SecretWords {
  scheme: string;
  n: string;
  e: string;
}

export interface Blinded {
  prepared: Bytes;
  /** What the node signs without being able to read it. */
  blinded: Bytes;
  /** What takes the blinding away again; it stays on this tablet and goes as soon as it is used. */
  inverse: Bytes;
}

const SCHEME = "RSABSSA-SHA384-PSS-Randomized";

/** RSABSSA-SHA384-PSS-Randomized of a library by another author than the node's; fetched when the first secret vote opens. */
async function suite() {
  const { RSABSSA } = await import("@cloudflare/blindrsa-ts");
  return RSABSSA.SHA384.PSS.Randomized();
}

export function publicKey({ scheme, n, e }: SecretWords): Promise<CryptoKey> {
  if (scheme !== SCHEME) throw new Error("a scheme that this tablet does not know");
  return crypto.subtle.importKey("jwk", { kty: "RSA", alg: "PS384", n, e, ext: true }, { name: "RSA-PSS", hash: "SHA-384" }, true, ["verify"]);
}

/** Prepare and blind (RFC 9474, 4.1 and 4.2). */
export async function blind(words: SecretWords, message: Bytes): Promise<Blinded> {
  const [rsa, key] = await Promise.all([suite(), publicKey(words)]);
  const prepared = rsa.prepare(message) as Bytes;
  const { blindedMsg, inv } = await rsa.blind(key, prepared);
  return { prepared, blinded: blindedMsg as Bytes, inverse: inv as Bytes };
}

/** Take the blinding away (RFC 9474, 4.4). Throws when what the node answered is no signature over this ballot. */
export async function finalize(words: SecretWords, { prepared, inverse }: Pick<Blinded, "prepared" | "inverse">, blindSignature: Bytes): Promise<Bytes> {
  const [rsa, key] = await Promise.all([suite(), publicKey(words)]);
  return (await rsa.finalize(key, prepared, blindSignature, inverse)) as Bytes;
}

export const fromText = fromBase64;
export const toText = base64url;
