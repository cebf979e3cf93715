/**
 * Times, dates and numbers as they are written in Vietnam, in both languages: 08:30, 05/03/2026, 1.250. English text
 * keeps the day-first date, because 05/03 must not mean two things in one office.
 */

/** The commune's own time, whatever zone a browser or tablet was set to: reports and minutes carry the same. No summer time. */
const timeZone = "Asia/Ho_Chi_Minh";
const ZONE_HOURS = 7;

const TIME = new Intl.DateTimeFormat("vi-VN", { timeZone, hour: "2-digit", minute: "2-digit", hourCycle: "h23" });
const SECONDS = new Intl.DateTimeFormat("vi-VN", { timeZone, hour: "2-digit", minute: "2-digit", second: "2-digit", hourCycle: "h23" });
const DATE = new Intl.DateTimeFormat("vi-VN", { timeZone, day: "2-digit", month: "2-digit", year: "numeric" });
const NUMBER = new Intl.NumberFormat("vi-VN", { maximumFractionDigits: 2, useGrouping: "always" });

type When = Date | string | number;

function instant(when: When): Date {
  return when instanceof Date ? when : new Date(when);
}

/** 08:30, the commune's time. */
export function time(when: When): string {
  return TIME.format(instant(when));
}

/** 08:30:05 */
export function timeToSecond(when: When): string {
  return SECONDS.format(instant(when));
}

/** 05/03/2026 */
export function date(when: When): string {
  return DATE.format(instant(when));
}

/** 08:30 05/03/2026 */
export function dateTime(when: When): string {
  return `${time(when)} ${date(when)}`;
}

/** 1.250 and 0,5 */
export function number(value: number): string {
  return NUMBER.format(value);
}

/** 1.500.000 đ */
export function money(dong: number): string {
  return `${NUMBER.format(Math.round(dong))} đ`;
}

/** Seconds as 3:05 or 1:02:09; negative for overtime: -0:12. */
export function clock(seconds: number): string {
  const whole = Math.floor(Math.abs(seconds));
  const sign = seconds <= -1 ? "-" : "";
  const pad = (part: number) => String(part).padStart(2, "0");
  const [hours, minutes, rest] = [Math.floor(whole / 3600), Math.floor((whole % 3600) / 60), whole % 60];
  return hours > 0 ? `${sign}${hours}:${pad(minutes)}:${pad(rest)}` : `${sign}${minutes}:${pad(rest)}`;
}

const CODECS: Record<string, string> = { avc1: "H.264", h264: "H.264", hvc1: "H.265", h265: "H.265", hevc: "H.265", mpeg4: "MPEG-4" };

/** "H.265": what people call a codec, whatever a camera, a file or a browser calls it. */
export function codecName(said: string): string {
  return CODECS[said.toLowerCase()] ?? said;
}

/** 1,2 MB; decimal units, as file managers show them. */
export function bytes(count: number): string {
  const units = ["B", "KB", "MB", "GB", "TB"];
  let [value, unit] = [count, 0];
  while (value >= 1000 && unit < units.length - 1) {
    value /= 1000;
    unit += 1;
  }
  return `${NUMBER.format(value >= 10 || unit === 0 ? Math.round(value) : Math.round(value * 10) / 10)} ${units[unit] ?? ""}`;
}

export interface Ago {
  key: "now" | "seconds" | "minutes" | "hours" | "days";
  count: number;
}

/** How long ago, as a key under ground.ago and a count. */
export function ago(when: When, now: number = Date.now()): Ago {
  const seconds = Math.max(0, Math.round((now - instant(when).getTime()) / 1000));
  if (seconds < 10) return { key: "now", count: 0 };
  if (seconds < 60) return { key: "seconds", count: seconds };
  if (seconds < 3600) return { key: "minutes", count: Math.floor(seconds / 60) };
  if (seconds < 86_400) return { key: "hours", count: Math.floor(seconds / 3600) };
  return { key: "days", count: Math.floor(seconds / 86_400) };
}

/** "05/03/2026" and "08:30", as they are typed here, as an instant; null when they are no date and time. */
export function parseDateTime(day: string, clockTime: string): Date | null {
  const [, dd, mm, yyyy] = /^(\d{1,2})\/(\d{1,2})\/(\d{4})$/.exec(day.trim()) ?? [];
  const [, hours, minutes] = /^(\d{1,2})[:h](\d{2})$/.exec(clockTime.trim()) ?? [];
  if (yyyy === undefined || minutes === undefined || Number(hours) > 23 || Number(minutes) > 59) return null;
  const made = new Date(Date.UTC(Number(yyyy), Number(mm) - 1, Number(dd), Number(hours) - ZONE_HOURS, Number(minutes)));
  const wanted = `${(dd ?? "").padStart(2, "0")}/${(mm ?? "").padStart(2, "0")}/${yyyy}`;
  return date(made) === wanted ? made : null;
}
