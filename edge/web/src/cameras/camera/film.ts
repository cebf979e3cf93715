import { Refused } from "../../ground/http/client";
import { openFeed, type Feed, type FilmAsk, type Run } from "./feed";

/** How far behind the newest picture is right, and from where on we hurry or jump. Seconds. */
const NEAR_S = 0.35;
const HURRY_S = 1;
const JUMP_S = 3;
const HURRY = 1.1;
/** Nearer than this a late packet would be seen: the picture goes a little slower for a moment. */
const CLOSE_S = 0.15;
const LINGER = 0.9;
/** Of what was recorded, so much lies ready; and so much that was seen is kept. */
const AHEAD_S = 12;
const BEHIND_S = 40;
const TICK_MS = 200;
/** An edge of the buffer is not exact to the microsecond. */
const EDGE_S = 0.05;
const PIECES_MAX = 2 ** 20;

type Piece = Run | ArrayBuffer;

export interface Watching {
  /** The first picture is there. */
  shown: () => void;
  run: (run: Run) => void;
  /** Capture time of what is shown, milliseconds; and the seconds to the newest picture that is here. */
  at: (at: number, behind: number) => void;
  /** Nothing more comes; null when everything was sent. */
  end: (error: Refused | null) => void;
}

function pace(behind: number): number {
  if (behind > HURRY_S) return HURRY;
  return behind < CLOSE_S ? LINGER : 1;
}

function isRun(piece: Piece): piece is Run {
  return !(piece instanceof ArrayBuffer);
}

/** True when this browser can show a run, or cannot say. */
export function playable(mime: string): boolean {
  return "MediaSource" in window && MediaSource.isTypeSupported(mime);
}

/** One feed in one video element: it keeps near the newest picture when it is live, and ahead of the viewer when it is not. */
export class Film {
  private readonly source = new MediaSource();
  private readonly url = URL.createObjectURL(this.source);
  private readonly feed: Feed;
  private readonly timer: number;
  private pieces: Piece[] = [];
  private buffer: SourceBuffer | null = null;
  private mime = "";
  private zero: number | null = null;
  private resting = false;
  private whole = false;
  private begun = false;

  constructor(
    private readonly video: HTMLVideoElement,
    camera: string,
    private readonly ask: FilmAsk,
    private readonly to: Watching,
  ) {
    video.src = this.url;
    this.source.addEventListener("sourceopen", this.pump);
    video.addEventListener("loadeddata", to.shown, { once: true });
    this.timer = window.setInterval(this.tick, TICK_MS);
    this.feed = openFeed(camera, ask, { bytes: this.take, run: this.take, rest: this.rest, end: this.ended });
  }

  close(): void {
    window.clearInterval(this.timer);
    this.feed.close();
    this.video.removeEventListener("loadeddata", this.to.shown);
    URL.revokeObjectURL(this.url);
  }

  /** Show this moment if it is here; false when it has to be asked for. */
  seek(at: number): boolean {
    if (this.zero === null) return false;
    const place = (at - this.zero) / 1000;
    if (!this.ranges().some(([start, end]) => place >= start - EDGE_S && place < end - EDGE_S)) return false;
    this.video.currentTime = place;
    return true;
  }

  private readonly take = (piece: Piece) => {
    this.pieces.push(piece);
    this.pump();
  };

  private readonly rest = () => {
    this.resting = true;
    this.tick();
  };

  private readonly ended = (error: Refused | null) => {
    this.whole = error === null;
    this.pump();
    if (error !== null) this.fail(error);
  };

  private fail(error: Refused): void {
    window.clearInterval(this.timer);
    this.to.end(error);
  }

  /** Give the browser what has come, one thing after the other: a head, or bytes up to the next head. */
  private readonly pump = () => {
    if (this.source.readyState !== "open" || this.buffer?.updating === true) return;
    const [first] = this.pieces;
    try {
      if (first === undefined) this.finish();
      else if (isRun(first)) this.begin(first);
      else this.append();
    } catch (error) {
      if (!(error instanceof DOMException) || error.name !== "QuotaExceededError" || !this.forget(BEHIND_S / 8)) this.fail(new Refused("cameras.feed_lost", {}, 0));
    }
  };

