import type { TFunction } from "i18next";
import { Refused } from "./client";

/** An error in the reader's words: `errors.<code>` with its facts, or an honest general sentence that still shows the code. */
export function sentence(t: TFunction, error: unknown): string {
  if (!(error instanceof Refused)) return t("errors.unknown", { code: error instanceof Error ? error.message : String(error) });
  return words(t, error.code, error.facts);
}

/** A fact that is itself a name in both languages comes as `title` and `title_en`: each reader gets his own. */
function ofReader(facts: Record<string, unknown>): Record<string, unknown> {
  return document.documentElement.lang === "en" && typeof facts.title_en === "string" ? { ...facts, title: facts.title_en } : facts;
}

/** The same for a code that came over MQTT. */
export function words(t: TFunction, code: string, facts: Record<string, unknown> = {}): string {
  const found: unknown = t(`errors.${code}`, { ...ofReader(facts), defaultValue: "" });
  return typeof found === "string" && found !== "" ? found : t("errors.unknown", { code });
}
