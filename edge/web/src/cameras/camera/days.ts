/** The commune's day: UTC+7, no summer time. */
const ZONE_MS = 7 * 3600_000;
export const DAY_MS = 24 * 3600_000;

/** When the commune's day that holds this moment began. */
export function dayOf(at: number): number {
  return Math.floor((at + ZONE_MS) / DAY_MS) * DAY_MS - ZONE_MS;
}

/** 2026-03-05, as a date field has it. */
export function fieldOf(day: number): string {
  return new Date(day + ZONE_MS).toISOString().slice(0, 10);
}

/** The day that was chosen in a date field; null for none. */
export function dayIn(field: string): number | null {
  const at = Date.parse(`${field}T00:00:00+07:00`);
  return Number.isNaN(at) ? null : at;
}

/** "2026-03" and so many months on, as "2025-12" for -3. */
export function monthBy(month: string, by: number): string {
  const count = Number(month.slice(0, 4)) * 12 + Number(month.slice(5)) - 1 + by;
  return `${Math.floor(count / 12)}-${String((count % 12) + 1).padStart(2, "0")}`;
}

/** "2026-03" as it is written here: 03/2026. */
export function monthName(month: string): string {
  return `${month.slice(5)}/${month.slice(0, 4)}`;
}

export interface View {
  start: number;
  end: number;
}

/** The part of the day that is shown: `length` milliseconds around `at`, at rest until `at` leaves it. */
export function viewOf(day: number, at: number, length: number): View {
  if (length >= DAY_MS) return { start: day, end: day + DAY_MS };
  const part = Math.floor((Math.min(Math.max(at, day), day + DAY_MS - 1) - day) / length);
  return { start: day + part * length, end: day + (part + 1) * length };
}

/** Milliseconds between two times that are written under the line, so that about six fit. */
export function tickOf(length: number): number {
  const steps = [60_000, 2 * 60_000, 10 * 60_000, 30 * 60_000, 3600_000, 4 * 3600_000];
  return steps.find((step) => length / step <= 6) ?? 4 * 3600_000;
}