  private finish(): void {
    if (!this.whole || this.buffer === null) return;
    this.source.endOfStream();
    this.whole = false;
    this.to.end(null);
  }

  private begin(run: Run): void {
    this.to.run(run);
    if (!playable(run.mime)) return;
    this.pieces.shift();
    this.zero ??= run.zero;
    if (this.buffer === null) {
      this.buffer = this.source.addSourceBuffer(run.mime);
      this.buffer.addEventListener("updateend", this.appended);
    } else if (run.mime !== this.mime) this.buffer.changeType(run.mime);
    this.mime = run.mime;
    this.buffer.timestampOffset = (run.zero - this.zero) / 1000;
    this.pump();
  }

  private append(): void {
    let [count, size] = [0, 0];
    for (const piece of this.pieces) {
      if (isRun(piece) || size > PIECES_MAX) break;
      count += 1;
      size += piece.byteLength;
    }
    const joined = new Uint8Array(size);
    let at = 0;
    for (const piece of this.pieces.slice(0, count) as ArrayBuffer[]) {
      joined.set(new Uint8Array(piece), at);
      at += piece.byteLength;
    }
    this.buffer?.appendBuffer(joined);
    this.pieces.splice(0, count);
  }

  private readonly appended = () => {
    if (!this.begun) this.start();
    this.pump();
  };

  /** The first pictures are here: at the newest when live, at the wanted moment when recorded. */
  private start(): void {
    const last = this.ranges().at(-1);
    if (last === undefined || this.zero === null) return;
    this.begun = true;
    const [first, newest] = last;
    const wanted = this.ask.kind === "live" ? newest - NEAR_S : (this.ask.start - this.zero) / 1000;
    this.video.currentTime = Math.min(Math.max(first, wanted), Math.max(first, newest - EDGE_S));
    void this.video.play().catch(() => undefined);
  }

  private readonly tick = () => {
    if (!this.begun || this.zero === null) return;
    const now = this.video.currentTime;
    const ranges = this.ranges();
    const newest = ranges.at(-1)?.[1] ?? now;
    if (!this.video.paused) this.keep(now, newest, ranges);
    const ahead = ranges.reduce((sum, [start, end]) => sum + Math.max(0, end - Math.max(start, now)), 0);
    if (this.resting && ahead < AHEAD_S) {
      this.resting = false;
      this.feed.more();
    }
    if (this.buffer?.updating === false) this.forget(BEHIND_S);
    this.to.at(this.zero + now * 1000, newest - now);
  };

  /** Over a gap to what comes next; when live also back to the newest picture. */
  private keep(now: number, newest: number, ranges: [number, number][]): void {
    const inside = ranges.some(([start, end]) => now >= start - EDGE_S && now < end - EDGE_S);
    const next = ranges.find(([start]) => start > now);
    if (this.ask.kind === "live") {
      if (newest - now > JUMP_S) this.video.currentTime = newest - NEAR_S;
      else this.video.playbackRate = pace(newest - now);
    }
    if (!inside && next !== undefined) this.video.currentTime = next[0] + EDGE_S / 2;
  }

  /** Let go of what was seen longer than `seconds` ago; false when there is nothing. */
  private forget(seconds: number): boolean {
    const until = this.video.currentTime - seconds;
    const oldest = this.ranges()[0]?.[0] ?? 0;
    if (this.source.readyState !== "open" || until - oldest < seconds / 4) return false;
    this.buffer?.remove(0, until);
    return true;
  }

  private ranges(): [number, number][] {
    const { buffered } = this.video;
    return Array.from({ length: buffered.length }, (_, index) => [buffered.start(index), buffered.end(index)]);
  }
}
