/** The meeting lived again from its log: who was a member, whose key was bound, who was present, what each ballot said. */

import { hex, lenientText, sha256, utf8 } from "./bytes.ts";
import { Calls, type Said } from "./calling.ts";
import type { Cast } from "./counting.ts";
import { canonical, type Json } from "./json.ts";
import { checkProof, keyNamed, readKey } from "./keys.ts";
import { chosenBy, type Paper } from "./paper.ts";
import { readObject, type Fields } from "./reading.ts";
import { Wrong } from "./report.ts";
import { Box, checkBlinded } from "./secret.ts";
import { isEs256, openJws, type Jwk, type Jws } from "./signatures.ts";

const BALLOT = ["meeting", "motion", "paper", "choice", "seat", "nonce", "at"];
const TOKEN = ["meeting", "motion", "paper", "seat", "blinded", "nonce", "at"];
const ROLL_LINE = ["member", "seat", "votes", "weight", "present", "kid"];
const MOST_WEIGHT = 1_000_000n;

interface Key {
  seat: string;
  jwk: Jwk;
}

/** A ballot of this motion as the log has it. */
export interface Ballot {
  index: number;
  member: string;
  choice: string;
  sha256: string;
}

/** The state of the meeting after the entries told so far. `motion` is the one that is counted. */
export class Story {
  /** What the voters present on the opening roll weigh. */
  opening: bigint | null = null;
  /** SHA-256 of each ballot of this motion, with the ballot. */
  readonly ballots = new Map<string, Ballot>();
  result: Fields | null = null;

  private readonly members = new Map<string, Fields>();
  private readonly keys = new Map<string, Key>();
  /** Member -> id of the key that is bound now. */
  private readonly live = new Map<string, string>();
  private readonly present = new Set<string>();
  /** Who may vote, and how often each of them counts: by the roll where the rule weighs, else once. */
  private weights = new Map<string, bigint>();
  private closing = new Set<string>();
  private state: "before" | "open" | "closed" = "before";
  readonly last = new Map<string, Ballot>();
  private readonly nonces = new Set<string>();
  /** Roll calls are told beside, because their keys belong to accounts and not to members. */
  private readonly calls: Calls;
  /** So is the box, where nobody has a name. */
  readonly box: Box;

  private readonly meeting: string;
  private readonly motion: string;
  private readonly paper: Paper;
  private readonly paperSha256: string;

  constructor(meeting: string, motion: string, paper: Paper, paperSha256: string) {
    this.meeting = meeting;
    this.motion = motion;
    this.paper = paper;
    this.paperSha256 = paperSha256;
    this.calls = new Calls(meeting, motion, paperSha256);
    this.box = new Box(meeting, motion, paperSha256, paper.secret);
  }

  /** Take one entry. Throws Wrong at whatever could not have happened. */
  async tell(entry: Fields, index: number): Promise<void> {
    const kind = entry.text("kind");
    if (kind === "member") this.member(entry);
    else if (kind === "member_removed") this.memberRemoved(entry);
    else if (kind === "key_bound") await this.keyBound(entry);
    else if (kind === "key_ended") this.keyEnded(entry);
    else if (kind === "presence") this.presence(entry);
    else if (kind === "clerk_bound") await this.calls.bind(entry);
    else if (entry.values.get("motion") === this.motion) await this.aboutMotion(kind, entry, index);
  }

  private async aboutMotion(kind: string, entry: Fields, index: number): Promise<void> {
    if (kind !== "ballot_called") this.calls.done(entry.where);
    if (kind === "roll") await this.roll(entry);
    else if (kind === "motion_opened") this.motionOpened(entry);
    else if (kind === "ballot") await this.ballot(entry, index);
    else if (kind === "roll_call") await this.rollCall(entry);
    else if (kind === "ballot_called") this.ballotCalled(entry, index);
    else if (kind === "token_issued") await this.tokenIssued(entry);
    else if (kind === "secret_ballot") await this.box.take(entry);
    else if (kind === "motion_closed") this.closed(entry);
    else if (kind === "result") this.concluded(entry);
  }

  private member(entry: Fields): void {
    entry.flag("votes");
    entry.flag("chairs");
    entry.maybeText("seat");
    entry.text("name_sha256");
    const weight = entry.number("weight");
    if (weight < 1n || weight > MOST_WEIGHT) throw entry.at("weight");
    this.members.set(entry.text("member"), entry);
  }

  private memberRemoved(entry: Fields): void {
    const member = entry.text("member");
    if (!this.members.has(member) || this.present.has(member) || this.live.has(member)) throw entry.at("member");
    this.members.delete(member);
  }

