import { describe, expect, it } from "vitest";
import { parseDateTime } from "../src/ground/words/format";
import type { MeetingView } from "../src/meeting/api";
import { nextSteps } from "../src/meeting/control/next";
import { itemLeft, remaining } from "../src/meeting/parts/timer";
import { drawnRows, fillSeats, fittingRows, readList, rowsOfSeats } from "../src/meeting/prepare/plan";

const item = (number: number, state: "waiting" | "current" | "done") => ({ id: `i${number}`, number, title: `t${number}`, minutes: 10, state, started_at: null, finished_at: null, turned_back_at: null, documents: [], motions: [] });

function meeting(change: Partial<MeetingView>): MeetingView {
  return { id: "m1", title: "", body: "", place: "", starts_at: "", opened_at: null, closed_at: null, state: "open", revision: 1, rule: "", floor_open: false, plan: { width: 1, height: 1, seats: [] }, members: [], items: [], ...change };
}

const floor = { revision: 1, at: "", open: true, queue: [], speech: null };
const speaker = { request: "r1", seat: "a1", label: "A1", name: "N", kind: "speak" as const, asked_at: "" };
const speech = { ...speaker, limit_s: 60, spoken_s: 0, state: "called" as const };
const names = (change: Partial<MeetingView>, extra: { floor?: typeof floor | object; motion?: object } = {}) =>
  nextSteps({ meeting: meeting(change), floor: undefined, motion: undefined, ...extra } as Parameters<typeof nextSteps>[0], 300).map(({ name }) => name);

describe("the next step", () => {
  it("opens a planned meeting, goes on with a paused one, and leaves a closed one alone", () => {
    expect(names({ state: "planned" })).toEqual(["open"]);
    expect(names({ state: "paused" })[0]).toBe("resume");
    expect(names({ state: "closed" })).toEqual([]);
  });

  it("can always be one step back, once an item is done and no vote runs", () => {
    const items = [item(1, "done"), item(2, "current")];
    expect(names({ items })).toContain("back");
    expect(names({ items: [item(1, "current")] })).not.toContain("back");
    expect(names({ items }, { motion: { motion: "x1", state: "open", title: "" } })).not.toContain("back");
  });

  it("goes through the agenda and closes behind the last item", () => {
    expect(names({ items: [item(1, "waiting")] })[0]).toBe("start_item");
    expect(names({ items: [item(1, "current")] })[0]).toBe("finish_item");
    expect(names({ items: [item(1, "done")] })[0]).toBe("close");
  });

  it("puts an open vote before a speech, and a speech before the queue", () => {
    const items = [item(1, "current")];
    const open = { motion: "x1", state: "open", title: "" };
    expect(names({ items }, { motion: open, floor: { ...floor, speech } })[0]).toBe("close_motion");
    expect(names({ items }, { floor: { ...floor, queue: [speaker], speech } })[0]).toBe("speech_start");
    expect(names({ items }, { floor: { ...floor, queue: [speaker] } })[0]).toBe("call");
  });

  it("does not offer a recess or the next vote while one runs", () => {
    const found = names({ items: [item(1, "current")] }, { motion: { motion: "x1", state: "open", title: "" } });
    expect(found).not.toContain("pause");
    expect(found).not.toContain("open_motion");
  });
});

describe("timers", () => {
  it("count what was spoken and what runs, below zero too", () => {
    const now = Date.parse("2026-03-05T01:30:20Z");
    expect(remaining({ ...speech, spoken_s: 30 }, now)).toBe(30);
    expect(remaining({ ...speech, spoken_s: 30, running_since: "2026-03-05T01:30:00Z", state: "speaking" }, now)).toBe(10);
    expect(remaining({ ...speech, spoken_s: 50, running_since: "2026-03-05T01:30:00Z", state: "speaking" }, now)).toBe(-10);
    expect(itemLeft({ ...item(1, "current"), started_at: "2026-03-05T01:30:00Z" }, now)).toBe(580);
    expect(itemLeft(item(1, "waiting"), now)).toBeUndefined();
  });
});

describe("the room and its list", () => {
  it("draws rows that face the podium and knows them again", () => {
    const plan = rowsOfSeats(3, 6);
    expect(plan.seats).toHaveLength(18);
    expect(new Set(plan.seats.map(({ x, y }) => `${x} ${y}`)).size).toBe(18);
    expect(drawnRows(plan)).toEqual({ rows: 3, columns: 6 });
    const { rows, columns } = fittingRows(25);
    expect(rows * columns).toBeGreaterThanOrEqual(25);
  });

  it("reads a pasted list and seats who has no seat", () => {
    const list = readList("Đại biểu 01\tChủ tịch\n\nĐại biểu 02; Đại biểu\nĐại biểu 03");
    expect(list).toEqual([
      { name: "Đại biểu 01", office: "Chủ tịch" },
      { name: "Đại biểu 02", office: "Đại biểu" },
      { name: "Đại biểu 03", office: "" },
    ]);
    const seated = fillSeats(list.map((one, at) => ({ ...one, seat: at === 1 ? "a1" : null, votes: true, chairs: false, weight: 1 })), rowsOfSeats(1, 2));
    expect(seated.map(({ seat }) => seat)).toEqual(["a2", "a1", null]);
  });

  it("reads a day and a time as they are typed here", () => {
    expect(parseDateTime("05/03/2026", "08:30")).toEqual(new Date("2026-03-05T08:30:00+07:00"));
    expect(parseDateTime("5/3/2026", "8h30")).toEqual(new Date("2026-03-05T08:30:00+07:00"));
    expect(parseDateTime("31/02/2026", "08:30")).toBeNull();
    expect(parseDateTime("05/03/2026", "24:00")).toBeNull();
  });
});
