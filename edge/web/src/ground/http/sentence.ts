import type { TFunction } from "i18next";
import { Refused } from "./client";

/** An error in the reader's words: `errors.<code>` with its facts, or an honest general sentence that still shows the code. */
export function sentence(t: TFunction, error: unknown): string {
  if (!(error instanceof Refused)) return t("errors.unknown", { code: error instanceof Error ? error.message : String(error) });
  return words(t, error.code, error.facts);
}

/** The same for a code that came over MQTT. */
export function words(t: TFunction, code: string, facts: Record<string, unknown> = {}): string {
  const found: unknown = t(`errors.${code}`, { ...facts, defaultValue: "" });
  return typeof found === "string" && found !== "" ? found : t("errors.unknown", { code });
}
