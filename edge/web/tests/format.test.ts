import { describe, expect, it } from "vitest";
import { ago, bytes, clock, date, money, number, time } from "../src/ground/words/format";

describe("times and numbers as they are written here", () => {
  const when = new Date("2026-03-05T08:30:00+07:00");

  it("writes a time and a date", () => {
    expect(time(when)).toBe("08:30");
    expect(date(when)).toBe("05/03/2026");
  });

  it("groups thousands with a dot and writes decimals with a comma", () => {
    expect(number(1250)).toBe("1.250");
    expect(number(0.5)).toBe("0,5");
    expect(money(1_500_000)).toBe("1.500.000 đ");
    expect(bytes(1_234_567)).toBe("1,2 MB");
  });

  it("counts down and over", () => {
    expect(clock(185)).toBe("3:05");
    expect(clock(3729)).toBe("1:02:09");
    expect(clock(-12)).toBe("-0:12");
    expect(clock(0)).toBe("0:00");
  });

  it("says how long ago", () => {
    expect(ago(0, 3000)).toEqual({ key: "now", count: 0 });
    expect(ago(0, 125_000)).toEqual({ key: "minutes", count: 2 });
  });
});
