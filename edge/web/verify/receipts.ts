/** A receipt: it is for an entry of this log, under a signed head that this log extends. Or the promise of a secret vote's box: it is kept. */

import { fromHex, same, strictText, utf8, type Bytes } from "./bytes.ts";
import type { Entry } from "./entries.ts";
import { BadJson, parse, type Json } from "./json.ts";
import { Fields } from "./reading.ts";
import type { Ballot } from "./replay.ts";
import { Wrong } from "./report.ts";
import { checkPromise, type Boxed } from "./secret.ts";
import { openNote, type Head } from "./signatures.ts";
import { leafHash, pathHash, treeHash } from "./tree.ts";

const RECEIPT = ["motion", "code", "index", "size", "entry", "leaf_sha256", "proof", "checkpoint", "ballot_sha256"];
/** Crockford's base32: no I, L, O, U, so that a code can be read aloud. */
const LETTERS = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";

/** What a receipt is held against. */
export interface Log {
  motion: string;
  key: string;
  head: Head;
  entries: readonly Entry[];
  ballots: ReadonlyMap<string, Ballot>;
  boxed: ReadonlyMap<string, Boxed>;
}

/** Throws Wrong at what does not fit. */
export async function checkReceipt(raw: Bytes, log: Log, where: string): Promise<void> {
  const receipt = new Fields(readReceipt(raw, where), where, "verify.receipt_form");
  if (receipt.values.has("tracker")) {
    await checkPromise(receipt, { motion: log.motion, origin: log.head.origin, key: log.key, boxed: log.boxed }, codeOf(receipt.text("tracker")));
    return;
  }
  receipt.only(RECEIPT);
  const [index, size, ballot] = [receipt.number("index"), receipt.number("size"), receipt.text("ballot_sha256")];
  const head = await openNote(receipt.text("checkpoint"), log.key, `${where}.checkpoint`);
  const path = receipt.texts("proof").map((one) => hash(one, where));
  const leaf = hash(receipt.text("leaf_sha256"), where);
  const entry = log.entries[Number(index)];
  const isInside = index >= 0n && index < size && size <= log.entries.length && entry !== undefined;
  const leaves = log.entries.slice(0, Number(size)).map((one) => one.leaf);
  const isRoot = (root: Bytes | null) => root !== null && same(root, head.root);
  const checks: [() => boolean | Promise<boolean>, string][] = [
    [() => receipt.text("motion") === log.motion, "motion"],
    [() => isInside, "index"],
    [() => BigInt(head.size) === size && head.origin === log.head.origin, "checkpoint"],
    [() => log.ballots.get(ballot)?.index === Number(index), "ballot_sha256"],
    [() => receipt.text("code") === codeOf(ballot), "code"],
    [() => entry !== undefined && same(entry.leaf, leaf), "leaf_sha256"],
    [async () => same(await leafHash(utf8(receipt.text("entry"))), leaf), "entry"],
    [async () => isRoot(await pathHash(leaf, Number(index), Number(size), path)), "proof"],
    [async () => isRoot(await treeHash(leaves)), "checkpoint"],
  ];
  for (const name of ["motion", "code", "entry"]) receipt.text(name);
  for (const [holds, name] of checks) if (!(await holds())) throw new Wrong("verify.receipt", `${where}.${name}`);
}

function readReceipt(raw: Bytes, where: string): Map<string, Json> {
  const text = strictText(raw);
  try {
    const value = text === null ? null : parse(text);
    if (value instanceof Map) return value;
  } catch (error) {
    if (!(error instanceof BadJson)) throw error;
  }
  throw new Wrong("verify.receipt_form", where);
}

function hash(text: string, where: string): Bytes {
  const raw = fromHex(text);
  if (raw?.length !== 32) throw new Wrong("verify.receipt_form", where);
  return raw;
}

/** The short code of a ballot's hash: eight letters of its first five bytes, in two groups. */
export function codeOf(sha256: string): string {
  const digits = Array.from(sha256.slice(0, 10)).filter((digit) => /[0-9a-f]/.test(digit));
  const bits = digits.map((digit) => Number.parseInt(digit, 16).toString(2).padStart(4, "0")).join("");
  const letters = (bits.match(/.{1,5}/g) ?? []).map((five) => LETTERS.charAt(Number.parseInt(five, 2))).join("");
  return `${letters.slice(0, 4)}-${letters.slice(4)}`;
}
