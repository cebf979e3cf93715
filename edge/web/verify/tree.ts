/** The Merkle tree hash of RFC 6962, 2.1, as the RFC writes it: recursively, from the leaves. */

import { join, sha256, type Bytes } from "./bytes.ts";

const LEAF = Uint8Array.of(0);
const NODE = Uint8Array.of(1);

export function leafHash(entry: Bytes): Promise<Bytes> {
  return sha256(join(LEAF, entry));
}

/** MTH of leaf hashes. */
export async function treeHash(leaves: readonly Bytes[]): Promise<Bytes> {
  const [only] = leaves;
  if (only === undefined) return sha256(new Uint8Array());
  if (leaves.length === 1) return only;
  const k = split(leaves.length);
  const [left, right] = await Promise.all([treeHash(leaves.slice(0, k)), treeHash(leaves.slice(k))]);
  return sha256(join(NODE, left, right));
}

/** The root to which an audit path leads; null when the path has not the length that this place needs. */
export async function pathHash(leaf: Bytes, index: number, size: number, path: readonly Bytes[]): Promise<Bytes | null> {
  if (size === 1) return path.length === 0 ? leaf : null;
  const sibling = path.at(-1);
  if (sibling === undefined) return null;
  const k = split(size);
  const isLeft = index < k;
  const below = await pathHash(leaf, isLeft ? index : index - k, isLeft ? k : size - k, path.slice(0, -1));
  if (below === null) return null;
  return sha256(isLeft ? join(NODE, below, sibling) : join(NODE, sibling, below));
}

/** The largest power of two smaller than `size`. */
function split(size: number): number {
  let k = 1;
  while (k * 2 < size) k *= 2;
  return k;
}
