export type ConnectionState = "connecting" | "online" | "offline";

export interface ConnectionView {
  state: ConnectionState;
  /** When this state began, milliseconds. */
  since: number;
  /** Requests that were made here and are not answered yet. */
  waiting: number;
}

/** How we stand with the node, as something a component can watch. */
export class Connection {
  private view: ConnectionView = { state: "connecting", since: Date.now(), waiting: 0 };
  private readonly calls = new Set<() => void>();

  now = (): ConnectionView => this.view;

  subscribe = (call: () => void): (() => void) => {
    this.calls.add(call);
    return () => this.calls.delete(call);
  };

  set(state: ConnectionState): void {
    if (state !== this.view.state) this.change({ ...this.view, state, since: Date.now() });
  }

  wait(waiting: number): void {
    if (waiting !== this.view.waiting) this.change({ ...this.view, waiting });
  }

  private change(view: ConnectionView): void {
    this.view = view;
    for (const call of this.calls) call();
  }
}

/** Milliseconds before the next try: 0.25 s, doubling, at most 2 s, spread so that a whole hall does not come back at once. */
export function backoff(tries: number, random: () => number = Math.random): number {
  return Math.min(2000, 250 * 2 ** Math.min(tries, 6)) * (0.6 + 0.4 * random());
}
