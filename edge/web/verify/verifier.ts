/**
 * Counts a motion again from its bundle alone, as a stranger would. The second of two: meeting/log/verifier.py says the same of
 * every bundle, and neither shares a line with the other or with what counted.
 *
 *  1 bytes       UTF-8, JSON in its one canonical spelling, exactly the fields of a bundle
 *  2 checkpoint  signed by the log's key, whose name is that of this meeting's log; the key is the expected one, if one is given
 *  3 entries     each has the hash it claims, is whole, stands at its place; nothing of this vote is kept back
 *  4 root        the entries hash to the signed root (RFC 6962), and there are as many as it says
 *  5 paper       has the hash that the log says was opened, and is for this motion
 *  6 names       open the salted hashes in the log
 *  7 rolls       keys proved by their tablets; each roll is what the entries before it say; opening was lawful
 *  8 ballots     each signed by the key bound to that voter at that moment, present, entitled, in time, for this paper; of a secret vote
 *                each token so, one for each voter, and each ballot by the vote's own key, no more of them than tokens
 *  9 result      the count, the base and the rule give the result that the log says
 * 10 receipts    each given receipt is for an entry of this log, under a signed head that this log extends; each promise of the box is kept
 * 11 heads       each given head of this log (from the hall screen, the minutes, a message) is a beginning of it
 * 12 documents   each given file is one that was voted on
 */

import { fromHex, hex, join, same, sha256, utf8, type Bytes } from "./bytes.ts";
import { count } from "./counting.ts";
import { isKind, readEntries, RESULT, whereOf, type Entry } from "./entries.ts";
import { checkHead } from "./heads.ts";
import { canonical, type JsonObject } from "./json.ts";
import { checkOpening, readPaper, type Paper } from "./paper.ts";
import { Fields, readBundle } from "./reading.ts";
import { checkReceipt } from "./receipts.ts";
import { Story } from "./replay.ts";
import { Wrong, type Facts, type Finding, type Report, type Step } from "./report.ts";
import { openNote, type Head } from "./signatures.ts";
import { treeHash } from "./tree.ts";

const FIELDS = ["format", "meeting", "motion", "key", "checkpoint", "entries", "paper", "names"];

/** What else is at hand: the key read off the hall screen, receipts (JSON), the documents' bytes, heads as they were scanned or copied. */
export interface Beside {
  key?: string | null;
  receipts?: readonly Bytes[];
  documents?: readonly Bytes[];
  heads?: readonly string[];
}

/** What a reader is shown beside the report, when all of it is right. */
export interface Counted {
  paper: Paper;
  result: JsonObject;
  story: Story;
  corrections: { text: string; at: string }[];
}

/** Check a bundle. Never throws for what it is given; says what is wrong, and where. `onStep` hears each step as it begins. */
export async function verify(raw: Bytes, beside: Beside = {}, onStep?: (step: Step) => Promise<void>): Promise<{ report: Report; counted: Counted | null }> {
  const check = new Check(raw, beside);
  const steps: Step[] = [];
  try {
    for (const [step, run] of check.steps()) {
      steps.push(step);
      await onStep?.(step);
      await run();
    }
  } catch (error) {
    if (!(error instanceof Wrong)) throw error;
    const findings = check.findings.length > 0 ? check.findings : [error.finding];
    return { report: { ok: false, findings, steps, summary: check.summary }, counted: null };
  }
  return { report: { ok: true, findings: [], steps, summary: check.summary }, counted: check.counted() };
}

class Check {
  readonly summary: Facts = {};
  /** All that is wrong with entries: they are named together. */
  findings: Finding[] = [];

  private readonly raw: Bytes;
  private readonly beside: Beside;
  private bundle!: Fields;
  private meeting = "";
  private motion = "";
  private lines: Fields[] = [];
  private head!: Head;
  private entries: Entry[] = [];
  private paper!: Paper;
  private paperSha256 = "";
  private story!: Story;
  private opened = 0;
  private recount: JsonObject = new Map();

  constructor(raw: Bytes, beside: Beside) {
    this.raw = raw;
    this.beside = beside;
  }

