import { useTranslation } from "react-i18next";
import type { Words } from "./model";

export { Ago } from "../ground/parts/Ago";
export { Refusal } from "../ground/parts/Refusal";
export { State, type Tone } from "../ground/parts/State";

/** What a device says it is, in a word or two; a browser's whole self-praise is cut to system and name. */
export function shortModel(model: string): string {
  if (!model.startsWith("Mozilla/")) return model;
  const system = /Android|iPad|iPhone|Windows|Macintosh|Linux/.exec(model)?.[0] ?? "";
  const browser = /Edg|Firefox|Chrome|Safari/.exec(model)?.[0] ?? "";
  return [system, browser].filter((word) => word !== "").join(" ");
}

/** The words of data that carries both languages. */
export function useWords(): (words: Words) => string {
  const { i18n } = useTranslation();
  return (words) => (i18n.language === "en" ? words.en : words.vi);
}
