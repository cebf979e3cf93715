import { hex, join, sha256, type Bytes } from "../../ground/post/bytes";

/** RFC 6962: a leaf is hashed behind 0x00, an inner node behind 0x01. */
export function leafHash(entry: Bytes): Promise<Bytes> {
  return sha256(join(Uint8Array.of(0), entry));
}

export function nodeHash(left: Bytes, right: Bytes): Promise<Bytes> {
  return sha256(join(Uint8Array.of(1), left, right));
}

export interface Inclusion {
  leaf: Bytes;
  index: number;
  size: number;
  proof: Bytes[];
}

/** The root that this proof leads to (RFC 9162, 2.1.3.2), or null when index, size and length of the proof cannot belong together. */
export async function rootOf({ leaf, index, size, proof }: Inclusion): Promise<Bytes | null> {
  if (!Number.isInteger(index) || !Number.isInteger(size) || index < 0 || index >= size) return null;
  let place = index;
  let last = size - 1;
  let here = leaf;
  for (const sibling of proof) {
    if (last === 0) return null;
    if (place % 2 === 1 || place === last) {
      here = await nodeHash(sibling, here);
      while (place % 2 === 0 && place !== 0) [place, last] = [Math.floor(place / 2), Math.floor(last / 2)];
    } else {
      here = await nodeHash(here, sibling);
    }
    [place, last] = [Math.floor(place / 2), Math.floor(last / 2)];
  }
  return last === 0 ? here : null;
}

export interface Growth {
  earlier: { size: number; root: Bytes };
  later: { size: number; root: Bytes };
  proof: Bytes[];
}

/** Whether the earlier tree is a beginning of the later one (RFC 9162, 2.1.4.2). */
export async function extendsTree({ earlier, later, proof }: Growth): Promise<boolean> {
  if (earlier.size < 1 || earlier.size > later.size) return false;
  if (earlier.size === later.size) return proof.length === 0 && hex(earlier.root) === hex(later.root);
  const heads = await headsOf(earlier, later.size, proof);
  return heads !== null && hex(heads.old) === hex(earlier.root) && hex(heads.now) === hex(later.root);
}

/** Both roots that the proof leads to, or null when sizes and length of the proof cannot belong together. */
async function headsOf(earlier: Growth["earlier"], size: number, proof: Bytes[]): Promise<{ old: Bytes; now: Bytes } | null> {
  let [place, last] = [earlier.size - 1, size - 1];
  while (place % 2 === 1) [place, last] = [Math.floor(place / 2), Math.floor(last / 2)];
  const [start, ...path] = place === 0 ? [earlier.root, ...proof] : proof;
  if (start === undefined) return null;
  let [old, now] = [start, start];
  for (const sibling of path) {
    if (last === 0) return null;
    if (place % 2 === 1 || place === last) {
      [old, now] = [await nodeHash(sibling, old), await nodeHash(sibling, now)];
      while (place % 2 === 0 && place !== 0) [place, last] = [Math.floor(place / 2), Math.floor(last / 2)];
    } else {
      now = await nodeHash(now, sibling);
    }
    [place, last] = [Math.floor(place / 2), Math.floor(last / 2)];
  }
  return last === 0 ? { old, now } : null;
}

export async function includes(root: Bytes, inclusion: Inclusion): Promise<boolean> {
  const found = await rootOf(inclusion);
  return found !== null && hex(found) === hex(root);
}
