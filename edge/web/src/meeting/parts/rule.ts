import type { TFunction } from "i18next";
import { number } from "../../ground/words/format";

export interface RuleWords {
  base: "all" | "present" | "cast";
  share: string;
  strict: boolean;
  needed?: number | null;
  weights?: boolean;
  method?: "question" | "election";
}

/** The rule of a vote in one line: "Thông qua khi hơn 1/2 tổng số đại biểu tán thành. Cần 13 phiếu tán thành." */
export function ruleLine(t: TFunction, rule: RuleWords): string {
  const how = rule.strict ? t("meeting.rule.more", { share: rule.share }) : t("meeting.rule.least", { share: rule.share });
  const facts = { needed: number(rule.needed ?? 0) };
  const [line, needed] = rule.method === "election" ? [t(`meeting.rule.elects.${rule.base}`, { how }), t("meeting.rule.electsNeeded", facts)] : questionLine(t, rule, how);
  const weighed = rule.weights && rule.method === "election" ? t("meeting.rule.weighs") : "";
  return [line, rule.needed ? needed : "", weighed].filter((part) => part !== "").join(" ");
}

function questionLine(t: TFunction, { base, needed, weights }: RuleWords, how: string): [string, string] {
  const facts = { needed: number(needed ?? 0) };
  if (weights) return [t(`meeting.rule.weighed.${base}`, { how }), t("meeting.rule.neededWeighed", facts)];
  return [t(`meeting.rule.of.${base}`, { how }), t("meeting.rule.needed", facts)];
}
