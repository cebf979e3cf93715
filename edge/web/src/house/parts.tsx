import { Alert } from "@mantine/core";
import { IconAlertTriangle, IconCheck, IconClock, IconPlugConnectedX } from "@tabler/icons-react";
import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";
import { sentence } from "../ground/http/sentence";
import { ago } from "../ground/words/format";
import classes from "./house.module.css";
import type { Words } from "./model";

export type Tone = "good" | "bad" | "wait" | "off";
const ICONS = { good: IconCheck, bad: IconAlertTriangle, wait: IconClock, off: IconPlugConnectedX } as const;

/** A state in words with its shape: colour alone says nothing. */
export function State({ tone, children }: { tone: Tone; children: ReactNode }) {
  const Icon = ICONS[tone];
  return (
    <span className={`${classes.tag ?? ""} ${tone === "off" ? "quiet" : (classes[tone] ?? "")}`}>
      <Icon size={18} aria-hidden="true" />
      {children}
    </span>
  );
}

/** What a request was refused for, where it was made. */
export function Refusal({ error }: { error: Error | null }) {
  const { t } = useTranslation();
  if (error === null) return null;
  return (
    <Alert color="lacquer" role="alert">
      {sentence(t, error)}
    </Alert>
  );
}

/** "5 phút trước" */
export function Ago({ when }: { when: string }) {
  const { t } = useTranslation();
  const { key, count } = ago(when);
  return <>{t(`ground.ago.${key}`, { count })}</>;
}

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
