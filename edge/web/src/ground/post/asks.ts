import { forget, readAll, write } from "./store";

export interface Ask {
  id: string;
  at: string;
  kind: string;
  body: Record<string, unknown>;
}

export interface Answer {
  id: string;
  at: string;
  ok: boolean;
  code?: string;
  facts?: Record<string, string | number | boolean | null>;
  body?: Record<string, unknown>;
}

interface Kept {
  meeting: string;
  ask: Ask;
}

const LETTERS = "abcdefghijklmnopqrstuvwxyz234567";

/** 20 characters [a-z2-7], 100 random bits: fits one topic level on every broker. */
export function freshId(): string {
  return Array.from(crypto.getRandomValues(new Uint8Array(20)), (byte) => LETTERS.charAt(byte & 31)).join("");
}

/**
 * What a tablet asked and was not answered yet. An ask that must outlive a reload is on disk before it is sent; one
 * that carries a PIN stays in memory only.
 */
export class Asks {
  private readonly open = new Map<string, Ask>();
  private readonly waiters = new Map<string, (answer: Answer) => void>();

  constructor(
    private readonly meeting: string,
    private readonly changed: (waiting: number) => void,
  ) {}

  /** Bring back what was unanswered before a reload. */
  async restore(): Promise<void> {
    for (const kept of await readAll<Kept>("asks")) if (kept.meeting === this.meeting) this.open.set(kept.ask.id, kept.ask);
    this.changed(this.open.size);
  }

  async add(kind: string, body: Record<string, unknown>, durable: boolean): Promise<{ ask: Ask; answer: Promise<Answer> }> {
    const ask: Ask = { id: freshId(), at: new Date().toISOString(), kind, body };
    if (durable) await write("asks", ask.id, { meeting: this.meeting, ask } satisfies Kept);
    this.open.set(ask.id, ask);
    const answer = new Promise<Answer>((resolve) => this.waiters.set(ask.id, resolve));
    this.changed(this.open.size);
    return { ask, answer };
  }

  unanswered(): Ask[] {
    return [...this.open.values()].sort((a, b) => a.at.localeCompare(b.at));
  }

  /** Take an answer. Returns the ask that it answers, or undefined when it was answered before. */
  async settle(answer: Answer): Promise<Ask | undefined> {
    const ask = this.open.get(answer.id);
    if (ask === undefined) return undefined;
    this.open.delete(answer.id);
    this.waiters.get(answer.id)?.(answer);
    this.waiters.delete(answer.id);
    this.changed(this.open.size);
    await forget("asks", answer.id);
    return ask;
  }
}
