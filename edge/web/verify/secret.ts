/**
 * A secret vote: one token for each voter, every ballot under the vote's own key, as many ballots as tokens at most.
 * What nobody can check, and must not be able to: which ballot belongs to which token.
 */

import { base64url, fromBase64url, hex, lenientText, sha256, type Bytes } from "./bytes.ts";
import { readObject, type Fields } from "./reading.ts";
import { Wrong } from "./report.ts";
import { isNote } from "./signatures.ts";

const SCHEME = "RSABSSA-SHA384-PSS-Randomized";
const MESSAGE = ["choice", "meeting", "motion", "paper", "serial"];
const PROMISE = ["motion", "tracker", "code", "promise"];
const PREFIX_BYTES = 32;
const KEY_BYTES = 256;
const SALT_BYTES = 48;
const SERIAL_BYTES = 32;
const EXPONENT = "AQAB";

/** The modulus of one secret vote's key, as its paper has it; the exponent is always 65537. */
export type VoteKey = Bytes;

/** The key, when the paper's rule is secret; null when it is open. A paper that says both, or neither, is wrong. */
export function readVoteKey(paper: Fields): VoteKey | null {
  const rule = paper.object("rule");
  const secrecy = rule.text("secrecy");
  if (secrecy === "open" && paper.values.get("secret") === null) return null;
  const words = paper.object("secret").only(["scheme", "n", "e"]);
  const [n, e] = [fromBase64url(words.text("n")), words.text("e")];
  const isRight = secrecy === "secret" && words.text("scheme") === SCHEME && !rule.flag("weights");
  if (!isRight || n?.length !== KEY_BYTES || (n[0] ?? 0) < 0x80 || e !== EXPONENT) throw new Wrong("verify.secret_key", "paper.secret");
  return n;
}

/** RSASSA-PSS with SHA-384 and a salt of 48 bytes (RFC 9474, 5). */
async function isSigned(key: VoteKey, prepared: Bytes, signature: Bytes): Promise<boolean> {
  try {
    const jwk = { kty: "RSA", n: base64url(key), e: EXPONENT };
    const imported = await crypto.subtle.importKey("jwk", jwk, { name: "RSA-PSS", hash: "SHA-384" }, false, ["verify"]);
    return await crypto.subtle.verify({ name: "RSA-PSS", saltLength: SALT_BYTES }, imported, signature, prepared);
  } catch (error) {
    if (error instanceof DOMException) return false;
    throw error;
  }
}

/** A ballot out of the box. */
export interface Boxed {
  tracker: string;
  choice: string;
}

/** Tokens and ballots of the vote that is counted. */
export class Box {
  readonly key: VoteKey | null;
  /** Members who took a token. */
  readonly issued = new Set<string>();
  /** By tracker, in the order of the log. */
  readonly ballots = new Map<string, Boxed>();
  /** How many ballots the close says there are. */
  said: bigint | null = null;

  private readonly meeting: string;
  private readonly motion: string;
  private readonly paperSha256: string;
  private last = "";

  constructor(meeting: string, motion: string, paperSha256: string, key: VoteKey | null) {
    this.meeting = meeting;
    this.motion = motion;
    this.paperSha256 = paperSha256;
    this.key = key;
  }

  /** An open vote has no tokens, a secret one no ballots under a name. */
  demand(where: string, isSecret: boolean): void {
    if ((this.key !== null) !== isSecret) throw new Wrong("verify.secret_kind", where);
  }

  async take(entry: Fields): Promise<void> {
    const { where } = entry;
    this.demand(where, true);
    const [prepared, signature] = [fromBase64url(entry.text("prepared")), fromBase64url(entry.text("signature"))];
    const tracker = entry.text("tracker");
    if (this.said === null) throw new Wrong("verify.ballot_not_open", where);
    if (prepared === null || signature === null || hex(await sha256(prepared)) !== tracker) throw new Wrong("verify.secret_ballot_form", where);
    if (this.key === null || !(await isSigned(this.key, prepared, signature))) throw new Wrong("verify.secret_signature", where);
    const choice = this.choice(prepared, `${where}.prepared`);
    if (tracker <= this.last) throw new Wrong("verify.secret_order", where);
    this.last = tracker;
    this.ballots.set(tracker, { tracker, choice });
  }

  private choice(prepared: Bytes, where: string): string {
    const said = readObject(lenientText(prepared.subarray(PREFIX_BYTES)), where, "verify.secret_ballot_form").only(MESSAGE);
    const serial = fromBase64url(said.text("serial"));
    const [meeting, motion, paper] = [said.text("meeting"), said.text("motion"), said.text("paper")];
    const isHere = meeting === this.meeting && motion === this.motion && paper === this.paperSha256;
    if (!isHere || serial?.length !== SERIAL_BYTES) throw new Wrong("verify.secret_ballot_form", where);
    return said.text("choice");
  }

  /** At the result: the close counted right, and nobody put in more than was given out. */
  done(where: string): void {
    if (this.key === null) return;
    const [cast, issued] = [this.ballots.size, this.issued.size];
    if (this.said !== BigInt(cast)) throw new Wrong("verify.ballots_count", where, { said: this.said, found: cast });
    if (cast > issued) throw new Wrong("verify.secret_count", where, { issued, cast });
  }
}

const bigOf = (raw: Bytes) => BigInt(`0x${hex(raw)}`);

/** What the token's signature was asked for is a number of this key. */
export function checkBlinded(said: Fields, key: VoteKey | null, where: string): void {
  const blinded = fromBase64url(said.text("blinded"));
  const isNumber = key !== null && blinded?.length === KEY_BYTES && bigOf(blinded) > 1n && bigOf(blinded) < bigOf(key) - 1n;
  if (!isNumber) throw new Wrong("verify.ballot_form", `${where}.jws.payload`);
}

/** Against what a promise of the box is held: the vote, its log's name and key, and the ballots that were published. */
export interface Board {
  motion: string;
  origin: string;
  key: string;
  boxed: ReadonlyMap<string, Boxed>;
}

/** The node promised that this ballot would be on the board, and it is. `code` is what the tracker's short code must be. */
export async function checkPromise(receipt: Fields, board: Board, code: string): Promise<void> {
  receipt.only(PROMISE);
  const [tracker, motion, said, promise] = [receipt.text("tracker"), receipt.text("motion"), receipt.text("code"), receipt.text("promise")];
  const signed = `dinh-box/1\n${board.origin}\n${motion}\n${tracker}\n`;
  const checks: [boolean, string, string][] = [
    [motion === board.motion, "verify.receipt", "motion"],
    [said === code, "verify.receipt", "code"],
    [await isNote(promise, signed, board.key), "verify.receipt", "promise"],
    [board.boxed.has(tracker), "verify.promise_broken", "tracker"],
  ];
  for (const [holds, found, name] of checks) if (!holds) throw new Wrong(found, `${receipt.where}.${name}`);
}