  private async keyBound(entry: Fields): Promise<void> {
    const key = readKey(entry);
    await checkProof(entry, key, this.meeting, () => entry.text("device"), "verify.key_proof");
    const member = entry.text("member");
    const seat = entry.text("seat");
    if (this.members.get(member)?.values.get("seat") !== seat) throw entry.at("member");
    this.keys.set(key.kid, { seat, jwk: key.jwk });
    this.live.set(member, key.kid);
  }

  private keyEnded(entry: Fields): void {
    const member = entry.text("member");
    if (this.live.get(member) !== entry.text("kid")) throw entry.at("kid");
    this.live.delete(member);
  }

  private presence(entry: Fields): void {
    const member = entry.text("member");
    if (entry.flag("present")) this.present.add(member);
    else this.present.delete(member);
  }

  /** The roll says of everyone what the entries before it say, and names the voters of the paper. */
  private async roll(entry: Fields): Promise<void> {
    const lines = entry.objects("members");
    const named = new Set(lines.map((line) => line.text("member")));
    if (lines.length !== this.members.size || named.size !== this.members.size || ![...named].every((one) => this.members.has(one))) {
      throw new Wrong("verify.roll", `${entry.where}.members`);
    }
    for (const line of lines) this.checkRollLine(line.only(ROLL_LINE));
    await this.voters(
      lines.filter((line) => line.flag("votes")),
      entry,
    );
    const here = new Set([...this.weights.keys()].filter((member) => this.present.has(member)));
    if (entry.text("moment") === "opening") this.opening = this.weigh(here);
    else this.closing = here;
  }

  private checkRollLine(line: Fields): void {
    const member = line.text("member");
    const known = this.members.get(member)?.values;
    const said: Json[] = [line.maybeText("seat"), line.flag("votes"), line.number("weight"), line.flag("present"), line.maybeText("kid")];
    const told = [known?.get("seat"), known?.get("votes"), known?.get("weight"), this.present.has(member), this.live.get(member) ?? null];
    if (said.some((value, place) => value !== told[place])) throw new Wrong("verify.roll", line.where, { member });
  }

  private async voters(lines: Fields[], entry: Fields): Promise<void> {
    const where = `${entry.where}.members`;
    const listed = lines.map((line): Json[] => [line.text("member"), line.maybeText("seat"), line.number("weight")]);
    const digest = hex(await sha256(utf8(canonical(listed))));
    if (BigInt(lines.length) !== this.paper.voters || digest !== this.paper.votersSha256) {
      throw new Wrong("verify.roll", where, { voters: lines.length, wanted: this.paper.voters });
    }
    const weighs = this.paper.rule.flag("weights");
    this.weights = new Map(lines.map((line) => [line.text("member"), weighs ? line.number("weight") : 1n]));
    const weight = this.weigh(this.weights.keys());
    if (weight !== this.paper.weight) throw new Wrong("verify.roll", where, { weight, wanted: this.paper.weight });
  }

  /** How much these voters count together. */
  private weigh(members: Iterable<string>): bigint {
    let whole = 0n;
    for (const member of members) whole += this.weights.get(member) ?? 0n;
    return whole;
  }

  private motionOpened(entry: Fields): void {
    if (this.opening === null || this.state !== "before") throw new Wrong("verify.roll", entry.where);
    this.state = "open";
  }

  private closed(entry: Fields): void {
    const said = entry.number("ballots");
    if (this.paper.secret !== null) this.box.said = said;
    else if (said !== BigInt(this.ballots.size)) throw new Wrong("verify.ballots_count", entry.where, { said, found: this.ballots.size });
    this.state = "closed";
  }

  private concluded(entry: Fields): void {
    if (this.state !== "closed" || this.result !== null) throw new Wrong("verify.result", entry.where);
    this.box.done(entry.where);
    this.result = entry;
  }

  /** The ballot's own checks, in the order of the design: bytes, algorithm, key, signature, place, present, voter, open, paper, ... */
  private async ballot(entry: Fields, index: number): Promise<void> {
    const { where } = entry;
    const text = entry.text("jws");
    const member = entry.text("member");
    this.box.demand(where, false);
    const said = await this.opened(text, member, where, BALLOT);
    const isHere = { motion: said.text("motion") === this.motion, paper: said.text("paper") === this.paperSha256 };
    const digest = hex(await sha256(utf8(text)));
    this.count({ member, choice: said.text("choice"), nonce: said.text("nonce"), digest }, index, where, isHere);
  }

