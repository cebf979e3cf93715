import type { Answer, Ask } from "../../ground/post/asks";
import type { Key } from "../../ground/post/keys";
import { forget, readAll, write } from "../../ground/post/store";
import { isClosed, putInBox } from "./box";
import { boxed, left, nameOf, open, pause, seal, type At, type Chosen, type Sealed } from "./sealed";

export type Kept = Record<string, Sealed>;

interface Doors {
  /** Ask the node, and go on asking over reloads until it has answered. */
  ask: (kind: string, body: Record<string, unknown>) => Promise<unknown>;
  /** Tokens that are asked for and not answered yet. */
  asked: () => Set<unknown>;
  changed: (kept: Kept) => void;
}

/**
 * The voting booth of one tablet: carries secret ballots from the choice into the box. Every step is on the disk before the next one
 * begins, so that neither a reload nor a power cut loses a ballot or asks for a second token.
 */
export class Booth {
  private kept: Kept = {};
  /** Votes whose choice is being sealed at this moment. */
  private readonly sealing = new Set<string>();
  private readonly timers = new Map<string, number>();

  constructor(
    private readonly meeting: string,
    private readonly doors: Doors,
  ) {}

  /** Bring back what was on its way before a reload. */
  async restore(): Promise<void> {
    const all = (await readAll<Sealed>("sealed")).filter(({ meeting }) => meeting === this.meeting);
    this.kept = Object.fromEntries(all.map((sealed) => [nameOf(sealed), sealed]));
    this.doors.changed(this.kept);
    for (const sealed of all) if (sealed.step === "waiting") this.later(sealed, Math.max(sealed.due - Date.now(), 0));
  }

  stop(): void {
    for (const timer of this.timers.values()) window.clearTimeout(timer);
    this.timers.clear();
  }

  /** The page may have gone after the ballot was sealed and before its ask was on disk: the same token is asked for again. */
  askAgain(member: string): void {
    const asked = this.doors.asked();
    for (const sealed of Object.values(this.kept)) if (sealed.step === "asking" && sealed.member === member && !asked.has(sealed.token)) void this.doors.ask("token", { token: sealed.token });
  }

  /** Choose and seal; one ballot for each vote, whatever is pressed twice. */
  async cast(key: Key, chosen: Chosen): Promise<void> {
    const name = nameOf({ ...chosen.checked.paper, member: chosen.member });
    if (name in this.kept || this.sealing.has(name)) return;
    this.sealing.add(name);
    try {
      const sealed = await seal(key, chosen);
      await this.keep(sealed);
      void this.doors.ask("token", { token: sealed.token });
    } finally {
      this.sealing.delete(name);
    }
  }

  /** The node's answer to a token. Returns the vote it refused, when it refused. */
  async answered(ask: Ask, answer: Answer): Promise<string | null> {
    const sealed = Object.values(this.kept).find((one): one is At<"asking"> => one.step === "asking" && one.token === ask.body.token);
    if (sealed === undefined) return null;
    const signature = answer.body?.blind_signature;
    const opened = answer.ok && typeof signature === "string" ? await open(sealed, signature, Date.now()).catch(() => null) : null;
    if (opened === null) {
      await this.drop(sealed);
      return sealed.motion;
    }
    await this.keep(opened);
    this.later(opened, opened.due - Date.now());
    return null;
  }

  /** Take the tracker off this tablet. What is in the box stays there. */
  async forget(motion: string, member: string): Promise<void> {
    const sealed = this.kept[nameOf({ meeting: this.meeting, motion, member })];
    if (sealed?.step === "boxed") await this.keep(left(sealed, "forgotten"));
  }

  private later(sealed: At<"waiting">, wait_ms: number): void {
    const name = nameOf(sealed);
    window.clearTimeout(this.timers.get(name));
    this.timers.set(name, window.setTimeout(() => void this.put(sealed), wait_ms));
  }

  private async put(sealed: At<"waiting">): Promise<void> {
    try {
      await this.keep(await boxed(sealed, await putInBox(sealed)));
    } catch (error) {
      if (isClosed(error)) await this.keep(left(sealed, "outside"));
      else this.later(sealed, pause());
    }
  }

  private async keep(sealed: Sealed): Promise<void> {
    await write("sealed", nameOf(sealed), sealed);
    this.kept = { ...this.kept, [nameOf(sealed)]: sealed };
    this.doors.changed(this.kept);
  }

  private async drop(sealed: Sealed): Promise<void> {
    await forget("sealed", nameOf(sealed));
    this.kept = Object.fromEntries(Object.entries(this.kept).filter(([name]) => name !== nameOf(sealed)));
    this.doors.changed(this.kept);
  }
}
