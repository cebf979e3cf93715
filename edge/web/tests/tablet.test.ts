import i18next from "i18next";
import { beforeAll, describe, expect, it } from "vitest";
import vi from "../src/locales/vi.json";
import { canonical, hex, sha256, base64url, utf8 } from "../src/ground/post/bytes";
import type { MotionSnapshot, Receipt } from "../src/ground/wire";
import { ballotIn } from "../src/meeting/log/receipt";
import { onBoard } from "../src/meeting/tablet/board";
import { news } from "../src/meeting/tablet/news";

const receipt: Receipt = { motion: "x1", code: "4F7K-2M9P", index: 7, size: 8, entry: "", leaf_sha256: "", proof: [], checkpoint: "", ballot_sha256: "" };

async function brought(choice: string): Promise<Receipt> {
  const jws = `${base64url(utf8("{}"))}.${base64url(utf8(canonical({ at: "2026-03-05T01:00:00Z", choice })))}.c2ln`;
  return { ...receipt, entry: canonical({ jws, kind: "ballot" }), ballot_sha256: hex(await sha256(utf8(jws))) };
}

describe("a receipt that comes from another tablet", () => {
  it("brings the ballot that its entry holds", async () => {
    expect(await ballotIn(await brought("c1,c4"))).toMatchObject({ choice: "c1,c4", at: "2026-03-05T01:00:00Z" });
  });

  it("brings nothing where the entry holds another ballot, or none", async () => {
    const good = await brought("for");
    expect(await ballotIn({ ...good, ballot_sha256: (await brought("against")).ballot_sha256 })).toBeNull();
    expect(await ballotIn({ ...good, entry: canonical({ choice: "for", kind: "ballot_called" }) })).toBeNull();
    expect(await ballotIn({ ...good, entry: "no JSON" })).toBeNull();
  });
});

describe("the public board", () => {
  const line = { code: "4F7K-2M9P", index: 7, choice: "for", counts: true };
  const result = (state: string, board: object[]) => ({ motion: { state }, board }) as unknown as Parameters<typeof onBoard>[0];

  it("shows a ballot only with its own code, place and choice", () => {
    const cast = { choice: "for", receipt };
    expect(onBoard(undefined, cast)).toBe("unknown");
    expect(onBoard(result("open", []), cast)).toBe("open");
    expect(onBoard(result("closed", [line]), cast)).toBe("found");
    expect(onBoard(result("closed", [{ ...line, counts: false }]), cast)).toBe("replaced");
    expect(onBoard(result("closed", []), cast)).toBe("missing");
    expect(onBoard(result("closed", [{ ...line, choice: "against" }]), cast)).toBe("missing");
    expect(onBoard(result("closed", [{ ...line, index: 8 }]), cast)).toBe("missing");
  });
});

describe("the news of a vote", () => {
  const motion = { state: "open", method: "question", title: "Việc", text: "", choices: [{ id: "for" }, { id: "against" }], candidates: [], seats: 0 } as unknown as MotionSnapshot;
  const count = { votes: { for: 3 }, needed: 2, base: 4, adopted: true, elected: [], tied: [] };
  const closed = { ...motion, state: "closed", count } as unknown as MotionSnapshot;
  const ballot = { choice: "against", jws: "", at: "" };
  const vote = { meeting: "m1", motion: "x1", member: "a" };

  beforeAll(() => i18next.init({ lng: "vi", resources: { vi: { translation: vi } } }));

  it("goes from the question to the receipt, letter by letter, to the result", () => {
    const { t } = i18next;
    expect(news(t, motion, undefined, true)).toContain("Tán thành, Không tán thành");
    expect(news(t, motion, { ...vote, pending: ballot }, true)).toBe(vi.meeting.receipt.waiting);
    expect(news(t, motion, { ...vote, cast: { ...ballot, receipt } }, true)).toContain("4 F 7 K , 2 M 9 P");
    expect(news(t, motion, { ...vote, cast: { ...ballot, receipt } }, true)).toContain("Không tán thành");
    expect(news(t, closed, undefined, true)).toContain(vi.meeting.result.adopted);
  });

  it("is none where nothing is voted on, and for who came after the vote", () => {
    expect(news(i18next.t, undefined, undefined, true)).toBe("");
    expect(news(i18next.t, closed, undefined, false)).toBe("");
  });
});
