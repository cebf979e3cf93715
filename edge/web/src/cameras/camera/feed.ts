import { Refused } from "../../ground/http/client";

/** What is asked of a camera's watcher. Times in milliseconds since 1970, capture time. */
export type FilmAsk = { kind: "live" } | { kind: "range"; start: number; end: number };
export type Ask = FilmAsk | { kind: "spans"; start: number; end: number } | { kind: "previews"; start: number; end: number; count: number };

/** The head of a run of pictures; its fragmented MP4 follows. `zero` is the capture time of its media time 0. */
export interface Run {
  mime: string;
  width: number;
  height: number;
  zero: number;
}

export interface Span {
  start: number;
  end: number;
  recorded: boolean;
}

/** What may come, in this order of frequency. `end` comes once, with the reason when it is a bad one. */
export interface Listener {
  bytes?: (data: ArrayBuffer) => void;
  preview?: (at: number) => void;
  rest?: () => void;
  run?: (run: Run) => void;
  spans?: (spans: Span[]) => void;
  end: (error: Refused | null) => void;
}

interface Word {
  run?: { mime: string; width: number; height: number; zero: string };
  spans?: { start: string; end: string; recorded: boolean }[];
  preview?: string;
  rest?: boolean;
  end?: boolean;
  refused?: { code: string; facts: Refused["facts"] };
}

export interface Feed {
  /** After `rest`: the watcher sends on. */
  more: () => void;
  close: () => void;
}

const LOST = "cameras.feed_lost";

function address(camera: string, ask: Ask): string {
  const query = new URLSearchParams({ kind: ask.kind });
  if (ask.kind !== "live") {
    query.set("start", new Date(ask.start).toISOString());
    query.set("end", new Date(ask.end).toISOString());
  }
  if (ask.kind === "previews") query.set("count", String(ask.count));
  return `${location.origin.replace(/^http/, "ws")}/api/cameras/${camera}/feed?${query.toString()}`;
}

/** Says a word on; the reason when it was the last one, undefined when more is to come. */
function hear(word: Word, to: Listener): Refused | null | undefined {
  if (word.refused !== undefined) return new Refused(word.refused.code, word.refused.facts, 409);
  if (word.end === true) return null;
  if (word.run !== undefined) to.run?.({ ...word.run, zero: Date.parse(word.run.zero) });
  if (word.preview !== undefined) to.preview?.(Date.parse(word.preview));
  if (word.rest === true) to.rest?.();
  if (word.spans === undefined) return undefined;
  to.spans?.(word.spans.map(({ start, end, recorded }) => ({ start: Date.parse(start), end: Date.parse(end), recorded })));
  return null;
}

/** Ask a camera's watcher, by way of the node. */
export function openFeed(camera: string, ask: Ask, to: Listener): Feed {
  const socket = new WebSocket(address(camera, ask));
  socket.binaryType = "arraybuffer";
  let over = false;
  const end = (error: Refused | null) => {
    if (over) return;
    over = true;
    socket.close();
    to.end(error);
  };
  socket.onmessage = ({ data }: MessageEvent<string | ArrayBuffer>) => {
    if (over) return;
    if (typeof data !== "string") {
      to.bytes?.(data);
      return;
    }
    const last = hear(JSON.parse(data) as Word, to);
    if (last !== undefined) end(last);
  };
  socket.onclose = () => end(new Refused(LOST, {}, 0));
  return {
    more: () => {
      if (socket.readyState === WebSocket.OPEN) socket.send("more");
    },
    close: () => {
      over = true;
      socket.close();
    },
  };
}

/** What was recorded between two times. */
export function askSpans(camera: string, start: number, end: number): Promise<Span[]> {
  return new Promise((resolve, reject) => {
    openFeed(camera, { kind: "spans", start, end }, { spans: resolve, end: (error) => error !== null && reject(error) });
  });
}
