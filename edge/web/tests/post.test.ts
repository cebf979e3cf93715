import "fake-indexeddb/auto";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { backoff } from "../src/ground/live/connection";
import { Snapshots } from "../src/ground/live/snapshots";
import { Asks, freshId } from "../src/ground/post/asks";
import { keyOf, makeKey, signed, thumbprint } from "../src/ground/post/keys";
import { pause, Reminder } from "../src/ground/post/reminder";

const answer = (id: string) => ({ id, at: "2026-03-05T01:30:00Z", ok: true });

describe("what a tablet asked", () => {
  it("is still there after a reload, with the same id, until it is answered", async () => {
    const { ask } = await new Asks("m1", () => {}).add("cast", { ballot: "a.b.c" }, true);
    const again = new Asks("m1", () => {});
    await again.restore();
    expect(again.unanswered()).toEqual([ask]);
    expect(await again.settle(answer(ask.id))).toEqual(ask);
    const later = new Asks("m1", () => {});
    await later.restore();
    expect(later.unanswered()).toEqual([]);
  });

  it("belongs to one meeting", async () => {
    await new Asks("m2", () => {}).add("speak", { kind: "speak" }, true);
    const other = new Asks("m3", () => {});
    await other.restore();
    expect(other.unanswered()).toEqual([]);
  });

  it("never puts a PIN on the disk", async () => {
    await new Asks("m4", () => {}).add("check_in", { pin: "123456" }, false);
    const again = new Asks("m4", () => {});
    await again.restore();
    expect(again.unanswered()).toEqual([]);
  });

  it("is answered once, however often the answer comes", async () => {
    const counts: number[] = [];
    const asks = new Asks("m5", (waiting) => counts.push(waiting));
    const { ask, answer: told } = await asks.add("speak", {}, true);
    expect(await asks.settle(answer(ask.id))).toEqual(ask);
    expect(await asks.settle(answer(ask.id))).toBeUndefined();
    expect((await told).ok).toBe(true);
    expect(counts).toEqual([1, 0]);
  });

  it("has an id that fits one topic level", () => {
    expect(freshId()).toMatch(/^[a-z2-7]{20}$/);
  });
});

describe("a key", () => {
  it("stays in this browser and signs what anyone can verify", async () => {
    const key = await makeKey("ballot:m1");
    expect((await keyOf("ballot:m1"))?.kid).toBe(key.kid);
    await expect(crypto.subtle.exportKey("jwk", key.private)).rejects.toThrow();
    const jws = await signed(key, { choice: "for", at: "x" });
    const [header = "", payload = "", signature = ""] = jws.split(".");
    expect(JSON.parse(Buffer.from(header, "base64url").toString())).toEqual({ alg: "ES256", kid: key.kid });
    expect(Buffer.from(payload, "base64url").toString()).toBe('{"at":"x","choice":"for"}');
    const open = await crypto.subtle.importKey("jwk", key.jwk, { name: "ECDSA", namedCurve: "P-256" }, true, ["verify"]);
    const holds = await crypto.subtle.verify({ name: "ECDSA", hash: "SHA-256" }, open, Buffer.from(signature, "base64url"), Buffer.from(`${header}.${payload}`));
    expect(holds).toBe(true);
  });

  it("has the thumbprint of RFC 7638, whatever else stands in the JWK", async () => {
    const jwk = { kty: "EC", crv: "P-256", x: "a", y: "b" } as const;
    expect(await thumbprint({ ...jwk })).toBe(await thumbprint({ y: "b", x: "a", crv: "P-256", kty: "EC" }));
  });
});

describe("snapshots", () => {
  it("keep the newest revision, and believe the node again after a new connection", () => {
    const snapshots = new Snapshots();
    snapshots.put("t", { revision: 5 });
    snapshots.put("t", { revision: 4 });
    expect(snapshots.get("t")?.payload).toEqual({ revision: 5 });
    snapshots.expectAll();
    snapshots.put("t", { revision: 2 });
    expect(snapshots.get("t")?.payload).toEqual({ revision: 2 });
    snapshots.put("t", { revision: 1 });
    expect(snapshots.get("t")?.payload).toEqual({ revision: 2 });
  });

  it("tell who listens, until he leaves", () => {
    const snapshots = new Snapshots();
    let told = 0;
    const leave = snapshots.subscribe("t", () => (told += 1));
    snapshots.put("t", 1);
    leave();
    snapshots.put("t", 2);
    expect(told).toBe(1);
  });
});

describe("coming back", () => {
  it("is quick at first, never slower than 2 s, and spread", () => {
    expect(backoff(0, () => 1)).toBe(250);
    expect(backoff(20, () => 1)).toBe(2000);
    expect(backoff(20, () => 0)).toBe(1200);
  });
});

describe("what stays unanswered on a connection that never broke", () => {
  beforeEach(() => void vi.useFakeTimers());
  afterEach(() => void vi.useRealTimers());

  it("is said again, ever more rarely, until it is answered", () => {
    const said: number[] = [];
    let open = true;
    const reminder = new Reminder(() => {
      if (open) said.push(Date.now());
      return open;
    });
    const began = Date.now();
    reminder.start();
    vi.advanceTimersByTime(3900);
    expect(said).toEqual([]);
    vi.advanceTimersByTime(60_000);
    expect(said.length).toBeGreaterThanOrEqual(3);
    expect((said[0] ?? 0) - began).toBeLessThan(6001);
    open = false;
    const before = said.length;
    vi.advanceTimersByTime(600_000);
    expect(said.length).toBe(before);
    expect(vi.getTimerCount()).toBe(0);
  });

  it("is not put off by another ask, and is left alone after the end", () => {
    let times = 0;
    const reminder = new Reminder(() => (times += 1) > 0);
    for (let ask = 0; ask < 10; ask += 1) {
      reminder.start();
      vi.advanceTimersByTime(1000);
    }
    expect(times).toBe(1);
    reminder.stop();
    vi.advanceTimersByTime(600_000);
    expect(times).toBe(1);
  });

  it("waits five seconds at first and a minute at most, spread over the hall", () => {
    expect(pause(0, () => 0)).toBeCloseTo(4000);
    expect(pause(0, () => 1)).toBeCloseTo(6000);
    expect(pause(30, () => 0.5)).toBe(60_000);
  });
});
