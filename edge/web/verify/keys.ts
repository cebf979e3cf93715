/** Keys as the log binds them: the id is the key's own, and whoever holds it proved so, for this meeting and this place. */

import { lenientText } from "./bytes.ts";
import type { Json } from "./json.ts";
import { readObject, type Fields } from "./reading.ts";
import { Wrong } from "./report.ts";
import { isEs256, openJws, thumbprint, type Jwk, type Jws } from "./signatures.ts";

export interface BoundKey {
  kid: string;
  jwk: Jwk;
  proof: Jws | null;
}

/** The key of an entry, with the proof that stands beside it and is not yet believed. */
export function readKey(entry: Fields): BoundKey {
  const fields = entry.object("jwk").only(["kty", "crv", "x", "y"]);
  const kid = entry.text("kid");
  const [crv, kty, x, y] = [fields.text("crv"), fields.text("kty"), fields.text("x"), fields.text("y")];
  return { kid, jwk: { kty, crv, x, y }, proof: openJws(entry.text("proof")) };
}

/** Throws Wrong with this code unless the proof is signed by the key and names the meeting, the place where the key lives, and the key. */
export async function checkProof(entry: Fields, { kid, jwk, proof }: BoundKey, meeting: string, device: () => string, code: string): Promise<void> {
  if ((await thumbprint(jwk)) !== kid || proof === null || !(await isEs256(jwk, proof))) throw new Wrong(code, entry.where, { kid });
  const said = readObject(lenientText(proof.payload), entry.where, code);
  for (const [name, wanted] of [["meeting", meeting], ["device", device()], ["kid", kid]] as const) {
    if (said.values.get(name) !== wanted) throw new Wrong(code, `${entry.where}.proof.${name}`, { wanted });
  }
}

/** The key id in a header that is exactly {alg: ES256, kid}; undefined for any other header. */
export function keyNamed({ header }: Jws): Json | undefined {
  const isExact = header instanceof Map && header.size === 2 && header.get("alg") === "ES256";
  return isExact ? header.get("kid") : undefined;
}
