import { post, Refused } from "../../ground/http/client";
import { nodeNow } from "../../ground/http/clock";
import { base64url, fromBase64, hex, sha256, utf8 } from "../../ground/post/bytes";
import { keyOf, makeKey, signed, type Key } from "../../ground/post/keys";
import type { Changed, RollCallView } from "../api";

export type Role = "secretary" | "chair";

/** One line of a roll call: a member's id and what he called out. */
export interface Line {
  member: string;
  choice: string;
}

/** Who signs, for which meeting. The key is made in this browser and cannot leave it. */
export interface Signer {
  meeting: string;
  account: string;
  role: Role;
}

const at = () => new Date(nodeNow()).toISOString();

async function bind({ meeting, account, role }: Signer, key: Key): Promise<void> {
  const proof = await signed(key, { meeting, device: account, kid: key.kid, at: at() });
  await post(`/api/meetings/${meeting}/clerk-keys`, { key: key.jwk, proof, role });
}

/** This browser's key for this meeting and role, bound to the account; binding it again changes nothing. */
async function boundKey(signer: Signer): Promise<Key> {
  const name = `clerk:${signer.meeting}:${signer.role}:${signer.account}`;
  const key = (await keyOf(name)) ?? (await makeKey(name));
  await bind(signer, key);
  return key;
}

/** Sign and send. The key may have been ended by another browser of the same account: it is bound again, once. */
async function sent(signer: Signer, path: string, payload: Record<string, unknown>): Promise<Changed> {
  const send = async () => {
    const jws = await signed(await boundKey(signer), payload);
    return post<Changed>(`/api/meetings/${signer.meeting}${path}`, { jws });
  };
  return send().catch((error: unknown) => {
    if (error instanceof Refused && error.code === "meeting.call_key") return send();
    throw error;
  });
}

/** What the secretary heard, over the hash of the paper that is being voted on. */
export function sendCall(signer: Signer, motion: { id: string; paper: string }, lines: Line[]): Promise<Changed> {
  const nonce = base64url(crypto.getRandomValues(new Uint8Array(16)));
  return sent(signer, `/motions/${motion.id}/roll-calls`, { meeting: signer.meeting, motion: motion.id, paper: motion.paper, lines, nonce, at: at() });
}

/** The chair signs the hash of the very bytes whose lines are on the screen. */
export async function countersign(signer: Signer, motion: string, call: RollCallView): Promise<Changed> {
  const digest = hex(await sha256(utf8(call.jws)));
  return sent(signer, `/motions/${motion}/roll-calls/${call.id}/countersign`, { meeting: signer.meeting, motion, call: digest, at: at() });
}

/** The lines under the secretary's signature, read from the signed bytes and not from what stands beside them. */
export function signedLines(jws: string): Line[] {
  const payload = new TextDecoder().decode(fromBase64(jws.split(".")[1] ?? ""));
  return (JSON.parse(payload) as { lines: Line[] }).lines;
}
