import { get, Refused } from "../../ground/http/client";
import type { Answer, Ask } from "../../ground/post/asks";
import { hex, sha256, utf8 } from "../../ground/post/bytes";
import { keyOf, makeKey, signed, type Key } from "../../ground/post/keys";
import { Post, type Ticket } from "../../ground/post/post";
import { read, readAll, write } from "../../ground/post/store";
import { BIRTH } from "../../ground/post/topics";
import type { Birth, Receipt, SpeechKind } from "../../ground/wire";
import { signBallot, type CheckedPaper } from "../log/ballot";
import { Booth, type Kept } from "../secret/booth";
import { chosenOf } from "../parts/choice";
import { ballotIn } from "../log/receipt";

/** Who sits at this tablet, as the node answered the check-in. */
export interface Me {
  member: string;
  seat: string;
  label: string;
  name: string;
}

/** A ballot as it was signed here. */
export interface Ballot {
  choice: string;
  /** Of an election: the names that were chosen, so that they are shown without the paper, too. */
  names?: string[];
  jws: string;
  at: string;
}

/** What this tablet did in one vote: the newest ballot with a receipt, and one that is signed and on its way. */
export interface Vote {
  meeting: string;
  motion: string;
  /** Whose: another member who sits down at this tablet is not shown it. */
  member: string;
  title?: string;
  /** `brought`: signed on another tablet, and read from the log entry of its receipt. */
  cast?: Ballot & { receipt: Receipt; brought?: boolean };
  pending?: Ballot;
}

export interface Refusal {
  code: string;
  facts: Record<string, unknown>;
}

export type Phase = "starting" | "unknown" | "no_meeting" | "unreachable" | "ready";

export interface View {
  phase: Phase;
  /** True until the node has said whether the key kept here still holds a seat. */
  resuming: boolean;
  me: Me | null;
  votes: Record<string, Vote>;
  /** The last refusal of a ballot, by motion. */
  refused: Record<string, Refusal>;
  identify: number;
  /** Secret ballots of whoever votes here, by `nameOf`. */
  sealed: Kept;
}

const VERSION = "1";
const START: View = { phase: "starting", resuming: true, me: null, votes: {}, refused: {}, identify: 0, sealed: {} };

/**
 * One tablet's part in a meeting, apart from how it is drawn: ticket, post, key, check-in, asking to speak, voting.
 * What the node acknowledged is on this tablet's disk too, so that a reload comes back to the same screen.
 */
export class TabletDesk {
  post: Post | null = null;
  /** Carries secret ballots into the box. */
  booth: Booth | null = null;
  meeting = "";
  device = "";
  seat: string | null = null;
  private view: View = START;
  private key: Key | undefined;
  /** Who checked in last, known a little before the view says so. */
  private member = "";
  private birth: string | undefined;
  private timer: number | undefined;
  /** Grows with every start and stop, so that what an earlier start left under way ends by itself. */
  private turn = 0;
  private readonly calls = new Set<() => void>();

  now = (): View => this.view;

  subscribe = (call: () => void): (() => void) => {
    this.calls.add(call);
    return () => this.calls.delete(call);
  };

  start(): void {
    this.turn += 1;
    void this.begin(this.turn);
  }

  stop(): void {
    this.turn += 1;
    window.clearTimeout(this.timer);
    this.post?.stop();
    this.booth?.stop();
    this.post = null;
  }

  /** Check in with a PIN or a badge. A new key each time: the old one ends with the old binding. */
  async checkIn(proof: { pin: string } | { badge: string }): Promise<Refusal | null> {
    const key = await makeKey(`ballot:${this.meeting}`);
    this.key = key;
    const answer = await this.ask("check_in", { ...proof, ...(await this.possession(key)) }, false);
    if (!answer.ok) return refusal(answer);
    await this.welcome(answer);
    return null;
  }

  async speak(kind: SpeechKind): Promise<Refusal | null> {
    return refusalOf(await this.ask("speak", { kind }, true));
  }

  async withdraw(request: string): Promise<Refusal | null> {
    return refusalOf(await this.ask("withdraw", { request }, true));
  }

