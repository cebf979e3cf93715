import { base64url, canonical, hex, sha256, utf8, type Bytes } from "../../ground/post/bytes";
import { signed, type Key } from "../../ground/post/keys";
import type { CheckedPaper } from "../log/ballot";
import { codeOf } from "../log/receipt";
import { blind, finalize, fromText, toText, type SecretWords } from "./blind";

interface Whose {
  meeting: string;
  motion: string;
  /** Who voted: a tablet that changes hands keeps each voter's ballot apart. */
  member: string;
  title: string;
}

/**
 * A secret ballot on its way, as it lies on this tablet's disk. Each step keeps only what the next one needs, so that afterwards nothing
 * here joins the voter's signature to the ballot:
 *   asking     sealed; the token is asked for and what takes the blinding away is kept
 *   waiting    signed by the vote's key; it waits a while so that nobody can tell by the time whose it is
 *   boxed      in the box; only its tracker and the node's promise are left
 *   outside    the vote was closed before it came
 *   forgotten  the voter has taken the tracker off this tablet
 */
export type Sealed = Whose &
  (
    | { step: "asking"; prepared: string; inverse: string; secret: SecretWords; token: string }
    | { step: "waiting"; prepared: string; signature: string; due: number }
    | { step: "boxed"; tracker: string; code: string; promise: string }
    | { step: "outside" }
    | { step: "forgotten" }
  );

export type Step = Sealed["step"];
export type At<S extends Step> = Extract<Sealed, { step: S }>;

const SERIAL_BYTES = 32;
const [SHORTEST_MS, LONGEST_MS] = [2000, 8000];

/** Bytes from the browser's own source, never a plain pseudo-random number: the delay hides who voted. */
function chance(): number {
  const [drawn = 0] = crypto.getRandomValues(new Uint32Array(1));
  return drawn / 2 ** 32;
}

/** A moment to wait, in milliseconds: drawn evenly from 2 to 8 seconds. */
export const pause = (): number => SHORTEST_MS + chance() * (LONGEST_MS - SHORTEST_MS);

export interface Chosen {
  checked: CheckedPaper;
  secret: SecretWords;
  choice: string;
  member: string;
  seat: string;
}

/** The message of a ballot. A serial of its own makes two equal choices two messages. */
export function message({ checked, choice }: Pick<Chosen, "checked" | "choice">): Bytes {
  const { meeting, motion } = checked.paper;
  return utf8(canonical({ choice, meeting, motion, paper: checked.sha256, serial: base64url(crypto.getRandomValues(new Uint8Array(SERIAL_BYTES))) }));
}

/** Seal a choice, and sign the ask for its token with the key that is bound to the voter. */
export async function seal(key: Key, chosen: Chosen): Promise<At<"asking">> {
  const { checked, secret, seat, member } = chosen;
  const { meeting, motion, title } = checked.paper;
  const { prepared, blinded, inverse } = await blind(secret, message(chosen));
  const token = await signed(key, {
    meeting,
    motion,
    paper: checked.sha256,
    seat,
    blinded: toText(blinded),
    nonce: base64url(crypto.getRandomValues(new Uint8Array(16))),
    at: new Date().toISOString(),
  });
  return { meeting, motion, member, title, step: "asking", prepared: toText(prepared), inverse: toText(inverse), secret, token };
}

/** Open the node's answer: an ordinary signature over the ballot, which the node has never seen. Throws when it is none. */
export async function open({ secret, prepared, inverse, ...asked }: At<"asking">, blindSignature: string, now: number): Promise<At<"waiting">> {
  const signature = await finalize(secret, { prepared: fromText(prepared), inverse: fromText(inverse) }, fromText(blindSignature));
  const { meeting, motion, member, title } = asked;
  return { meeting, motion, member, title, step: "waiting", prepared, signature: toText(signature), due: now + pause() };
}

export async function trackerOf(prepared: string): Promise<string> {
  return hex(await sha256(fromText(prepared)));
}

/** In the box. The tracker is made here; a node that answered another one has not understood. */
export async function boxed({ prepared, ...sealed }: At<"waiting">, answer: { tracker: string; promise: string }): Promise<At<"boxed">> {
  const tracker = await trackerOf(prepared);
  if (answer.tracker !== tracker) throw new Error("another ballot was answered");
  const { meeting, motion, member, title } = sealed;
  return { meeting, motion, member, title, step: "boxed", tracker, code: codeOf(tracker), promise: answer.promise };
}

/** Without what this tablet knew about it. */
export function left<S extends "outside" | "forgotten">({ meeting, motion, member, title }: Whose, step: S): Whose & { step: S } {
  return { meeting, motion, member, title, step };
}

export const nameOf = ({ meeting, motion, member }: Pick<Whose, "meeting" | "motion" | "member">): string => `${meeting}/${motion}/${member}`;
