import { get } from "../../ground/http/client";
import { fromHex, hex, type Bytes } from "../../ground/post/bytes";
import type { Grown } from "../api";
import { checkSignature, readCheckpoint, type Checkpoint } from "./checkpoint";
import { extendsTree } from "./merkle";

/** A head of the log that somebody kept: the whole signed note, or its size and how its root begins. */
export type Kept = { note: string } | { size: number; root: string };

/** What came of comparing it with the log as it is now. `size`: entries that the log has now. */
export interface Compared {
  found: "grown" | "other" | "signature";
  size: number;
}

const BEGINNING = /^[0-9a-f]{16,64}$/;
const SIZE = /^([1-9][0-9]{0,14}|[1-9][0-9]{0,2}([.,][0-9]{3}){1,4})$/;
const MARK = "—";

/** What people paste or type: a QR's text, or "137 3fa9 8c21 77d0 04be". Null when it is neither. */
export function readKept(text: string): Kept | null {
  const [first = "", ...rest] = text.trim().split(/\s+/);
  const [size, root, mark, name, signature] = rest;
  if (rest.includes(MARK)) return rest.length === 5 && mark === MARK ? { note: `${first}\n${size ?? ""}\n${root ?? ""}\n\n${MARK} ${name ?? ""} ${signature ?? ""}\n` } : null;
  const digits = rest.join("").toLowerCase();
  return SIZE.test(first) && BEGINNING.test(digits) ? { size: Number(first.replace(/[.,]/g, "")), root: digits } : null;
}

const ask = (meeting: string, first: number, second?: number) => get<Grown>(`/api/meetings/${meeting}/log/consistency?first=${first}${second === undefined ? "" : `&second=${second}`}`);

/** The head that the log had at this size, as the node signs it now. */
async function headAt(meeting: string, size: number): Promise<{ note: string }> {
  return { note: (await ask(meeting, size, size)).checkpoint };
}

/** Whether the log only grew since this head: the node proves it, this browser checks the proof and both signatures. Throws Refused. */
export async function compare(meeting: string, kept: Kept, log_key: string): Promise<Compared> {
  const { note } = "note" in kept ? kept : await headAt(meeting, kept.size);
  const earlier = readCheckpoint(note);
  if (earlier === null || (await checkSignature(note, log_key)) === "invalid") return { found: "signature", size: 0 };
  const { checkpoint, proof } = await ask(meeting, earlier.size);
  const later = readCheckpoint(checkpoint);
  if (later === null || (await checkSignature(checkpoint, log_key)) === "invalid") return { found: "signature", size: 0 };
  const isSame = !("root" in kept) || hex(earlier.root).startsWith(kept.root);
  return { found: isSame && (await isGrown(earlier, later, proof.map(fromHex))) ? "grown" : "other", size: later.size };
}

async function isGrown(earlier: Checkpoint, later: Checkpoint, proof: Bytes[]): Promise<boolean> {
  return earlier.origin === later.origin && extendsTree({ earlier, later, proof });
}
