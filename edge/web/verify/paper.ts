/** The ballot paper: what was put to the vote, by which rule, and whether the vote was lawfully opened. */

import { canonical } from "./json.ts";
import { readObject, type Fields } from "./reading.ts";
import { Wrong } from "./report.ts";
import { readVoteKey, type VoteKey } from "./secret.ts";

const PAPER = [
  ...["format", "meeting", "meeting_title", "body", "motion", "item", "item_title", "title", "text"],
  ...["method", "choices", "candidates", "seats", "secret", "documents", "rule", "voters", "opened_at"],
];
const CHOICES = ["for", "against", "abstain"];
const NOBODY = "none";
const STAMP = /^([1-9]\d{3})-(\d\d)-(\d\d)T([01]\d|2[0-3]):[0-5]\d:[0-5]\d\.\d{6}Z$/;
const DAY = /^(\d{4})-(\d\d)-(\d\d)$/;
/** Days of the law are days in Vietnam. */
const CIVIL_DAY_HOURS = 7;
const DAY_MS = 24 * 60 * 60 * 1000;

export interface Paper {
  title: string;
  body: string;
  meetingTitle: string;
  openedAt: string;
  /** Of a question; none for an election. */
  choices: string[];
  /** In the order of the paper; none for a question. */
  candidates: { id: string; name: string }[];
  seats: bigint;
  documents: Set<string>;
  /** How many may vote. */
  voters: bigint;
  /** What they weigh together; as many as they are where the rule does not weigh. */
  weight: bigint;
  /** SHA-256 of the canonical JSON of [[member, seat, weight], ...] of the opening roll's voters. */
  votersSha256: string;
  chair: string | null;
  rule: Fields;
  /** The key of a secret vote; null for an open one. */
  secret: VoteKey | null;
}

/** The paper, when it is one for this motion. */
export function readPaper(text: string, meeting: string, motion: string): Paper {
  const fields = readObject(text, "paper", "verify.paper_form").only(PAPER);
  for (const [name, wanted] of [["format", "dinh-paper/1"], ["meeting", meeting], ["motion", motion]] as const) {
    if (fields.text(name) !== wanted) throw new Wrong("verify.paper_form", `paper.${name}`, { wanted });
  }
  const voters = fields.object("voters").only(["count", "weight", "sha256", "chair"]);
  const candidates = fields.objects("candidates").map((one) => one.only(["id", "name", "about"]));
  checkMethod(fields, candidates);
  return {
    title: fields.text("title"),
    openedAt: fields.text("opened_at"),
    choices: fields.texts("choices"),
    candidates: candidates.map((one) => ({ id: one.text("id"), name: one.text("name") })),
    seats: fields.number("seats"),
    documents: new Set(fields.objects("documents").map((one) => one.text("sha256"))),
    voters: voters.number("count"),
    weight: voters.number("weight"),
    votersSha256: voters.text("sha256"),
    chair: voters.maybeText("chair"),
    rule: fields.object("rule"),
    secret: readVoteKey(fields),
    body: shown(fields, "body"),
    meetingTitle: shown(fields, "meeting_title"),
  };
}

/** Only for people to read: whatever else stands there counts for nothing. */
function shown(fields: Fields, name: string): string {
  const value = fields.values.get(name);
  return typeof value === "string" ? value : "";
}

/** A question has its three choices and nothing else, an election its candidates c1, c2, ... and seats for some of them. */
function checkMethod(paper: Fields, candidates: Fields[]): void {
  const method = paper.text("method");
  const seats = paper.number("seats");
  const ids = candidates.map((one) => one.text("id"));
  const has = (choices: string[]) => canonical(paper.texts("choices")) === canonical(choices);
  const isQuestion = method === "question" && has(CHOICES) && ids.length === 0 && seats === 0n;
  const isElection = method === "election" && has([]) && seats >= 1n && seats <= ids.length;
  if (!(isQuestion || isElection) || paper.object("rule").text("method") !== method) {
    throw new Wrong("verify.paper_form", "paper.method", { wanted: method });
  }
  if (ids.some((id, place) => id !== `c${place + 1}`)) throw new Wrong("verify.paper_form", "paper.candidates");
  const blank = paper.object("rule").text("blank");
  if (blank !== "valid" && (isQuestion || blank !== "invalid")) throw new Wrong("verify.paper_form", "paper.rule.blank");
}

/** What a ballot with this choice counts for; null when the paper has no such choice or it is spelt otherwise. */
export function chosenBy(paper: Paper, choice: string): string[] | null {
  if (paper.choices.length > 0) return paper.choices.includes(choice) ? [choice] : null;
  if (choice === NOBODY) return [];
  const parts = choice.split(",");
  const places = parts.map((part) => paper.candidates.findIndex(({ id }) => id === part));
  const isRising = places.every((place, at) => place > (places[at - 1] ?? -1));
  return isRising && parts.length <= paper.seats ? parts : null;
}

/** A vote may only be opened with the quorum, with enough voters to adopt, by a rule in force on that day. Weights where the rule weighs. */
export function checkOpening(paper: Paper, present: bigint, where: string): void {
  const { rule, weight: voters } = paper;
  if ((rule.values.get("quorum") ?? null) !== null) {
    const [number, of] = rule.share("quorum");
    if (present * of < voters * number) {
      throw new Wrong("verify.opening", where, { reason: "quorum", present, voters, share: `${number}/${of}` });
    }
  }
  if (rule.text("base") === "all" && present < needed(rule, voters)) {
    throw new Wrong("verify.opening", where, { reason: "too_few", present, needed: needed(rule, voters) });
  }
  const day = civilDay(paper.openedAt, where);
  const until = rule.maybeText("valid_until");
  if (day < realDay(rule.text("valid_from"), where) || (until !== null && day > realDay(until, where))) {
    throw new Wrong("verify.opening", where, { reason: "not_in_force", day });
  }
}

/** The least number of votes for: more than the share when strict, else at least the share. */
export function needed(rule: Fields, base: bigint): bigint {
  const [number, of] = rule.share("share");
  const whole = (base * number) / of;
  if (rule.flag("strict")) return whole + 1n;
  return whole * of === base * number ? whole : whole + 1n;
}

/** The day in Vietnam of a time in the log's one spelling: UTC with microseconds and Z. Days compare as text. */
function civilDay(stamp: string, where: string): string {
  const found = STAMP.exec(stamp);
  if (found === null || !isDay(stamp.slice(0, 10))) throw new Wrong("verify.paper_form", "paper.opened_at", { near: where });
  const later = new Date(Date.parse(`${stamp.slice(0, 10)}T00:00:00Z`) + (Number(found[4]) + CIVIL_DAY_HOURS >= 24 ? DAY_MS : 0));
  if (later.getUTCFullYear() > 9999) throw new Wrong("verify.paper_form", "paper.opened_at", { near: where });
  return later.toISOString().slice(0, 10);
}

function realDay(day: string, where: string): string {
  if (!isDay(day)) throw new Wrong("verify.paper_form", "paper.rule", { near: where });
  return day;
}

function isDay(day: string): boolean {
  const [, year = "0000"] = DAY.exec(day) ?? [];
  if (year === "0000") return false;
  const at = new Date(`${day}T00:00:00Z`);
  return !Number.isNaN(at.getTime()) && at.toISOString().startsWith(day);
}
