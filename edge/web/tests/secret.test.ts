import "fake-indexeddb/auto";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { afterEach, beforeAll, beforeEach, describe, expect, it, vi } from "vitest";
import type { Answer, Ask } from "../src/ground/post/asks";
import { base64url, fromBase64, fromHex, hex, sha256, type Bytes } from "../src/ground/post/bytes";
import { makeKey, type Key } from "../src/ground/post/keys";
import { readAll } from "../src/ground/post/store";
import type { CheckedPaper, Paper } from "../src/meeting/log/ballot";
import { blind, finalize, publicKey, type SecretWords } from "../src/meeting/secret/blind";
import { Booth, type Kept } from "../src/meeting/secret/booth";
import { found } from "../src/meeting/secret/found";
import { pause, type At, type Sealed } from "../src/meeting/secret/sealed";

type Vector = Record<"p" | "q" | "n" | "e" | "d" | "prepared_msg" | "msg_prefix" | "msg" | "salt" | "inv" | "blinded_msg" | "blind_sig" | "sig", string>;
const file = join(import.meta.dirname, "../../../tests/data/rfc9474.json");
const vector = (JSON.parse(readFileSync(file, "utf8")) as { vectors: Record<string, Vector> }).vectors["RSABSSA-SHA384-PSS-Randomized"];

const big = (bytes: Uint8Array) => BigInt(`0x${hex(bytes)}`);
const bytes = (value: bigint, length: number): Bytes => fromHex(value.toString(16).padStart(length * 2, "0"));

function power(base: bigint, exponent: bigint, n: bigint): bigint {
  let [result, square] = [1n, base % n];
  for (let rest = exponent; rest > 0n; rest >>= 1n) {
    if (rest & 1n) result = (result * square) % n;
    square = (square * square) % n;
  }
  return result;
}

/** Extended Euclid. */
function inverse(a: bigint, n: bigint): bigint {
  let [r, next, s, t] = [n, a, 0n, 1n];
  while (next !== 0n) {
    const q = r / next;
    [r, next, s, t] = [next, r - q * next, t, s - q * t];
  }
  return ((s % n) + n) % n;
}

describe("the test vector of RFC 9474, appendix A.1", () => {
  if (vector === undefined) throw new Error("no vector");
  const words: SecretWords = { scheme: "RSABSSA-SHA384-PSS-Randomized", n: base64url(fromHex(vector.n)), e: base64url(fromHex(vector.e)) };

  it("is blinded as the RFC says, given the same random values", async () => {
    const n = BigInt(`0x${vector.n}`);
    await import("@cloudflare/blindrsa-ts"); // its own library draws a seed when it is first read
    const drawn = [fromHex(vector.msg_prefix), fromHex(vector.salt), bytes(inverse(BigInt(`0x${vector.inv}`), n), 512)];
    const stub = vi.spyOn(crypto, "getRandomValues").mockImplementation((into) => {
      const next = drawn.shift();
      if (next === undefined || !(into instanceof Uint8Array) || next.length !== into.length) throw new Error("drawn in another order");
      into.set(next);
      return into;
    });
    const made = await blind(words, fromHex(vector.msg)).finally(() => stub.mockRestore());
    expect(hex(made.prepared)).toBe(vector.prepared_msg);
    expect(hex(made.blinded)).toBe(vector.blinded_msg);
    expect(hex(made.inverse)).toBe(vector.inv);
    expect(drawn).toEqual([]);
  });

  it("is finalized as the RFC says, to an ordinary RSA-PSS signature", async () => {
    const sealed = { prepared: fromHex(vector.prepared_msg), inverse: fromHex(vector.inv) };
    const signature = await finalize(words, sealed, fromHex(vector.blind_sig));
    expect(hex(signature)).toBe(vector.sig);
    expect(await crypto.subtle.verify({ name: "RSA-PSS", saltLength: 48 }, await publicKey(words), signature, sealed.prepared)).toBe(true);
  });

  it("is refused with a changed answer", async () => {
    const changed = fromHex(vector.blind_sig);
    changed[100] = (changed[100] ?? 0) ^ 1;
    await expect(finalize(words, { prepared: fromHex(vector.prepared_msg), inverse: fromHex(vector.inv) }, changed)).rejects.toThrow();
    await expect(finalize({ ...words, scheme: "other" }, { prepared: changed, inverse: changed }, changed)).rejects.toThrow();
  });
});

const realTimeout = setTimeout;

interface Node {
  secret: SecretWords;
  sign: (blinded: Bytes) => Bytes;
}

async function node(): Promise<Node> {
  const pair = await crypto.subtle.generateKey({ name: "RSA-PSS", modulusLength: 2048, publicExponent: Uint8Array.of(1, 0, 1), hash: "SHA-384" }, true, ["sign", "verify"]);
  const { n = "", e = "", d = "" } = await crypto.subtle.exportKey("jwk", pair.privateKey);
  const [modulus, exponent] = [big(fromBase64(n)), big(fromBase64(d))];
  return { secret: { scheme: "RSABSSA-SHA384-PSS-Randomized", n, e }, sign: (blinded) => bytes(power(big(blinded), exponent, modulus), 256) };
}

