/** The entries one by one: hash, form and place, before anything is believed. */

import { fromHex, hex, same, utf8, type Bytes } from "./bytes.ts";
import { readObject, type Fields } from "./reading.ts";
import { Wrong, type Finding } from "./report.ts";
import { leafHash } from "./tree.ts";

const HEAD = ["v", "index", "kind", "meeting", "at"];

/** The numbers of a result, in the order in which a difference is named. */
export const RESULT = ["votes", "eligible", "present", "issued", "cast", "valid", "invalid", "blank", "base", "needed", "adopted", "elected", "tied"] as const;

/** What an entry of each kind has beside its head. */
const SHAPES = new Map<string, readonly string[]>(
  Object.entries({
    log_begun: ["title", "body"],
    meeting_state: ["state"],
    member: ["member", "seat", "votes", "chairs", "weight", "name_sha256"],
    member_removed: ["member"],
    key_bound: ["member", "seat", "device", "kid", "jwk", "by", "proof"],
    key_ended: ["member", "kid", "reason"],
    presence: ["member", "present", "by"],
    roll: ["motion", "moment", "members"],
    motion_opened: ["motion", "paper"],
    ballot: ["motion", "member", "jws"],
    clerk_bound: ["account", "role", "kid", "jwk", "proof"],
    roll_call: ["motion", "call", "secretary", "chair"],
    ballot_called: ["motion", "member", "choice", "call"],
    token_issued: ["motion", "member", "jws"],
    motion_closed: ["motion", "ballots"],
    secret_ballot: ["motion", "tracker", "prepared", "signature"],
    result: ["motion", ...RESULT],
    correction: ["motion", "text", "by"],
  }),
);

/** An entry. One whose text is kept back has no fields. */
export interface Entry {
  index: number;
  leaf: Bytes;
  fields: Fields | null;
}

export const whereOf = (index: number) => `entries[${index}]`;

/** True for a shown entry of this kind about this motion. */
export function isKind(entry: Entry, kind: string, motion: string): boolean {
  return entry.fields?.values.get("kind") === kind && entry.fields.values.get("motion") === motion;
}

/** All entries that can be read, and what is wrong with the others: every one of them is named. */
export async function readEntries(lines: readonly Fields[], meeting: string): Promise<{ entries: Entry[]; wrong: Finding[] }> {
  const entries: Entry[] = [];
  const wrong: Finding[] = [];
  for (const [index, line] of lines.entries()) {
    try {
      entries.push(await read(line, index, meeting));
    } catch (error) {
      if (!(error instanceof Wrong)) throw error;
      wrong.push(error.finding);
    }
  }
  return { entries, wrong };
}

async function read(line: Fields, index: number, meeting: string): Promise<Entry> {
  const isShown = line.values.has("text");
  line.only(isShown ? ["leaf", "text"] : ["leaf"]);
  const leaf = fromHex(line.text("leaf"));
  if (leaf?.length !== 32) throw line.at("leaf");
  if (!isShown) return { index, leaf, fields: null };
  const text = line.text("text");
  const computed = await leafHash(utf8(text));
  if (!same(computed, leaf)) throw new Wrong("verify.entry_hash", line.where, { leaf: hex(leaf), computed: hex(computed) });
  const fields = readObject(text, line.where, "verify.entry_form");
  checkForm(fields);
  for (const [name, wanted] of [["v", 1n], ["index", BigInt(index)], ["meeting", meeting]] as const) {
    if (fields.values.get(name) !== wanted) throw new Wrong("verify.entry_place", `${line.where}.${name}`, { wanted });
  }
  fields.text("at");
  return { index, leaf, fields };
}

function checkForm(fields: Fields): void {
  const kind = fields.text("kind");
  const shape = SHAPES.get(kind);
  if (shape === undefined) throw new Wrong("verify.entry_form", `${fields.where}.kind`, { kind: Array.from(kind).slice(0, 40).join("") });
  fields.only([...HEAD, ...shape]);
}
