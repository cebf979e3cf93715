import { fromBase64, fromHex, hex, sha256, utf8 } from "../../ground/post/bytes";
import type { Receipt } from "../../ground/wire";
import { checkSignature, readCheckpoint } from "./checkpoint";
import { includes, leafHash } from "./merkle";

/** Crockford's base32: no I, L, O, U, so that a code can be read aloud. */
const ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";

/** The first 40 bits of the ballot's hash as two groups of four characters. */
export function codeOf(ballot_sha256: string): string {
  let bits = BigInt(`0x${ballot_sha256.slice(0, 10)}`);
  let letters = "";
  for (let place = 0; place < 8; place += 1) {
    letters = ALPHABET.charAt(Number(bits & 31n)) + letters;
    bits >>= 5n;
  }
  return `${letters.slice(0, 4)}-${letters.slice(4)}`;
}

export type Step = "ballot" | "code" | "entry" | "checkpoint" | "inclusion" | "signature";
export type Finding = "good" | "bad" | "unknown";
export type Findings = Record<Step, Finding>;

const verdict = (holds: boolean): Finding => (holds ? "good" : "bad");

/**
 * What this tablet itself finds about a receipt:
 *  1 ballot      it is for exactly the bytes that were signed here
 *  2 code        the short code is made from them
 *  3 entry       the log's entry hashes to the leaf, stands where the receipt says and holds this very ballot
 *  4 checkpoint  the head is of this meeting's log and as long as the receipt says
 *  5 inclusion   the proof leads from the entry's leaf to the head's root (RFC 6962)
 *  6 signature   the log's key, as first seen by this tablet, signed the head
 */
export async function checkReceipt(receipt: Receipt, jws: string | undefined, meeting: string, log_key: string | undefined): Promise<Findings> {
  const head = readCheckpoint(receipt.checkpoint);
  const inclusion = { leaf: fromHex(receipt.leaf_sha256), index: receipt.index, size: receipt.size, proof: receipt.proof.map(fromHex) };
  const signature = log_key === undefined ? "unsupported" : await checkSignature(receipt.checkpoint, log_key);
  return {
    ballot: jws === undefined ? "unknown" : verdict(hex(await sha256(utf8(jws))) === receipt.ballot_sha256),
    code: verdict(codeOf(receipt.ballot_sha256) === receipt.code),
    entry: jws === undefined ? "unknown" : verdict(await isEntry(receipt, jws, meeting)),
    checkpoint: verdict(head?.size === receipt.size && head.origin.endsWith(`/${meeting}`)),
    inclusion: verdict(head !== null && (await includes(head.root, inclusion))),
    signature: signature === "unsupported" ? "unknown" : verdict(signature === "valid"),
  };
}

/** The entry's text is a ballot's, at this place of this log, with exactly these bytes as the ballot; and it is what the leaf is the hash of. */
async function isEntry({ entry, index, motion, leaf_sha256 }: Receipt, jws: string, meeting: string): Promise<boolean> {
  if (hex(await leafHash(utf8(entry))) !== leaf_sha256) return false;
  try {
    const said = JSON.parse(entry) as Record<string, unknown>;
    return said.kind === "ballot" && said.meeting === meeting && said.motion === motion && said.index === index && said.jws === jws;
  } catch {
    return false;
  }
}

/** The ballot that a receipt's own entry holds: a tablet that has not signed it learns of it so. Null where the entry holds none of these bytes. */
export async function ballotIn(receipt: Receipt): Promise<{ choice: string; jws: string; at: string } | null> {
  try {
    const { jws } = JSON.parse(receipt.entry) as { jws?: unknown };
    if (typeof jws !== "string" || hex(await sha256(utf8(jws))) !== receipt.ballot_sha256) return null;
    const payload = new TextDecoder().decode(fromBase64(jws.split(".")[1] ?? ""));
    const { choice, at } = JSON.parse(payload) as { choice: string; at: string };
    return { choice, jws, at };
  } catch {
    return null;
  }
}

export function overall(findings: Findings): Finding {
  const all = Object.values(findings);
  if (all.includes("bad")) return "bad";
  return findings.inclusion === "good" && findings.ballot === "good" && findings.entry === "good" ? "good" : "unknown";
}

interface Bundle {
  entries: { leaf: string; text?: string }[];
}

/** After the close: the log's own entry at the receipt's place hashes to its leaf and holds the ballot signed here. */
export async function findInBundle(bundle: Bundle, receipt: Receipt, jws: string): Promise<Finding> {
  const entry = bundle.entries[receipt.index];
  if (entry?.text === undefined) return "unknown";
  const hashed = hex(await leafHash(utf8(entry.text)));
  return verdict(hashed === receipt.leaf_sha256 && entry.leaf === receipt.leaf_sha256 && entry.text.includes(JSON.stringify(jws)));
}
