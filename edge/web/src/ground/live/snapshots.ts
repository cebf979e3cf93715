/** What was last heard on a topic, and when it was heard here (milliseconds, this browser's clock). */
export interface Heard<T> {
  payload: T;
  heard: number;
}

interface Versioned {
  revision?: number;
}

/**
 * The newest retained state of each topic. A lower revision than the one shown is ignored, except right after a
 * connection was made: then the node's word counts, because it may have been restored from a backup.
 */
export class Snapshots {
  private readonly held = new Map<string, Heard<unknown>>();
  private readonly listeners = new Map<string, Set<() => void>>();
  private unsure = new Set<string>();

  /** Call when a connection was made: the next word of each topic is taken as it comes. */
  expectAll(): void {
    this.unsure = new Set(this.held.keys());
  }

  put(topic: string, payload: unknown): void {
    const known = this.held.get(topic)?.payload as Versioned | undefined;
    const next = payload as Versioned | null;
    const older = known?.revision !== undefined && next?.revision !== undefined && next.revision < known.revision;
    if (older && !this.unsure.has(topic)) return;
    this.unsure.delete(topic);
    this.held.set(topic, { payload, heard: Date.now() });
    this.tell(topic);
  }

  /** A retained topic that was emptied. */
  drop(topic: string): void {
    if (this.held.delete(topic)) this.tell(topic);
  }

  get(topic: string): Heard<unknown> | undefined {
    return this.held.get(topic);
  }

  topics(): string[] {
    return [...this.held.keys()];
  }

  /** `topic` or "*" for any. Returns the call that ends it. */
  subscribe(topic: string, call: () => void): () => void {
    const calls = this.listeners.get(topic) ?? new Set();
    this.listeners.set(topic, calls.add(call));
    return () => calls.delete(call);
  }

  private tell(topic: string): void {
    for (const key of [topic, "*"]) for (const call of this.listeners.get(key) ?? []) call();
  }
}
