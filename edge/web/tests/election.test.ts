import type { TFunction } from "i18next";
import { describe, expect, it } from "vitest";
import type { Count } from "../src/ground/wire";
import { byName, chosenOf, isAnswer, NOBODY, pressed, spell } from "../src/meeting/parts/choice";
import { verdictNumbers, verdictWord } from "../src/meeting/parts/verdict";
import { EMPTY, readySlate } from "../src/meeting/prepare/Candidates";

const people = ["c1", "c2", "c3"].map((id) => ({ id, name: `Ứng viên ${id}`, about: "" }));
const asked = { method: "election" as const, candidates: people, seats: 2 };
const count: Count = { votes: { c1: 3, c2: 2, c3: 2 }, eligible: 5, present: 4, cast: 4, valid: 4, blank: 0, invalid: 0, base: 4, needed: 2, adopted: false, elected: ["c1"], tied: ["c2", "c3"] };
const t = ((key: string) => key) as unknown as TFunction;

describe("a choice of an election", () => {
  it("has one spelling: the paper's order, or the word for nobody", () => {
    expect(spell(people, new Set(["c3", "c1"]))).toBe("c1,c3");
    expect(spell(people, new Set())).toBe(NOBODY);
    expect(spell(people, new Set(["c9"]))).toBe(NOBODY);
  });

  it("is read back as the people it names", () => {
    expect(chosenOf(people, "c1,c3").map(({ id }) => id)).toEqual(["c1", "c3"]);
    expect(chosenOf(people, NOBODY)).toEqual([]);
    expect(chosenOf(people, undefined)).toEqual([]);
    expect([isAnswer("for"), isAnswer("c1"), isAnswer(NOBODY)]).toEqual([true, false, false]);
  });
});

describe("pressing a name", () => {
  it("chooses up to as many as are elected, takes back, and says when the paper is full", () => {
    const two = pressed(pressed(new Set(), "c1", 2) ?? new Set(), "c2", 2);
    expect(two).toEqual(new Set(["c1", "c2"]));
    expect(pressed(two ?? new Set(), "c3", 2)).toBeNull();
    expect(pressed(two ?? new Set(), "c1", 2)).toEqual(new Set(["c2"]));
  });

  it("moves the one choice where one is elected, and gives it back", () => {
    expect(pressed(new Set(["c1"]), "c2", 1)).toEqual(new Set(["c2"]));
    expect(pressed(new Set(["c1"]), "c1", 1)).toEqual(new Set());
  });
});

describe("the outcome in words", () => {
  it("says whether all, some or none are elected", () => {
    expect(verdictWord(t, count, asked)).toBe("meeting.election.verdict.some");
    expect(verdictWord(t, { ...count, elected: [] }, asked)).toBe("meeting.election.verdict.none");
    expect(verdictWord(t, { ...count, adopted: true, elected: ["c1", "c2"] }, asked)).toBe("meeting.election.verdict.all");
    expect(verdictWord(t, { ...count, adopted: true }, { ...asked, method: "question" })).toBe("meeting.result.adopted");
  });

  it("says that equals are not elected, and that weights were counted", () => {
    expect(verdictNumbers(t, count, asked)).toContain("tiedText");
    expect(verdictNumbers(t, { ...count, tied: [] }, asked, true)).toBe("meeting.election.numbersWeighed");
    expect(verdictNumbers(t, count, { ...asked, method: "question" }, true)).toBe("meeting.result.numbersWeighed");
  });
});

describe("preparing an election", () => {
  it("needs as many names as are elected; empty lines are left out", () => {
    expect(readySlate(EMPTY)).toBeNull();
    const one = { candidates: [{ name: " Ứng viên A ", about: "" }, { name: " ", about: "x" }], seats: 1 };
    expect(readySlate(one)).toEqual({ candidates: [{ name: "Ứng viên A", about: "" }], seats: 1 });
    expect(readySlate({ ...one, seats: 2 })).toBeNull();
    expect(readySlate({ ...one, seats: 0 })).toBeNull();
  });

  it("orders names as Vietnamese lists do: by the last word", () => {
    expect(["Người Thứ Hai", "Người Thứ Ba", "An Cuối", "Người Đầu"].sort(byName)).toEqual(["Người Thứ Ba", "An Cuối", "Người Đầu", "Người Thứ Hai"]);
  });
});