  steps(): [Step, () => void | Promise<void>][] {
    const steps: [Step, () => void | Promise<void>][] = [
      ["bytes", () => this.readBytes()],
      ["checkpoint", () => this.checkpoint()],
      ["entries", () => this.readEntries()],
      ["root", () => this.root()],
      ["paper", () => this.readPaper()],
      ["names", () => this.names()],
      ["rolls", () => this.rolls()],
      ["ballots", () => this.ballots()],
      ["result", () => this.result()],
    ];
    if ((this.beside.receipts ?? []).length > 0) steps.push(["receipts", () => this.receipts()]);
    if ((this.beside.heads ?? []).length > 0) steps.push(["heads", () => this.heads()]);
    if ((this.beside.documents ?? []).length > 0) steps.push(["documents", () => this.documents()]);
    return steps;
  }

  counted(): Counted {
    const about = this.entries.filter((entry) => isKind(entry, "correction", this.motion));
    const corrections = about.map(({ fields }) => ({ text: shown(fields, "text"), at: shown(fields, "at") }));
    return { paper: this.paper, result: this.recount, story: this.story, corrections };
  }

  private readBytes(): void {
    this.bundle = new Fields(readBundle(this.raw), "bundle", "verify.shape").only(FIELDS);
    if (this.bundle.text("format") !== "dinh-bundle/1") throw this.bundle.at("format");
    this.meeting = this.bundle.text("meeting");
    this.motion = this.bundle.text("motion");
    this.lines = this.bundle.objects("entries").map((line, index) => new Fields(line.values, whereOf(index), "verify.shape"));
    this.tell({ meeting: this.meeting, motion: this.motion, entries: this.lines.length });
  }

  private async checkpoint(): Promise<void> {
    const key = this.bundle.text("key");
    this.head = await openNote(this.bundle.text("checkpoint"), key, "checkpoint");
    const { origin, root } = this.head;
    if (origin !== key.split("+")[0] || !origin.endsWith(`/${this.meeting}`)) {
      throw new Wrong("verify.checkpoint_origin", "checkpoint", { origin: beginning(origin, 100) });
    }
    const wanted = this.beside.key ?? null;
    if (wanted !== null && wanted !== key) throw new Wrong("verify.key_other", "key", { wanted: beginning(wanted, 200) });
    this.tell({ key, root: hex(root) });
  }

  private async readEntries(): Promise<void> {
    const { entries, wrong } = await readEntries(this.lines, this.meeting);
    this.entries = entries;
    this.findings = wrong;
    const [first] = wrong;
    if (first !== undefined) throw new Wrong(first.code, first.where);
    this.tell({ hidden: entries.filter(({ fields }) => fields === null).length });
    this.nothingHidden();
  }

  /** Between the opening roll and the result every entry is shown. */
  private nothingHidden(): void {
    const opening = this.entries.findIndex((entry) => isKind(entry, "roll", this.motion));
    const result = this.entries.findLastIndex((entry) => isKind(entry, "result", this.motion));
    if (opening < 0 || result < 0) throw this.missing();
    const hidden = this.entries.slice(opening, result + 1).find((entry) => entry.fields === null);
    if (hidden !== undefined) throw new Wrong("verify.entry_hidden", whereOf(hidden.index));
  }

  private missing(facts: Facts = {}): Wrong {
    return new Wrong("verify.motion_missing", "entries", { motion: this.motion, ...facts });
  }

  private async root(): Promise<void> {
    const { size, root } = this.head;
    if (size !== this.entries.length) throw new Wrong("verify.log_size", "checkpoint", { said: size, found: this.entries.length });
    const computed = await treeHash(this.entries.map((entry) => entry.leaf));
    if (!same(computed, root)) throw new Wrong("verify.log_root", "checkpoint", { said: hex(root), computed: hex(computed) });
  }

  private async readPaper(): Promise<void> {
    const text = this.bundle.text("paper");
    this.paperSha256 = hex(await sha256(utf8(text)));
    const openings = this.entries.filter((entry) => isKind(entry, "motion_opened", this.motion));
    const [opened] = openings;
    if (openings.length !== 1 || !opened?.fields) throw this.missing({ openings: openings.length });
    const said = opened.fields.text("paper");
    if (said !== this.paperSha256) throw new Wrong("verify.paper_hash", "paper", { said, computed: this.paperSha256 });
    this.opened = opened.index;
    this.paper = readPaper(text, this.meeting, this.motion);
    this.tell({ title: this.paper.title, paper_sha256: this.paperSha256, voters: this.paper.voters });
  }

