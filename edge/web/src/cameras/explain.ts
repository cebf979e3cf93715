import type { TFunction } from "i18next";
import { number, timeToSecond } from "../ground/words/format";
import type { Whole } from "./types";

type Told = Pick<Whole, "explanation" | "reason" | "score" | "threshold" | "put_down_at" | "actor_gone_at">;

const DARK = 0.25;
const SMALL = 0.0012;
const CLOSE = 0.05;
const SECOND = 0.02;
const FAINT = 25;
const FAR = 8;
const AGAINST = ["close", "dark", "faint", "small", "tries"] as const;
type Against = (typeof AGAINST)[number];
const OTHERS = ["removed", "attended", "actor", "light_or_noise"] as const;
const AGENTS = ["person", "bicycle", "motorcycle", "car", "truck", "bus", "cart", "animal"] as const;
const SIDES = ["left", "right", "top", "bottom"] as const;

/** A fact as a finite number; null when the watcher did not tell it. */
export function numeric(value: unknown): number | null {
  return typeof value === "number" && Number.isFinite(value) ? value : null;
}

function known<T extends string>(list: readonly T[], value: unknown): T | null {
  return list.find((one) => one === value) ?? null;
}

function coming(t: TFunction, { explanation: facts, put_down_at }: Told): string {
  const who = t(`desk.why.who.${known(AGENTS, facts.agent) ?? "somebody"}`);
  const came = numeric(facts.came_s);
  if (came === null) return t("desk.why.cameSometime", { who });
  const at = timeToSecond(Date.parse(put_down_at) - came * 1000);
  const from = known(SIDES, facts.came_from);
  return from === null ? t("desk.why.appeared", { who, at }) : t("desk.why.came", { who, at, side: t(`desk.why.side.${from}`) });
}

function going(t: TFunction, told: Told): string {
  if (told.actor_gone_at === null) return t(inView(told) ? "desk.why.stays" : "desk.why.went");
  const at = timeToSecond(told.actor_gone_at);
  const to = known(SIDES, told.explanation.went_to);
  return to === null ? t("desk.why.gone", { at }) : t("desk.why.goneTo", { at, side: t(`desk.why.side.${to}`) });
}

function inView({ explanation: facts, actor_gone_at }: Told): boolean {
  const distance = numeric(facts.distance);
  return actor_gone_at === null && distance !== null && distance < FAR;
}

/** What happened, in one sentence: who came from where, stayed how long, put down or threw, and went where. What was not told is not said. */
export function story(t: TFunction, told: Told): string {
  const stayed = numeric(told.explanation.stayed_s);
  const parts = [
    coming(t, told),
    stayed !== null && stayed >= 1 ? t("desk.why.stayed", { seconds: number(Math.round(stayed)) }) : null,
    t(`desk.why.${told.reason}`, { at: timeToSecond(told.put_down_at) }),
    going(t, told),
  ];
  return `${parts.filter((part) => part !== null).join(", ")}.`;
}

export interface Second {
  kind: (typeof OTHERS)[number];
  share: number;
}

/** What else the network thought of, the most likely first; null when it was not asked or sure. */
export function second({ explanation: facts }: Pick<Whole, "explanation">): Second | null {
  const shares = OTHERS.map((kind) => ({ kind, share: numeric(facts[`p_${kind}`]) ?? 0 })).sort((one, other) => other.share - one.share);
  const first = shares[0];
  return first !== undefined && first.share >= SECOND ? first : null;
}

/** What spoke against it, as keys under desk.why.against. */
export function against(told: Told): Against[] {
  const { explanation: facts, score, threshold } = told;
  const below = (value: unknown, least: number) => (numeric(value) ?? least) < least;
  const found: Record<Against, boolean> = {
    close: score >= threshold && score - threshold < CLOSE,
    dark: below(facts.luma, DARK),
    faint: below(facts.contrast, FAINT),
    small: below(facts.area_ratio, SMALL),
    tries: (numeric(facts.tries) ?? 1) > 1,
  };
  return AGAINST.filter((one) => found[one]);
}
