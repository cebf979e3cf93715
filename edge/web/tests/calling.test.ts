import { describe, expect, it } from "vitest";
import type { MemberView } from "../src/meeting/api";
import { signedLines } from "../src/meeting/calling/clerk";
import { lines, onward, rows, shown, tally, type Draft } from "../src/meeting/calling/sheet";
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

  it("reads the lines from under the signature", () => {
    const said = { lines: [{ member: "đ", choice: "for" }] };
    expect(signedLines(`x.${base64url(utf8(JSON.stringify(said)))}.y`)).toEqual(said.lines);
  });
});