interface Say {
  motion: string;
  prepared: string;
  signature: string;
}

let house: Node;
let key: Key;
let asked: Ask[] = [];
let sent: { url: string; init: RequestInit; words: Say }[] = [];
let seen: Kept = {};
let answers: Response[] = [];
let motion = 0;
const meeting = (): string => `m${motion}`;

const doors = {
  ask: (kind: string, body: Record<string, unknown>) => {
    asked.push({ id: `ask${asked.length}`, at: "", kind, body });
    return Promise.resolve();
  },
  asked: () => new Set<unknown>(),
  changed: (kept: Kept) => {
    seen = kept;
  },
};

const paper = (): CheckedPaper => ({ sha256: "a".repeat(64), paper: { meeting: meeting(), motion: `x${motion}`, title: "Miễn nhiệm", secret: house.secret } as unknown as Paper });
const chosen = (member = "one") => ({ checked: paper(), secret: house.secret, choice: "for", member, seat: "s1" });
const mine = (member = "one"): Sealed | undefined => seen[`${meeting()}/x${motion}/${member}`];
const answerTo = (ask: Ask): Answer => {
  const payload = JSON.parse(new TextDecoder().decode(fromBase64(String(ask.body.token).split(".")[1] ?? ""))) as { blinded: string };
  return { id: ask.id, at: "", ok: true, body: { motion: `x${motion}`, blind_signature: base64url(house.sign(fromBase64(payload.blinded))) } };
};
const last = (): Ask => asked.at(-1) ?? { id: "", at: "", kind: "", body: {} };

async function takes({ prepared, motion: of }: Say): Promise<Response> {
  const tracker = hex(await sha256(fromBase64(prepared)));
  return Response.json({ motion: of, tracker, code: "", promise: "dinh-box/1" }, { status: 201 });
}

beforeAll(async () => {
  house = await node();
  key = await makeKey("ballot:m");
});

beforeEach(() => {
  motion += 1;
  [asked, sent, seen, answers] = [[], [], {}, []];
  vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout", "Date"] });
  vi.stubGlobal("window", globalThis);
  vi.stubGlobal("fetch", async (url: string, init: RequestInit) => {
    const words = JSON.parse(init.body as string) as Say;
    sent.push({ url, init, words });
    const answer = answers.shift();
    if (answer?.status === 599) throw new TypeError("network");
    return answer ?? takes(words);
  });
});

afterEach(() => {
  vi.useRealTimers();
  vi.unstubAllGlobals();
});

/** Time passes, and what waits for the disk gets its turns. */
async function later(ms: number): Promise<void> {
  await vi.advanceTimersByTimeAsync(ms);
  await new Promise((resolve) => realTimeout(resolve, 40));
}

