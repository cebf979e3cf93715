import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { DAY_MS, dayIn, dayOf, fieldOf, monthBy, monthName, tickOf, viewOf } from "../src/cameras/camera/days";
import { askSpans, openFeed, type Listener, type Run } from "../src/cameras/camera/feed";
import { nearest } from "../src/cameras/camera/usePreviews";
import type { Refused } from "../src/ground/http/client";

const NOON = Date.parse("2026-03-05T12:00:00+07:00");
const MIDNIGHT = Date.parse("2026-03-05T00:00:00+07:00");

describe("the commune's day", () => {
  it("begins at midnight of UTC+7, whatever the browser's zone", () => {
    expect(dayOf(NOON)).toBe(MIDNIGHT);
    expect(dayOf(MIDNIGHT)).toBe(MIDNIGHT);
    expect(dayOf(MIDNIGHT - 1)).toBe(MIDNIGHT - DAY_MS);
    expect(fieldOf(MIDNIGHT)).toBe("2026-03-05");
    expect(dayIn("2026-03-05")).toBe(MIDNIGHT);
    expect(dayIn("")).toBeNull();
  });

  it("goes from month to month over the new year, and writes it as it is written here", () => {
    expect(["2026-01", "2025-12", "2026-11"].map((month) => monthBy(month, 1))).toEqual(["2026-02", "2026-01", "2026-12"]);
    expect(monthBy("2026-01", -1)).toBe("2025-12");
    expect(monthName("2026-03")).toBe("03/2026");
  });

  it("shows the hour that holds the moment, and stays there until the moment leaves it", () => {
    const hour = 3600_000;
    expect(viewOf(MIDNIGHT, NOON + 59 * 60_000, hour)).toEqual({ start: NOON, end: NOON + hour });
    expect(viewOf(MIDNIGHT, NOON - 1, hour)).toEqual({ start: NOON - hour, end: NOON });
    expect(viewOf(MIDNIGHT, NOON + DAY_MS, hour).end).toBe(MIDNIGHT + DAY_MS);
    expect(viewOf(MIDNIGHT, NOON, DAY_MS)).toEqual({ start: MIDNIGHT, end: MIDNIGHT + DAY_MS });
  });

  it("writes no more than six times under any stretch", () => {
    for (const length of [DAY_MS, 3600_000, 600_000]) expect(length / tickOf(length)).toBeLessThanOrEqual(6);
  });
});

it("a preview that is too far from the moment says nothing about it", () => {
  const previews = [{ at: NOON, url: "a" }, { at: NOON + 60_000, url: "b" }];
  expect(nearest(previews, NOON + 40_000, 60_000)?.url).toBe("b");
  expect(nearest(previews, NOON - 90_000, 60_000)).toBeNull();
});

/** The browser's socket, as far as a feed uses it; the tests play the node. */
class Socket {
  static readonly OPEN = 1;
  static last: Socket;
  readyState = Socket.OPEN;
  binaryType = "";
  sent: string[] = [];
  onmessage: (event: { data: unknown }) => void = () => undefined;
  onclose: () => void = () => undefined;
  constructor(readonly url: string) {
    Socket.last = this;
  }
  send(text: string): void {
    this.sent.push(text);
  }
  close(): void {
    this.readyState = 3;
  }
  say(word: unknown): void {
    this.onmessage({ data: word instanceof ArrayBuffer ? word : JSON.stringify(word) });
  }
}

describe("a feed", () => {
  beforeEach(() => {
    vi.stubGlobal("WebSocket", Socket);
    vi.stubGlobal("location", { origin: "https://dinh.local:8443" });
  });
  afterEach(() => vi.unstubAllGlobals());

  const listener = () => {
    const heard: { runs: Run[]; bytes: number; rests: number; ends: (Refused | null)[] } = { runs: [], bytes: 0, rests: 0, ends: [] };
    const to: Listener = {
      run: (run) => heard.runs.push(run),
      bytes: (data) => (heard.bytes += data.byteLength),
      rest: () => (heard.rests += 1),
      end: (error) => heard.ends.push(error),
    };
    return { heard, to };
  };

  it("asks for what is wanted and passes on what comes", () => {
    const { heard, to } = listener();
    const feed = openFeed("cam-1", { kind: "range", start: NOON, end: NOON + 1000 }, to);
    expect(Socket.last.url).toBe("wss://dinh.local:8443/api/cameras/cam-1/feed?kind=range&start=2026-03-05T05%3A00%3A00.000Z&end=2026-03-05T05%3A00%3A01.000Z");
    Socket.last.say({ run: { mime: "video/mp4", width: 4, height: 3, zero: "2026-03-05T05:00:00+00:00" } });
    Socket.last.say(new ArrayBuffer(7));
    Socket.last.say({ rest: true });
    feed.more();
    Socket.last.say({ end: true });
    Socket.last.onclose();
    expect(heard).toEqual({ runs: [{ mime: "video/mp4", width: 4, height: 3, zero: NOON }], bytes: 7, rests: 1, ends: [null] });
    expect(Socket.last.sent).toEqual(["more"]);
  });

  it("says why it was refused, and that it was lost when nothing was said", () => {
    const refused = listener();
    openFeed("cam-1", { kind: "live" }, refused.to);
    Socket.last.say({ refused: { code: "cameras.camera_off", facts: {} } });
    expect(refused.heard.ends.map((error) => error?.code)).toEqual(["cameras.camera_off"]);
    const lost = listener();
    openFeed("cam-1", { kind: "live" }, lost.to);
    Socket.last.onclose();
    expect(lost.heard.ends.map((error) => error?.code)).toEqual(["cameras.feed_lost"]);
  });

  it("says nothing more once it was closed here", () => {
    const { heard, to } = listener();
    openFeed("cam-1", { kind: "live" }, to).close();
    Socket.last.say(new ArrayBuffer(7));
    Socket.last.onclose();
    expect([heard.bytes, heard.ends]).toEqual([0, []]);
  });

  it("answers what was recorded, or why that is not known", async () => {
    const known = askSpans("cam-1", MIDNIGHT, NOON);
    Socket.last.say({ spans: [{ start: "2026-03-05T05:00:00+00:00", end: "2026-03-05T05:00:01+00:00", recorded: true }] });
    expect(await known).toEqual([{ start: NOON, end: NOON + 1000, recorded: true }]);
    const unknown = askSpans("cam-1", MIDNIGHT, NOON);
    Socket.last.onclose();
    await expect(unknown).rejects.toThrow("cameras.feed_lost");
  });
});
