/**
 * The verifier without its page, for tests: each line of the input is {"bundle", "key", "receipts", "documents", "heads"} with bytes as base64,
 * each line of the output the report. One process takes thousands.
 */

import { createInterface } from "node:readline";
import { fromBase64, type Bytes } from "./bytes.ts";
import { verify } from "./verifier.ts";

interface Asked {
  bundle: string;
  key: string | null;
  receipts: string[];
  documents: string[];
  heads: string[];
}

function bytes(text: string): Bytes {
  const raw = fromBase64(text);
  if (raw === null) throw new TypeError("not base64");
  return raw;
}

for await (const line of createInterface({ input: process.stdin })) {
  const { bundle, key, receipts, documents, heads } = JSON.parse(line) as Asked;
  const { report } = await verify(bytes(bundle), { key, receipts: receipts.map(bytes), documents: documents.map(bytes), heads });
  process.stdout.write(`${JSON.stringify(report, (_name, value: unknown) => (typeof value === "bigint" ? Number(value) : value))}\n`);
}