  /** A token is asked for like a ballot; instead of a choice the voter has signed a blinded message. */
  private async tokenIssued(entry: Fields): Promise<void> {
    const { where } = entry;
    const member = entry.text("member");
    this.box.demand(where, true);
    const said = await this.opened(entry.text("jws"), member, where, TOKEN);
    checkBlinded(said, this.paper.secret, where);
    const checks: [boolean, string][] = [
      [this.present.has(member), "verify.ballot_not_present"],
      [this.weights.has(member), "verify.ballot_no_vote"],
      [this.state === "open" && said.text("motion") === this.motion, "verify.ballot_not_open"],
      [said.text("paper") === this.paperSha256, "verify.ballot_paper"],
      [!this.box.issued.has(member), "verify.ballot_final"],
    ];
    refuse(checks, where, member);
    this.box.issued.add(member);
  }

  /** Votes are called out only while an open vote runs. */
  private async rollCall(entry: Fields): Promise<void> {
    if (this.paper.rule.text("secrecy") !== "open") throw new Wrong("verify.call_secret", entry.where);
    if (this.state !== "open") throw new Wrong("verify.ballot_not_open", entry.where);
    await this.calls.take(entry);
  }

  /** A line of the roll call, with the checks of any ballot. That it names this motion and paper was checked with its signatures. */
  private ballotCalled(entry: Fields, index: number): void {
    this.count(this.calls.line(entry), index, entry.where, { motion: true, paper: true });
  }

  /** What holds for a ballot through whatever door. `isHere`: it names this motion, and this paper. */
  private count({ member, choice, nonce, digest }: Said, index: number, where: string, isHere: { motion: boolean; paper: boolean }): void {
    const once = canonical([member, nonce]);
    const checks: [boolean, string][] = [
      [this.present.has(member), "verify.ballot_not_present"],
      [this.weights.has(member), "verify.ballot_no_vote"],
      [this.state === "open" && isHere.motion, "verify.ballot_not_open"],
      [isHere.paper, "verify.ballot_paper"],
      [chosenBy(this.paper, choice) !== null, "verify.ballot_choice"],
      [!this.nonces.has(once), "verify.ballot_nonce"],
      [this.paper.rule.flag("may_change") || !this.last.has(member), "verify.ballot_final"],
    ];
    refuse(checks, where, member);
    this.nonces.add(once);
    const ballot = { index, member, choice, sha256: digest };
    this.last.set(member, ballot);
    this.ballots.set(digest, ballot);
  }

  /** What this voter signed with the key that is bound to him now, for this meeting and his seat. */
  private async opened(text: string, member: string, where: string, fields: string[]): Promise<Fields> {
    const jws = openJws(text);
    if (jws === null) throw new Wrong("verify.ballot_form", where);
    const kid = keyNamed(jws);
    if (kid === undefined) throw new Wrong("verify.ballot_form", `${where}.jws.header`);
    const said = readObject(lenientText(jws.payload), `${where}.jws.payload`, "verify.ballot_form").only(fields);
    const { seat } = await this.signedBy(jws, kid, member, where);
    if (said.text("meeting") !== this.meeting || said.text("seat") !== seat) throw new Wrong("verify.ballot_place", where, { member });
    return said;
  }

  private async signedBy(jws: Jws, kid: Json, member: string, where: string): Promise<Key> {
    const key = typeof kid === "string" && this.live.get(member) === kid ? this.keys.get(kid) : undefined;
    if (key === undefined) throw new Wrong("verify.ballot_key", where, { member });
    if (!(await isEs256(key.jwk, jws))) throw new Wrong("verify.ballot_signature", where, { member });
    return key;
  }

  /** The last ballot of each voter; present are those on the closing roll, and those whose ballot counts or who took a token. */
  cast(): Cast {
    const { issued, ballots: boxed } = this.box;
    if (this.paper.secret !== null) {
      const here = this.weigh(new Set([...this.closing, ...issued]));
      return { ballots: [...boxed.values()].map(({ choice }) => ({ choice, weight: 1n })), present: here, chair: null, issued: BigInt(issued.size) };
    }
    const ballots = [...this.last.values()].map(({ member, choice }) => ({ choice, weight: this.weights.get(member) ?? 0n }));
    const chair = this.paper.chair === null ? null : (this.last.get(this.paper.chair)?.choice ?? null);
    return { ballots, present: this.weigh(new Set([...this.closing, ...this.last.keys()])), chair, issued: null };
  }
}

/** The first check that does not hold is what is wrong. */
function refuse(checks: [boolean, string][], where: string, member: string): void {
  const code = checks.find(([holds]) => !holds)?.[1];
  if (code !== undefined) throw new Wrong(code, where, { member });
}
