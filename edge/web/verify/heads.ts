/**
 * A head of the log that somebody kept: read off the hall screen, scanned from its QR, copied from the minutes. Two spellings, each with
 * any white space between its parts: the whole signed note, or only what people read aloud, the size and at least the first sixteen
 * hexadecimal digits of the root. The first proves that the node signed it.
 */

import { hex, type Bytes } from "./bytes.ts";
import { Wrong } from "./report.ts";
import { openNote, type Head } from "./signatures.ts";
import { treeHash } from "./tree.ts";

const MARK = "—";
/** A number as people write it: 1250, 1.250 or 1,250. */
const SIZE = /^([1-9][0-9]{0,14}|[1-9][0-9]{0,2}([.,][0-9]{3}){1,4})$/;
const BEGINNING = /^[0-9a-f]{16,64}$/;

/** That head is a beginning of the log with this head of its own, this verifier key and these leaves. */
export async function checkHead(text: string, log: { head: Head; key: string; leaves: readonly Bytes[] }, where: string): Promise<void> {
  const parts = text.split(/[ \t\r\n]+/).filter((part) => part !== "");
  const { size, root } = parts.includes(MARK) ? await signed(parts, log, where) : spoken(parts, where);
  if (size > log.leaves.length) throw new Wrong("verify.head_later", where, { said: size, found: log.leaves.length });
  const computed = hex(await treeHash(log.leaves.slice(0, size)));
  if (!computed.startsWith(root)) throw new Wrong("verify.head_other", where, { said: root, computed });
}

async function signed(parts: string[], { head, key }: { head: Head; key: string }, where: string): Promise<{ size: number; root: string }> {
  const [origin, size, root, mark, name, signature] = parts;
  if (parts.length !== 6 || mark !== MARK) throw new Wrong("verify.head_form", where);
  const kept = await openNote(`${origin}\n${size}\n${root}\n\n${MARK} ${name} ${signature}\n`, key, where);
  if (kept.origin !== head.origin) throw new Wrong("verify.checkpoint_origin", where, { origin: Array.from(kept.origin).slice(0, 100).join("") });
  return { size: kept.size, root: hex(kept.root) };
}

function spoken([said = "", ...rest]: string[], where: string): { size: number; root: string } {
  const root = rest.join("").toLowerCase();
  if (!SIZE.test(said) || !BEGINNING.test(root)) throw new Wrong("verify.head_form", where);
  return { size: Number(said.replace(/[.,]/g, "")), root };
}
