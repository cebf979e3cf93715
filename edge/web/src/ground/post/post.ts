import type { MqttClient } from "mqtt";
import { get, Refused } from "../http/client";
import { backoff, Connection } from "../live/connection";
import { Snapshots } from "../live/snapshots";
import { Asks, freshId, type Answer, type Ask } from "./asks";
import { Reminder } from "./reminder";
import { answerTopic, askTopic, BIRTH, deviceTopic, TABLET_TOPICS, meetingTopic } from "./topics";

/** GET /api/ticket */
export interface Ticket {
  ticket: string;
  user: string;
  password: string;
  meeting?: string | null;
  seat?: string | null;
  expires_at: string;
}

type Json = Record<string, unknown>;

export interface About {
  model: string;
  version: string;
  capabilities: string[];
}

function parsed(bytes: Uint8Array): Json | null {
  try {
    const value: unknown = JSON.parse(new TextDecoder().decode(bytes));
    return typeof value === "object" && value !== null ? (value as Json) : null;
  } catch {
    return null;
  }
}

/**
 * The post office of one tablet: MQTT over the node's WebSocket. It fetches a fresh ticket for every connection, announces
 * itself, hears the meeting's snapshots, and repeats what is unanswered on every connect, on every birth of the node and after a while.
 */
export class Post {
  readonly snapshots = new Snapshots();
  readonly connection = new Connection();
  /** Set when the node no longer knows this device (401 or 403): enrolment is needed. */
  onUnknown: (() => void) | undefined;
  /** Every answer to an ask of this tablet, also to one made before a reload. */
  onAnswer: ((ask: Ask, answer: Answer) => void) | undefined;
  /** The node has given this device to another meeting. */
  onMoved: (() => void) | undefined;
  onCommand: ((kind: string) => void) | undefined;
  private readonly session = freshId();
  private readonly asks: Asks;
  private readonly reminder = new Reminder(() => this.repeat());
  private client: MqttClient | null = null;
  private timer: number | undefined;
  private tries = 0;
  private running = false;

  constructor(
    readonly device: string,
    readonly meeting: string,
    private readonly about: About,
  ) {
    this.asks = new Asks(meeting, (waiting) => this.connection.wait(waiting));
  }

  async start(first: Ticket): Promise<void> {
    this.running = true;
    await this.asks.restore();
    window.addEventListener("online", this.soon);
    await this.open(first).catch(() => this.later());
  }

  stop(): void {
    this.running = false;
    window.removeEventListener("online", this.soon);
    window.clearTimeout(this.timer);
    this.reminder.stop();
    this.client?.end(true);
    this.client = null;
  }

  /** Ask the node. Kept until it is answered; `durable` asks survive a reload of the page. */
  async ask(kind: string, body: Json, durable: boolean): Promise<Answer> {
    const { ask, answer } = await this.asks.add(kind, body, durable);
    this.say(ask);
    this.reminder.start();
    return answer;
  }

  unanswered(): Ask[] {
    return this.asks.unanswered();
  }

  /** At QoS 0: the answer is the acknowledgement. */
  private say(ask: Ask): void {
    if (this.client?.connected !== true) return;
    this.client.publish(askTopic(this.meeting, this.device), JSON.stringify(ask), { qos: 0 });
  }

  private async open(ticket: Ticket): Promise<void> {
    const { default: mqtt } = await import("mqtt");
    if (!this.running) return;
    const url = `${location.origin.replace(/^http/, "ws")}/mqtt?ticket=${encodeURIComponent(ticket.ticket)}`;
    const client = mqtt.connect(url, {
      protocolVersion: 4,
      clientId: ticket.user,
      username: ticket.user,
      password: ticket.password,
      clean: true,
      keepalive: 15,
      reconnectPeriod: 0,
      connectTimeout: 5000,
      queueQoSZero: false,
      will: { topic: deviceTopic(this.device, "status"), payload: JSON.stringify(this.status("offline")), qos: 1, retain: true },
    });
    this.client = client;
    client.on("connect", () => this.connected(client));
    client.on("message", (topic, payload) => void this.heard(topic, payload));
    client.on("error", () => client.end(true));
    client.on("close", () => this.lost(client));
  }

