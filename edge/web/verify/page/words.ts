/** All sentences of the page, in two languages, and numbers and times as people here write them. */

import en from "../words/en.json" with { type: "json" };
import vi from "../words/vi.json" with { type: "json" };
import type { Facts } from "../report.ts";

export type Language = "vi" | "en";
export type Area = keyof typeof vi;

const CATALOGUES: Record<Language, Record<string, Record<string, string>>> = { vi, en };
const KEPT = "dinh.verify.language";

let language: Language = kept();

function kept(): Language {
  try {
    return localStorage.getItem(KEPT) === "en" ? "en" : "vi";
  } catch {
    return "vi";
  }
}

export const spoken = () => language;

export function speak(other: Language): void {
  language = other;
  document.documentElement.lang = other;
  document.title = `Đình: ${words("page", "title")}`;
  try {
    localStorage.setItem(KEPT, other);
  } catch {
    // A browser that keeps nothing for files from disk starts in Vietnamese every time.
  }
}

export function knows(area: Area, key: string): boolean {
  return Object.hasOwn(CATALOGUES[language][area] ?? {}, key);
}

/** The sentence of a key, with its {facts} put in. */
export function words(area: Area, key: string, facts: Facts = {}): string {
  const text = CATALOGUES[language][area]?.[key] ?? key;
  return text.replace(/\{(\w+)\}/g, (whole, name: string) => (Object.hasOwn(facts, name) ? shown(facts[name] ?? null) : whole));
}

export function shown(value: Facts[string]): string {
  return typeof value === "number" || typeof value === "bigint" ? number(value) : String(value);
}

/** 1.250 in Vietnamese, 1,250 in English. */
export function number(value: number | bigint): string {
  return value.toLocaleString(language === "vi" ? "vi-VN" : "en-GB");
}

const MOMENT = { hour: "2-digit", minute: "2-digit", day: "2-digit", month: "2-digit", year: "numeric" } as const;
/** Where the meeting was, whatever this machine was set to. */
const COMMUNE = "Asia/Ho_Chi_Minh";

/** 08:30 05/03/2026: on this machine's clock, or where the meeting was. */
export function dateTime(at: Date, place: "here" | "commune"): string {
  if (Number.isNaN(at.getTime())) return "";
  return at.toLocaleString(language === "vi" ? "vi-VN" : "en-GB", place === "here" ? MOMENT : { ...MOMENT, timeZone: COMMUNE });
}