describe("a secret ballot at a tablet", () => {
  it("goes from the choice into the box, and leaves nothing behind that joins it to its voter", async () => {
    const booth = new Booth(meeting(), doors);
    await booth.cast(key, chosen());
    expect(mine()?.step).toBe("asking");
    await booth.answered(last(), answerTo(last()));
    expect(mine()?.step).toBe("waiting");
    expect(Object.keys(mine() ?? {}).sort()).toEqual(["due", "meeting", "member", "motion", "prepared", "signature", "step", "title"]);
    await later(1900);
    expect(sent).toEqual([]);
    await later(6200);
    expect(sent.length).toBe(1);
    expect(mine()?.step).toBe("boxed");
    expect(Object.keys(mine() ?? {}).sort()).toEqual(["code", "meeting", "member", "motion", "promise", "step", "title", "tracker"]);
    expect((await readAll<Sealed>("sealed")).find((one) => one.motion === `x${motion}`)).toEqual(mine());
  });

  it("sends no cookie, no referrer, no name, and a signature that holds", async () => {
    const booth = new Booth(meeting(), doors);
    await booth.cast(key, chosen());
    await booth.answered(last(), answerTo(last()));
    await later(8100);
    const [box] = sent;
    if (box === undefined) throw new Error("nothing was sent");
    expect(box.init.credentials).toBe("omit");
    expect(box.init.referrerPolicy).toBe("no-referrer");
    expect(box.init.headers).toEqual({ "Content-Type": "application/json", "X-Dinh": "1" });
    expect(Object.keys(box.words).sort()).toEqual(["motion", "prepared", "signature"]);
    const prepared = fromBase64(box.words.prepared);
    expect(Object.keys(JSON.parse(new TextDecoder().decode(prepared.slice(32))) as object)).toEqual(["choice", "meeting", "motion", "paper", "serial"]);
    expect(await crypto.subtle.verify({ name: "RSA-PSS", saltLength: 48 }, await publicKey(house.secret), fromBase64(box.words.signature), prepared)).toBe(true);
    expect(JSON.stringify(asked)).not.toContain(box.words.signature);
  });

  it("is chosen once, whatever is pressed twice", async () => {
    const booth = new Booth(meeting(), doors);
    await Promise.all([booth.cast(key, chosen()), booth.cast(key, chosen())]);
    await booth.cast(key, { ...chosen(), choice: "against" });
    expect(asked.length).toBe(1);
  });

  it("survives a reload at every step without a second token", async () => {
    await new Booth(meeting(), doors).cast(key, chosen());
    const [first] = asked;
    const reloaded = new Booth(meeting(), doors);
    await reloaded.restore();
    reloaded.askAgain("one");
    expect(asked.map(({ body }) => body.token)).toEqual([first?.body.token, first?.body.token]);
    reloaded.askAgain("somebody else");
    expect(asked.length).toBe(2);
    await reloaded.answered(last(), answerTo(last()));
    const prepared = (mine() as At<"waiting">).prepared;
    reloaded.stop();
    await later(20_000);
    expect(sent).toEqual([]);
    const again = new Booth(meeting(), doors);
    await again.restore();
    again.askAgain("one");
    await later(100);
    expect(sent.map(({ words }) => words.prepared)).toEqual([prepared]);
    expect(mine()?.step).toBe("boxed");
    const after = new Booth(meeting(), doors);
    await after.restore();
    await after.cast(key, chosen());
    await later(10_000);
    expect([asked.length, sent.length]).toEqual([2, 1]);
  });

  it("is put in again until the box has answered", async () => {
    answers = [new Response(null, { status: 599 }), Response.json({ code: "meeting.box_busy", facts: { retry_after_s: 2 } }, { status: 429 }), Response.json({ tracker: "0".repeat(64), promise: "" }, { status: 201 })];
    const booth = new Booth(meeting(), doors);
    await booth.cast(key, chosen());
    await booth.answered(last(), answerTo(last()));
    for (let turn = 0; turn < 4; turn += 1) await later(8100);
    expect(new Set(sent.map(({ words }) => words.prepared)).size).toBe(1);
    expect(sent.length).toBe(4);
    expect(mine()?.step).toBe("boxed");
  });

  it("says so when the vote was closed before it came", async () => {
    answers = [Response.json({ code: "meeting.box_not_open", facts: {} }, { status: 409 })];
    const booth = new Booth(meeting(), doors);
    await booth.cast(key, chosen());
    await booth.answered(last(), answerTo(last()));
    await later(8100);
    expect(mine()).toEqual({ meeting: meeting(), motion: `x${motion}`, member: "one", title: "Miễn nhiệm", step: "outside" });
  });

  it("can be chosen again when the token was refused, or was none", async () => {
    const booth = new Booth(meeting(), doors);
    await booth.cast(key, chosen());
    expect(await booth.answered(last(), { id: "", at: "", ok: false, code: "meeting.ballot_not_present" })).toBe(`x${motion}`);
    expect(mine()).toBeUndefined();
    await booth.cast(key, chosen());
    expect(await booth.answered(last(), { id: "", at: "", ok: true, body: { blind_signature: base64url(new Uint8Array(256)) } })).toBe(`x${motion}`);
    expect(mine()).toBeUndefined();
    expect(await booth.answered(last(), answerTo(last()))).toBeNull();
  });

  it("is kept apart for each voter of a tablet that changes hands", async () => {
    const booth = new Booth(meeting(), doors);
    await booth.cast(key, chosen("one"));
    await booth.cast(key, chosen("two"));
    expect([mine("one")?.step, mine("two")?.step]).toEqual(["asking", "asking"]);
  });

  it("can have its code taken off the tablet, and stays voted", async () => {
    const booth = new Booth(meeting(), doors);
    await booth.cast(key, chosen());
    await booth.forget(`x${motion}`, "one");
    expect(mine()?.step).toBe("asking");
    await booth.answered(last(), answerTo(last()));
    await later(8100);
    await booth.forget(`x${motion}`, "one");
    expect(mine()).toEqual({ meeting: meeting(), motion: `x${motion}`, member: "one", title: "Miễn nhiệm", step: "forgotten" });
    await booth.cast(key, chosen());
    expect(asked.length).toBe(1);
  });
});

describe("the wait before the box", () => {
  it("is drawn evenly from two to eight seconds", () => {
    const drawn = Array.from({ length: 2000 }, pause);
    expect(Math.min(...drawn)).toBeGreaterThanOrEqual(2000);
    expect(Math.max(...drawn)).toBeLessThan(8000);
    for (const third of [0, 1, 2]) expect(drawn.filter((one) => Math.floor((one - 2000) / 2000) === third).length).toBeGreaterThan(500);
  });
});

describe("the board after the close", () => {
  const sealed: At<"boxed"> = { meeting: "m1", motion: "x1", member: "one", title: "", step: "boxed", tracker: "b".repeat(64), code: "", promise: "" };
  const line = (tracker: string, counts = true) => ({ tracker, counts, code: "", choice: "for", index: 1 });

  it("has the ballot, or not, and then the promise decides who is to blame", () => {
    expect(found(sealed, [line("a"), line(sealed.tracker)], "valid")).toBe("good");
    expect(found(sealed, [line(sealed.tracker, false)], "valid")).toBe("invalid");
    expect(found(sealed, [line("a")], "valid")).toBe("missing");
    expect(found(sealed, [], "unsupported")).toBe("missing");
    expect(found(sealed, [], "invalid")).toBe("promise");
  });
});
