import { describe, expect, it } from "vitest";
import type { MemberView } from "../src/meeting/api";
import { signedLines } from "../src/meeting/calling/clerk";
import { isWhole, keyed, lines, onward, rows, shown, tally, votesOf, type Draft } from "../src/meeting/calling/sheet";
import type { Voting } from "../src/meeting/parts/snapshots";
import { base64url, utf8 } from "../src/ground/post/bytes";

const member = (id: string, more: Partial<MemberView> = {}): MemberView => ({ id, name: id, label: id, seat: id, votes: true, present: true, ...more }) as MemberView;
const motion = (cast_seats: string[], may_change = true) => ({ cast_seats, may_change }) as unknown as Voting;

const ALL = [member("a"), member("b"), member("c", { present: false }), member("guest", { votes: false }), member("d", { seat: null })];
const NONE: ReadonlySet<string> = new Set();
const EMPTY: Draft = new Map();

describe("the roll call's sheet", () => {
  it("has the voters in the order of the list and says why one cannot be entered", () => {
    const found = rows(ALL, motion(["b"], false), new Set(["d"]));
    expect(found.map(({ member: { id }, closed }) => [id, closed])).toEqual([
      ["a", null],
      ["b", "final"],
      ["c", "absent"],
      ["d", "waits"],
    ]);
  });

  it("shows who has not voted, and keeps in sight who was entered", () => {
    const found = rows(ALL, motion(["b"]), NONE);
    expect(shown(found, false, EMPTY).map(({ member: { id } }) => id)).toEqual(["a", "d"]);
    expect(shown(found, false, new Map([["b", "for"]])).map(({ member: { id } }) => id)).toEqual(["a", "b", "d"]);
    expect(shown(found, true, EMPTY)).toHaveLength(4);
  });

  it("moves on to the next row without a choice, and stays at the end", () => {
    const list = rows(ALL, motion([]), NONE);
    expect(onward(list, 0, new Map([["a", "for"]]))).toBe(1);
    expect(onward(list, 1, new Map([["b", "for"]]))).toBe(3);
    expect(onward(list, 3, new Map([["d", "for"]]))).toBe(3);
  });

  it("signs lines in the order of the list, and none that was closed meanwhile", () => {
    const draft: Draft = new Map([
      ["d", "abstain"],
      ["b", "against"],
      ["a", "for"],
    ]);
    expect(lines(rows(ALL, motion(["b"], false), NONE), draft)).toEqual([
      { member: "a", choice: "for" },
      { member: "d", choice: "abstain" },
    ]);
  });

  it("counts what was called", () => {
    expect(tally(["for", "abstain", "for"])).toEqual({ for: 2, against: 0, abstain: 1 });
  });

  it("takes an election by the candidates' keys, in the paper's one spelling, and never more than may be elected", () => {
    const candidates = Array.from({ length: 12 }, (_, at) => ({ id: `c${at + 1}`, name: `N${at + 1}`, about: "" }));
    const asked = { method: "election" as const, candidates, seats: 2 };
    expect(keyed(asked, undefined, "b")).toBe("c11");
    expect(keyed(asked, "c11", "1")).toBe("c1,c11");
    expect(keyed(asked, "c1,c11", "3")).toBe("c1,c11");
    expect(keyed(asked, "c1,c11", "1")).toBe("c11");
    expect(keyed(asked, "c11", "B")).toBeNull();
    expect(keyed(asked, "c11", "-")).toBe("none");
    expect(keyed(asked, "none", "2")).toBe("c2");
    expect(keyed(asked, "c2", "0")).toBeNull();
    for (const key of ["d", "Tab", "F1", "", "/"]) expect(keyed(asked, "c2", key)).toBeUndefined();
    expect([isWhole(asked, "c2"), isWhole(asked, "c1,c11"), isWhole(asked, "none")]).toEqual([false, true, true]);
    expect(votesOf(candidates, ["c1,c11", "c11", "none"]).filter(({ votes }) => votes > 0).map(({ place, votes }) => [place, votes])).toEqual([
      [1, 1],
      [11, 2],
    ]);
  });

  it("reads the lines from under the signature", () => {
    const said = { lines: [{ member: "đ", choice: "for" }] };
    expect(signedLines(`x.${base64url(utf8(JSON.stringify(said)))}.y`)).toEqual(said.lines);
  });
});
