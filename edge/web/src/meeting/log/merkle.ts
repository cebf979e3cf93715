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

export async function includes(root: Bytes, inclusion: Inclusion): Promise<boolean> {
  const found = await rootOf(inclusion);
  return found !== null && hex(found) === hex(root);
}
