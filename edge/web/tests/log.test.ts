import { generateKeyPairSync, sign } from "node:crypto";
import { describe, expect, it } from "vitest";
import { base64url, canonical, fromBase64, fromHex, hex, join, sha256, utf8, type Bytes } from "../src/ground/post/bytes";
import type { Receipt } from "../src/ground/wire";
import { checkPaper } from "../src/meeting/log/ballot";
import { checkSignature, readCheckpoint } from "../src/meeting/log/checkpoint";
import { readKept } from "../src/meeting/log/grown";
import { extendsTree, leafHash, nodeHash, rootOf } from "../src/meeting/log/merkle";
import { checkReceipt, codeOf, findInBundle, overall } from "../src/meeting/log/receipt";

/** The tree of RFC 6962 2.1.3's example shape: entries d0..d6. */
async function tree(leaves: Bytes[]): Promise<Bytes> {
  if (leaves.length === 1 && leaves[0] !== undefined) return leaves[0];
  const split = 2 ** Math.ceil(Math.log2(leaves.length) - 1);
  return nodeHash(await tree(leaves.slice(0, split)), await tree(leaves.slice(split)));
}

async function path(leaves: Bytes[], index: number): Promise<Bytes[]> {
  if (leaves.length === 1) return [];
  const split = 2 ** Math.ceil(Math.log2(leaves.length) - 1);
  if (index < split) return [...(await path(leaves.slice(0, split), index)), await tree(leaves.slice(split))];
  return [...(await path(leaves.slice(split), index - split)), await tree(leaves.slice(0, split))];
}

/** PROOF(earlier, leaves) as RFC 6962, 2.1.2 writes it. */
async function grown(leaves: Bytes[], earlier: number, whole = true): Promise<Bytes[]> {
  if (earlier === leaves.length) return whole ? [] : [await tree(leaves)];
  const split = 2 ** Math.ceil(Math.log2(leaves.length) - 1);
  if (earlier <= split) return [...(await grown(leaves.slice(0, split), earlier, whole)), await tree(leaves.slice(split))];
  return [...(await grown(leaves.slice(split), earlier - split, false)), await tree(leaves.slice(0, split))];
}

const entries = (count: number) => Promise.all(Array.from({ length: count }, (_, index) => leafHash(utf8(`d${index}`))));

describe("the Merkle tree", () => {
  it("hashes the empty leaf as the test vector of RFC 6962's implementations says", async () => {
    expect(hex(await leafHash(new Uint8Array()))).toBe("6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d");
  });

  it("leads from every leaf of every small tree to its root", async () => {
    for (let size = 1; size <= 17; size += 1) {
      const leaves = await entries(size);
      const root = hex(await tree(leaves));
      for (const [index, leaf] of leaves.entries()) {
        const found = await rootOf({ leaf, index, size, proof: await path(leaves, index) });
        expect(found === null ? null : hex(found)).toBe(root);
      }
    }
  });

  it("refuses a proof that is too long, too short, or for another place", async () => {
    const leaves = await entries(7);
    const root = hex(await tree(leaves));
    const leaf = leaves[3] ?? new Uint8Array();
    const proof = await path(leaves, 3);
    expect(await rootOf({ leaf, index: 7, size: 7, proof })).toBeNull();
    expect(await rootOf({ leaf, index: 3, size: 7, proof: proof.slice(1) })).toBeNull();
    expect(await rootOf({ leaf, index: 3, size: 7, proof: [...proof, leaf] })).toBeNull();
    const elsewhere = await rootOf({ leaf, index: 2, size: 7, proof });
    expect(elsewhere === null ? null : hex(elsewhere)).not.toBe(root);
  });
});