  private connected(client: MqttClient): void {
    this.tries = 0;
    this.snapshots.expectAll();
    const about = { kind: "tablet", ...this.about };
    client.publish(deviceTopic(this.device, "status"), JSON.stringify(this.status("online")), { qos: 1, retain: true });
    client.publish(deviceTopic(this.device, "about"), JSON.stringify(about), { qos: 1, retain: true });
    const topics = [
      BIRTH,
      deviceTopic(this.device, "desired"),
      deviceTopic(this.device, "do"),
      answerTopic(this.meeting, this.device),
      ...TABLET_TOPICS.map((what) => meetingTopic(this.meeting, what)),
    ];
    client.subscribe(topics, { qos: 1 }, (error) => {
      if (error !== null) return client.end(true);
      this.connection.set("online");
      if (this.repeat()) this.reminder.start();
      return client;
    });
  }

  private status(state: "online" | "offline"): Json {
    return { state, session: this.session, ...(state === "online" ? { at: new Date().toISOString() } : {}) };
  }

  /** True when anything is unanswered. */
  private repeat(): boolean {
    const asks = this.asks.unanswered();
    for (const ask of asks) this.say(ask);
    return asks.length > 0;
  }

  private async heard(topic: string, payload: Uint8Array): Promise<void> {
    if (payload.length === 0) { this.snapshots.drop(topic); return; }
    const message = parsed(payload);
    if (message === null) return;
    if (topic === answerTopic(this.meeting, this.device)) await this.answered(message as unknown as Answer);
    else if (topic === deviceTopic(this.device, "do")) this.obey(message);
    else if (topic === deviceTopic(this.device, "desired")) this.report(message);
    else this.snapshots.put(topic, message);
    if (topic === BIRTH) this.repeat();
  }

  private async answered(answer: Answer): Promise<void> {
    const ask = await this.asks.settle(answer);
    if (ask !== undefined) this.onAnswer?.(ask, answer);
  }

  private obey(command: Json): void {
    const { id, kind, expires } = command;
    if (typeof id !== "string" || typeof kind !== "string" || typeof expires !== "string" || Date.parse(expires) < Date.now()) return;
    const done = { id, ok: true, at: new Date().toISOString() };
    this.client?.publish(deviceTopic(this.device, "done"), JSON.stringify(done), { qos: 1 });
    this.onCommand?.(kind);
  }

  private report(desired: Json): void {
    this.snapshots.put(deviceTopic(this.device, "desired"), desired);
    const meeting = (desired.configuration as Json | undefined)?.meeting;
    if (typeof meeting === "string" && meeting !== this.meeting) this.onMoved?.();
    const reported = { revision: desired.revision, applied: true, at: new Date().toISOString() };
    this.client?.publish(deviceTopic(this.device, "reported"), JSON.stringify(reported), { qos: 1, retain: true });
  }

  private lost(client: MqttClient): void {
    if (client !== this.client || !this.running) return;
    client.removeAllListeners("message");
    this.client = null;
    this.connection.set("offline");
    this.later();
  }

  private later(): void {
    window.clearTimeout(this.timer);
    this.timer = window.setTimeout(() => void this.retry(), backoff(this.tries));
    this.tries += 1;
  }

  private readonly soon = () => {
    if (this.connection.now().state === "online") return;
    this.tries = 0;
    this.later();
  };

  private async retry(): Promise<void> {
    if (!this.running || this.client !== null) return;
    try {
      const ticket = await get<Ticket>("/api/ticket");
      if (ticket.meeting !== this.meeting) this.onMoved?.();
      else await this.open(ticket);
    } catch (error) {
      this.connection.set("offline");
      if (error instanceof Refused && (error.status === 401 || error.status === 403)) this.onUnknown?.();
      this.later();
    }
  }
}
