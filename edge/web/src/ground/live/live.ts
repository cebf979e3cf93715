import { backoff, Connection } from "./connection";
import { Snapshots } from "./snapshots";

interface Frame {
  topic: string;
  payload: unknown;
}

function frame(text: string): Frame | null {
  try {
    const value = JSON.parse(text) as Partial<Frame> | null;
    return typeof value?.topic === "string" ? { topic: value.topic, payload: value.payload ?? null } : null;
  } catch {
    return null;
  }
}


/** The WebSocket of signed-in people: every snapshot their roles may see, again on each connection. */
export class Live {
  readonly snapshots = new Snapshots();
  readonly connection = new Connection();
  private socket: WebSocket | null = null;
  private timer: number | undefined;
  private tries = 0;
  private running = false;

  constructor(private readonly path = "/api/live") {}

  start(): void {
    if (this.running) return;
    this.running = true;
    window.addEventListener("online", this.soon);
    this.open();
  }

  stop(): void {
    this.running = false;
    window.removeEventListener("online", this.soon);
    window.clearTimeout(this.timer);
    this.socket?.close();
    this.socket = null;
  }

  private readonly soon = () => {
    if (this.connection.now().state === "online") return;
    this.tries = 0;
    this.again(0);
  };

  private open(): void {
    const socket = new WebSocket(`${location.origin.replace(/^http/, "ws")}${this.path}`);
    this.socket = socket;
    socket.onopen = () => {
      this.snapshots.expectAll();
      this.connection.set("online");
    };
    socket.onmessage = (event) => {
      this.tries = 0;
      const heard = typeof event.data === "string" ? frame(event.data) : null;
      if (heard === null) return;
      if (heard.payload === null) this.snapshots.drop(heard.topic);
      else this.snapshots.put(heard.topic, heard.payload);
    };
    socket.onclose = () => this.lost(socket);
  }

  private lost(socket: WebSocket): void {
    if (socket !== this.socket || !this.running) return;
    this.connection.set("offline");
    this.again(backoff(this.tries));
    this.tries += 1;
  }

  private again(after_ms: number): void {
    window.clearTimeout(this.timer);
    this.timer = window.setTimeout(() => {
      const old = this.socket;
      this.socket = null;
      old?.close();
      this.open();
    }, after_ms);
  }
}