describe("a log that only grew", () => {
  it("is proved from every earlier size to every later one, and for no other root", async () => {
    const leaves = await entries(13);
    const roots = await Promise.all(leaves.map((_, at) => tree(leaves.slice(0, at + 1))));
    const other = await leafHash(utf8("other"));
    for (let second = 1; second <= leaves.length; second += 1) {
      for (let first = 1; first <= second; first += 1) {
        const proof = await grown(leaves.slice(0, second), first);
        const [earlier, later] = [{ size: first, root: roots[first - 1] ?? other }, { size: second, root: roots[second - 1] ?? other }];
        expect(await extendsTree({ earlier, later, proof })).toBe(true);
        expect(await extendsTree({ earlier: { size: first, root: other }, later, proof })).toBe(false);
        expect(await extendsTree({ earlier, later: { size: second, root: other }, proof })).toBe(false);
        expect(await extendsTree({ earlier, later, proof: [...proof, other] })).toBe(false);
        if (proof.length > 0) expect(await extendsTree({ earlier, later, proof: proof.slice(1) })).toBe(false);
      }
    }
  });

  it("is asked about with what people scan or type", () => {
    const note = "dinh.local/n1/m1\n137\nAAAA\n\n— dinh.local/n1/m1 BBBB\n";
    expect(readKept(note)).toEqual({ note });
    expect(readKept(note.split("\n").join("  "))).toEqual({ note });
    expect(readKept("1.250 3fa9 8C21 77d0 04be")).toEqual({ size: 1250, root: "3fa98c2177d004be" });
    for (const text of ["", "137", "3fa98c2177d004be", "137 3fa9", "12.5 3fa98c2177d004be", "0 3fa98c2177d004be", "137 — 3fa98c2177d004be"]) expect(readKept(text)).toBeNull();
  });
});

const ORIGIN = "dinh.local/n1/m1";

async function log(jws: string) {
  const { publicKey, privateKey } = generateKeyPairSync("ed25519");
  const raw = fromBase64(publicKey.export({ format: "jwk" }).x ?? "");
  const typed = join(Uint8Array.of(1), raw);
  const id = (await sha256(join(utf8(`${ORIGIN}\n`), typed))).slice(0, 4);
  const key = `${ORIGIN}+${hex(id)}+${Buffer.from(typed).toString("base64")}`;
  const text = canonical({ index: 4, jws, kind: "ballot", meeting: "m1", motion: "x1" });
  const leaves = [...(await entries(4)), await leafHash(utf8(text))];
  const body = `${ORIGIN}\n5\n${Buffer.from(await tree(leaves)).toString("base64")}\n`;
  const signature = join(id, new Uint8Array(sign(null, Buffer.from(body), privateKey)));
  const ballot_sha256 = hex(await sha256(utf8(jws)));
  const receipt: Receipt = {
    motion: "x1",
    code: codeOf(ballot_sha256),
    index: 4,
    size: 5,
    entry: text,
    leaf_sha256: hex(leaves[4] ?? new Uint8Array()),
    proof: (await path(leaves, 4)).map(hex),
    checkpoint: `${body}\n— ${ORIGIN} ${Buffer.from(signature).toString("base64")}\n`,
    ballot_sha256,
  };
  return { key, receipt, text };
}

