/** What a check of a bundle says: closed codes, where, and facts. The codes are those of the node's own verifier. */

export type Step = "bytes" | "checkpoint" | "entries" | "root" | "paper" | "names" | "rolls" | "ballots" | "result" | "receipts" | "heads" | "documents";

export type Facts = Record<string, string | number | bigint | boolean | null>;

/** `where` names the entry, field or byte: "entries[12].text", "checkpoint", "byte 801". */
export interface Finding {
  code: string;
  where: string;
  facts: Facts;
}

/** `steps` were done in order; the last one found `findings`, if there are any. */
export interface Report {
  ok: boolean;
  findings: Finding[];
  steps: Step[];
  summary: Facts;
}

/** Ends a check at what is wrong. */
export class Wrong extends Error {
  readonly finding: Finding;

  constructor(code: string, where: string, facts: Facts = {}) {
    super(`${code} at ${where}`);
    this.finding = { code, where, facts };
  }
}
