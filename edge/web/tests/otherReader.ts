/**
 * A reader of logs that is not ours: @sigstore/verify, which checks Sigstore's transparency logs, opens the signed head of each receipt
 * and follows its proof (RFC 6962, C2SP signed notes). A test-only dependency: it shows that other people's tools read this log.
 *
 * Each line of the input is {"receipt", "key"}; each line of the output "read", or why not.
 */

import { createPublicKey } from "node:crypto";
import { createInterface } from "node:readline";
import { verifyCheckpoint } from "@sigstore/verify/dist/tlog/checkpoint.js";
import { verifyMerkleInclusion } from "@sigstore/verify/dist/tlog/merkle.js";

interface Receipt {
  index: number;
  entry: string;
  proof: string[];
  checkpoint: string;
}

type Entry = Parameters<typeof verifyMerkleInclusion>[0];
type Log = Parameters<typeof verifyCheckpoint>[1][number];

const SPKI_ED25519 = Buffer.from("302a300506032b6570032100", "hex");

/** The log's verifier key (name+id+base64) as that reader wants to know it. */
function logOf(key: string): Log {
  const [name = "", id = "", ...rest] = key.split("+");
  const raw = Buffer.from(rest.join("+"), "base64").subarray(1);
  const publicKey = createPublicKey({ key: Buffer.concat([SPKI_ED25519, raw]), format: "der", type: "spki" });
  return { baseURL: name, logID: Buffer.from(id, "hex"), publicKey, validFor: { start: new Date(0), end: new Date() } };
}

function read({ receipt, key }: { receipt: Receipt; key: string }): string {
  const inclusionProof = {
    logIndex: String(receipt.index),
    hashes: receipt.proof.map((hash) => Buffer.from(hash, "hex")),
    checkpoint: { envelope: receipt.checkpoint },
  };
  const entry = { canonicalizedBody: Buffer.from(receipt.entry, "utf8"), inclusionProof } as unknown as Entry;
  try {
    verifyMerkleInclusion(entry, verifyCheckpoint(entry, [logOf(key)]));
  } catch (error) {
    return String(error);
  }
  return "read";
}

for await (const line of createInterface({ input: process.stdin })) process.stdout.write(`${read(JSON.parse(line) as Parameters<typeof read>[0])}\n`);