  private async names(): Promise<void> {
    const hashes = new Map<string, string>();
    for (const { fields } of this.entries) {
      if (fields?.values.get("kind") === "member") hashes.set(fields.text("member"), fields.text("name_sha256"));
    }
    const names = this.bundle.object("names");
    for (const member of names.values.keys()) {
      const name = new Fields(names.object(member).values, `names.${member}`, "verify.shape").only(["salt", "name"]);
      const salt = fromHex(name.text("salt"));
      if (salt === null) throw new Wrong("verify.name", `names.${member}.salt`);
      const hashed = hex(await sha256(join(salt, utf8(name.text("name")))));
      if (hashed !== hashes.get(member)) throw new Wrong("verify.name", `names.${member}`, { member });
    }
    this.tell({ names: names.values.size });
  }

  private async rolls(): Promise<void> {
    this.story = new Story(this.meeting, this.motion, this.paper, this.paperSha256);
    await this.live(this.entries.slice(0, this.opened + 1));
    checkOpening(this.paper, this.story.opening ?? 0n, whereOf(this.opened));
  }

  private async ballots(): Promise<void> {
    await this.live(this.entries.slice(this.opened + 1));
    const { ballots, box } = this.story;
    this.tell({ ballots: ballots.size + box.ballots.size });
    if (box.key !== null) this.tell({ tokens: box.issued.size });
  }

  private async live(entries: Entry[]): Promise<void> {
    for (const { fields, index } of entries) if (fields !== null) await this.story.tell(fields, index);
  }

  private result(): void {
    const said = this.story.result;
    if (said === null) throw this.missing();
    this.recount = count(this.paper, this.story.cast());
    for (const name of RESULT) {
      const counted = canonical(this.recount.get(name) ?? null);
      if (canonical(said.values.get(name) ?? null) !== counted) throw new Wrong("verify.result", `${said.where}.${name}`, { counted });
    }
    this.tell({ ...this.told(said), needed: said.number("needed"), adopted: said.flag("adopted") });
  }

  /** Votes for each choice of a question; of an election each candidate's votes by name, and who is elected. */
  private told(said: Fields): Facts {
    const { choices, candidates } = this.paper;
    const votes = said.object("votes");
    if (choices.length > 0) return Object.fromEntries(choices.map((choice) => [choice, votes.number(choice)]));
    const names = new Map(candidates.map(({ id, name }) => [id, name]));
    const listed = (word: string) => said.texts(word).map((id) => names.get(id) ?? id).join("; ");
    return { candidates: candidates.map(({ id, name }) => `${name} ${votes.number(id)}`).join("; "), elected: listed("elected"), tied: listed("tied"), blank: said.number("blank"), invalid: said.number("invalid") };
  }

  private async receipts(): Promise<void> {
    const receipts = this.beside.receipts ?? [];
    const { ballots, box } = this.story;
    const log = { motion: this.motion, key: this.bundle.text("key"), head: this.head, entries: this.entries, ballots, boxed: box.ballots };
    for (const [number, raw] of receipts.entries()) await checkReceipt(raw, log, `receipts[${number}]`);
    this.tell({ receipts: receipts.length });
  }

  private async heads(): Promise<void> {
    const heads = this.beside.heads ?? [];
    const log = { head: this.head, key: this.bundle.text("key"), leaves: this.entries.map((entry) => entry.leaf) };
    for (const [number, text] of heads.entries()) await checkHead(text, log, `heads[${number}]`);
    this.tell({ heads: heads.length });
  }

  private async documents(): Promise<void> {
    const documents = this.beside.documents ?? [];
    for (const [number, raw] of documents.entries()) {
      const digest = hex(await sha256(raw));
      if (!this.paper.documents.has(digest)) throw new Wrong("verify.document", `documents[${number}]`, { sha256: digest });
    }
    this.tell({ documents: documents.length });
  }

  private tell(facts: Facts): void {
    Object.assign(this.summary, facts);
  }
}

const beginning = (text: string, most: number) => Array.from(text).slice(0, most).join("");

function shown(fields: Fields | null, name: string): string {
  const value = fields?.values.get(name);
  return typeof value === "string" ? value : "";
}
