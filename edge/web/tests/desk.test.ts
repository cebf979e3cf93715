import type { TFunction } from "i18next";
import { describe, expect, it } from "vitest";
import { near, placed, within } from "../src/cameras/crop";
import { against, second, story } from "../src/cameras/explain";
import { beginning, marks } from "../src/cameras/marks";
import type { Box } from "../src/cameras/types";

const inside = ({ x, y, width, height }: ReturnType<typeof near>) => x >= 0 && y >= 0 && x + width <= 1.000001 && y + height <= 1.000001;

describe("the close-up", () => {
  it.each<[string, Box]>([
    ["in the middle", [900, 500, 960, 560]],
    ["in a corner", [0, 0, 40, 30]],
    ["at the far edge", [1880, 1040, 1920, 1080]],
    ["over the whole picture", [0, 0, 1920, 1080]],
    ["of no size", [500, 500, 500, 500]],
  ])("stays inside the picture and holds the box %s", (_, box) => {
    const part = near(box, 1920, 1080, 4 / 3);
    const place = within(part, box, 1920, 1080);
    expect(inside(part)).toBe(true);
    expect((part.width * 1920) / (part.height * 1080)).toBeCloseTo(4 / 3);
    if (box[2] - box[0] < 1000) {
      expect(place.x).toBeGreaterThanOrEqual(0);
      expect(place.x + place.width).toBeLessThanOrEqual(1.000001);
    }
  });

  it("makes a small far-away thing at least three times as large", () => {
    const part = near([1000, 300, 1030, 330], 1920, 1080, 4 / 3);
    expect(1 / part.height).toBeGreaterThan(3);
  });

  it("also fits an upright picture", () => {
    expect(inside(near([100, 900, 200, 1000], 720, 1280, 4 / 3))).toBe(true);
  });

  it("is written in percent", () => {
    expect(placed({ x: 0.25, y: -0.5, width: 1, height: 2 })).toEqual({ left: "25.000%", top: "-50.000%", width: "100.000%", height: "200.000%" });
  });
});

const TIMES = { clip_started_at: "2026-03-05T01:29:00Z", put_down_at: "2026-03-05T01:29:10.5Z", actor_gone_at: "2026-03-05T01:29:14Z", at: "2026-03-05T01:29:40Z" };

describe("the moments of a clip", () => {
  it("lie where they happened", () => {
    expect(marks(TIMES)).toEqual([
      { kind: "put_down", at_s: 10.5 },
      { kind: "gone", at_s: 14 },
      { kind: "flagged", at_s: 40 },
    ]);
  });

  it("are left out when they are not known", () => {
    expect(marks({ ...TIMES, actor_gone_at: null }).map(({ kind }) => kind)).toEqual(["put_down", "flagged"]);
    expect(marks({ ...TIMES, clip_started_at: null })).toEqual([]);
  });

  it("let the clip begin a little before, never before its start", () => {
    expect(beginning(marks(TIMES))).toBe(6.5);
    expect(beginning([{ kind: "put_down", at_s: 2 }])).toBe(0);
    expect(beginning([])).toBe(0);
  });
});

describe("the explanation", () => {
  const TOLD = {
    score: 0.93,
    threshold: 0.82,
    reason: "left" as const,
    put_down_at: "2026-03-05T01:29:10Z",
    actor_gone_at: "2026-03-05T01:29:14Z",
    explanation: { came_from: "left", came_s: 4.3, stayed_s: 1.9, went_to: "inside", distance: 8, luma: 0.5, tries: 1, p_attended: 0.05, p_actor: 0.01 },
  };
  const t = ((key: string, facts: Record<string, unknown> = {}) => `${key.replace("desk.why.", "")}(${Object.values(facts).join(" ")})`) as unknown as TFunction;

  it("says who came from where, how long he stayed, and where he went", () => {
    expect(story(t, TOLD)).toBe("came(who.somebody() 08:29:05 side.left()), stayed(2), left(08:29:10), gone(08:29:14).");
    expect(story(t, { ...TOLD, explanation: { ...TOLD.explanation, agent: "motorcycle", went_to: "right" } })).toContain("who.motorcycle()");
  });

  it("does not say what the watcher did not tell", () => {
    expect(story(t, { ...TOLD, actor_gone_at: null, explanation: { agent: "submarine" } })).toBe("cameSometime(who.somebody()), left(08:29:10), went().");
    expect([second({ explanation: {} }), against({ ...TOLD, explanation: {} })]).toEqual([null, []]);
  });

  it("names what was thought of second and what spoke against it", () => {
    expect(second(TOLD)).toEqual({ kind: "attended", share: 0.05 });
    expect(against({ ...TOLD, score: 0.84, actor_gone_at: null, explanation: { luma: 0.1, distance: 2, tries: 3 } })).toEqual(["close", "dark", "tries"]);
  });
});