  /** Sign and cast. The signed ballot is on disk before it is sent, and is sent again until it is answered. */
  async cast(checked: CheckedPaper, choice: string): Promise<void> {
    const { me, key } = { me: this.view.me, key: this.key };
    if (me === null || key === undefined) return;
    const { secret } = checked.paper;
    if (secret !== null) {
      this.change({ refused: without(this.view.refused, checked.paper.motion) });
      return this.booth?.cast(key, { checked, secret, choice, member: me.member, seat: me.seat });
    }
    const jws = await signBallot(key, { meeting: this.meeting, seat: me.seat, choice, checked });
    const motion = checked.paper.motion;
    const names = chosenOf(checked.paper.candidates, choice).map(({ name }) => name);
    await this.keepVote({ ...this.vote(motion), title: checked.paper.title, pending: { choice, names, jws, at: new Date().toISOString() } });
    this.change({ refused: without(this.view.refused, motion) });
    await this.ask("cast", { ballot: jws }, true);
  }

  private async begin(turn: number): Promise<void> {
    try {
      const ticket = await get<Ticket>("/api/ticket");
      if (turn !== this.turn) return;
      if (ticket.meeting) await this.open(ticket, ticket.meeting, turn);
      else this.later("no_meeting", 5000);
    } catch (error) {
      if (turn !== this.turn) return;
      const unknown = error instanceof Refused && (error.status === 401 || error.status === 403);
      this.later(unknown ? "unknown" : "unreachable", unknown ? 4000 : 1500);
    }
  }

  private later(phase: Phase, after_ms: number): void {
    this.change({ phase });
    this.timer = window.setTimeout(() => void this.begin(this.turn), after_ms);
  }

  private async open(ticket: Ticket, meeting: string, turn: number): Promise<void> {
    this.meeting = meeting;
    this.device = ticket.user;
    this.seat = ticket.seat ?? null;
    this.key = await keyOf(`ballot:${meeting}`);
    const me = (await read<Me>("seen", `me:${meeting}`)) ?? null;
    this.member = me?.member ?? "";
    const kept = (await readAll<Vote>("receipts")).filter((vote) => vote.meeting === meeting && vote.member === this.member);
    if (turn !== this.turn) return;
    this.post?.stop();
    this.booth?.stop();
    const post = new Post(ticket.user, meeting, { model: navigator.userAgent.slice(0, 80), version: VERSION, capabilities: ["vote", "read", "speak"] });
    post.onAnswer = (ask, answer) => void this.answered(ask, answer);
    post.onUnknown = () => this.change({ phase: "unknown" });
    post.onCommand = (kind) => this.obey(kind);
    post.snapshots.subscribe(BIRTH, () => this.born(post));
    post.onMoved = () => location.reload();
    post.connection.subscribe(() => post.connection.now().state === "online" && this.view.phase !== "ready" && this.change({ phase: "ready" }));
    this.post = post;
    this.booth = new Booth(meeting, {
      ask: (kind, body) => this.ask(kind, body, true),
      asked: () => new Set(post.unanswered().map((ask) => ask.body.token)),
      changed: (sealed) => this.change({ sealed }),
    });
    await this.booth.restore();
    this.change({ phase: "ready", me, votes: Object.fromEntries(kept.map((vote) => [vote.motion, vote])), resuming: this.key !== undefined });
    await post.start(ticket);
    await this.resume();
  }

  /** The node started again: it may know less than before, so say again whose key this is. */
  private born(post: Post): void {
    const session = (post.snapshots.get(BIRTH)?.payload as Birth | undefined)?.session;
    if (session === this.birth) return;
    const again = this.birth !== undefined;
    this.birth = session;
    if (again) void this.resume();
  }

  private async resume(): Promise<void> {
    if (this.key === undefined) { this.change({ resuming: false, me: null }); return; }
    const answer = await this.ask("resume", await this.possession(this.key), false);
    if (answer.ok) await this.welcome(answer);
    else await this.leave();
    this.change({ resuming: false });
    if (answer.ok) this.sendSigned();
    if (answer.ok) this.booth?.askAgain(this.member);
    return undefined;
  }