describe("a receipt", () => {
  it("is good in every step when nothing was changed", async () => {
    const { key, receipt } = await log("a.b.c");
    const findings = await checkReceipt(receipt, "a.b.c", "m1", key);
    expect(findings).toEqual({ ballot: "good", code: "good", entry: "good", checkpoint: "good", inclusion: "good", signature: "good" });
    expect(overall(findings)).toBe("good");
  });

  it("names the step in which it is wrong", async () => {
    const { key, receipt } = await log("a.b.c");
    const other = (await log("x.y.z")).key;
    expect((await checkReceipt(receipt, "a.b.d", "m1", key)).ballot).toBe("bad");
    expect((await checkReceipt({ ...receipt, code: "0000-0000" }, "a.b.c", "m1", key)).code).toBe("bad");
    expect((await checkReceipt({ ...receipt, entry: `${receipt.entry} ` }, "a.b.c", "m1", key)).entry).toBe("bad");
    expect((await checkReceipt(receipt, "a.b.c", "m2", key)).checkpoint).toBe("bad");
    expect((await checkReceipt({ ...receipt, leaf_sha256: receipt.ballot_sha256 }, "a.b.c", "m1", key)).inclusion).toBe("bad");
    expect((await checkReceipt(receipt, "a.b.c", "m1", other)).signature).toBe("bad");
    expect((await checkReceipt(receipt, "a.b.c", "m1", undefined)).signature).toBe("unknown");
  });

  it("is not good where the entry that is proved holds another ballot, though every hash is right", async () => {
    const { key, receipt } = await log("x.y.z");
    const mine = hex(await sha256(utf8("a.b.c")));
    const findings = await checkReceipt({ ...receipt, ballot_sha256: mine, code: codeOf(mine) }, "a.b.c", "m1", key);
    expect(findings).toEqual({ ballot: "good", code: "good", entry: "bad", checkpoint: "good", inclusion: "good", signature: "good" });
    expect(overall(findings)).toBe("bad");
  });

  it("is found again in the bundle, and only there where it says", async () => {
    const { receipt, text } = await log("a.b.c");
    const filler = Array.from({ length: 4 }, () => ({ leaf: "", text: "" }));
    const good = { entries: [...filler, { leaf: receipt.leaf_sha256, text }] };
    expect(await findInBundle(good, receipt, "a.b.c")).toBe("good");
    expect(await findInBundle(good, receipt, "a.b.d")).toBe("bad");
    expect(await findInBundle({ entries: [...filler, { leaf: receipt.leaf_sha256, text: text.replace("a.b", "a.x") }] }, receipt, "a.b.c")).toBe("bad");
    expect(await findInBundle({ entries: [...filler, { leaf: receipt.leaf_sha256 }] }, receipt, "a.b.c")).toBe("unknown");
  });

  it("has a code that is read aloud in two groups of four", () => {
    expect(codeOf("00000000ff")).toBe("0000-007Z");
    expect(codeOf("ffffffffff00")).toBe("ZZZZ-ZZZZ");
  });
});

describe("a checkpoint", () => {
  it("is not read when it is none", async () => {
    expect(readCheckpoint("no checkpoint")).toBeNull();
    expect(readCheckpoint("a\n01\nAA==\n")).toBeNull();
    expect(await checkSignature("no note", "no key")).toBe("invalid");
  });
});

describe("a ballot paper", () => {
  const snapshot = { revision: 1, at: "", title: "", text: "", method: "question" as const, choices: [], candidates: [], seats: 0, may_change: true, eligible: 1, corrections: [], motion: "x1" };

  it("is believed only when its bytes hash to the name that is signed, and it is of this meeting", async () => {
    const bytes = utf8(canonical({ format: "dinh-paper/1", meeting: "m1", motion: "x1" }));
    const hash = hex(await sha256(bytes));
    const motion = { ...snapshot, paper_base64: Buffer.from(bytes).toString("base64"), paper_sha256: hash };
    expect((await checkPaper(motion, "m1"))?.sha256).toBe(hash);
    expect(await checkPaper(motion, "m2")).toBeNull();
    expect(await checkPaper({ ...motion, motion: "x2" }, "m1")).toBeNull();
    expect(await checkPaper({ ...motion, paper_sha256: "0".repeat(64) }, "m1")).toBeNull();
  });
});

describe("bytes", () => {
  it("are written as RFC 7515 and RFC 8785 write them", () => {
    expect(base64url(Uint8Array.of(255, 239, 191))).toBe("_--_");
    expect(canonical({ b: [1, "Đ"], a: null })).toBe('{"a":null,"b":[1,"Đ"]}');
    expect(() => canonical({ a: 0.5 })).toThrow();
    expect(() => fromHex("abc")).toThrow();
  });
});
