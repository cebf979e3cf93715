/** Milliseconds before unanswered asks are said again: 5 s, doubling, at most a minute, spread so that a hall does not ask as one. */
export function pause(tries: number, random: () => number = Math.random): number {
  return Math.min(60_000, 5000 * 2 ** Math.min(tries, 6)) * (0.8 + 0.4 * random());
}

/**
 * Says again what nobody answered though the connection never broke: the node's own connection was away, or the ask or its answer
 * found a buffer full. A repeat carries the same id and is harmless.
 */
export class Reminder {
  private timer: ReturnType<typeof setTimeout> | undefined;
  private tries = 0;

  /** `again` says what is unanswered once more, and whether anything is. */
  constructor(private readonly again: () => boolean) {}

  /** Something was asked. The wait that runs already goes on. */
  start(): void {
    if (this.timer !== undefined) return;
    this.tries = 0;
    this.wait();
  }

  stop(): void {
    clearTimeout(this.timer);
    this.timer = undefined;
  }

  private wait(): void {
    this.timer = setTimeout(() => {
      this.timer = undefined;
      if (!this.again()) return;
      this.tries += 1;
      this.wait();
    }, pause(this.tries));
  }
}