  /** The page may have gone after a ballot was signed and before its ask was on disk: the same bytes get the same receipt. */
  private sendSigned(): void {
    const asked = new Set(this.post?.unanswered().map((ask) => ask.body.ballot));
    for (const { pending } of Object.values(this.view.votes)) if (pending !== undefined && !asked.has(pending.jws)) void this.ask("cast", { ballot: pending.jws }, true);
  }

  private async welcome(answer: Answer): Promise<void> {
    const { receipts, ...me } = answer.body as unknown as Me & { receipts?: Receipt[] };
    this.member = me.member;
    this.change({ votes: Object.fromEntries(Object.entries(this.view.votes).filter(([, vote]) => vote.member === me.member)) });
    const newest = new Map((receipts ?? []).map((receipt) => [receipt.motion, receipt]));
    for (const receipt of newest.values()) await this.keepReceipt(receipt);
    await write("seen", `me:${this.meeting}`, me);
    this.change({ me });
  }

  private async leave(): Promise<void> {
    await write("seen", `me:${this.meeting}`, null);
    this.change({ me: null });
  }

  private async possession(key: Key): Promise<Record<string, unknown>> {
    const claims = { meeting: this.meeting, device: this.device, kid: key.kid, at: new Date().toISOString() };
    return { key: key.jwk, proof: await signed(key, claims) };
  }

  private async ask(kind: string, body: Record<string, unknown>, durable: boolean): Promise<Answer> {
    if (this.post === null) throw new Error("the tablet is not started");
    return this.post.ask(kind, body, durable);
  }

  private async answered(ask: Ask, answer: Answer): Promise<void> {
    if (answer.code === "meeting.not_checked_in" || answer.code === "meeting.key_unknown") await this.leave();
    if (ask.kind === "token") return this.tokened(ask, answer);
    if (ask.kind !== "cast") return;
    if (answer.ok) return this.keepReceipt(answer.body as unknown as Receipt);
    const vote = Object.values(this.view.votes).find(({ pending }) => pending?.jws === ask.body.ballot);
    if (vote === undefined) return;
    const { pending: _refused, ...rest } = vote;
    await this.keepVote(rest);
    this.change({ refused: { ...this.view.refused, [vote.motion]: refusal(answer) } });
  }

  private async tokened(ask: Ask, answer: Answer): Promise<void> {
    const motion = await this.booth?.answered(ask, answer);
    if (motion != null) this.change({ refused: { ...this.view.refused, [motion]: answer.ok ? { code: "meeting.ballot_signature", facts: {} } : refusal(answer) } });
  }

  private vote(motion: string): Vote {
    return this.view.votes[motion] ?? { meeting: this.meeting, motion, member: this.member };
  }

  /** Lay a receipt to the ballot it is for; a repeat changes nothing. One for a ballot that was signed elsewhere brings the ballot along. */
  private async keepReceipt(receipt: Receipt): Promise<void> {
    const known = this.vote(receipt.motion);
    const { pending, ...vote } = known;
    if (pending !== undefined && hex(await sha256(utf8(pending.jws))) === receipt.ballot_sha256) return this.keepVote({ ...vote, cast: { ...pending, receipt } });
    if (known.cast !== undefined && known.cast.receipt.index >= receipt.index) return undefined;
    const ballot = await ballotIn(receipt);
    if (ballot !== null) await this.keepVote({ ...known, cast: { ...ballot, receipt, brought: true } });
    return undefined;
  }

  private async keepVote(vote: Vote): Promise<void> {
    await write("receipts", `${vote.meeting}/${vote.motion}`, vote);
    this.change({ votes: { ...this.view.votes, [vote.motion]: vote } });
  }

  private obey(kind: string): void {
    if (kind === "identify") this.change({ identify: Date.now() });
    if (kind === "reload" || kind === "restart") location.reload();
  }

  private change(part: Partial<View>): void {
    this.view = { ...this.view, ...part };
    for (const call of this.calls) call();
  }
}

function refusal(answer: Answer): Refusal {
  return { code: answer.code ?? "unknown", facts: answer.facts ?? {} };
}

function refusalOf(answer: Answer): Refusal | null {
  return answer.ok ? null : refusal(answer);
}

function without<T>(record: Record<string, T>, key: string): Record<string, T> {
  return Object.fromEntries(Object.entries(record).filter(([known]) => known !== key));
}
