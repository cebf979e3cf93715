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

/** The rule of a vote in one line: "Thông qua khi hơn 1/2 tổng số đại biểu tán thành, cần 13 phiếu." */
export function ruleLine(t: TFunction, rule: RuleWords): string {
  const how = rule.strict ? t("meeting.rule.more", { share: rule.share }) : t("meeting.rule.least", { share: rule.share });
  const election = rule.method === "election";
  const line = election ? t(`meeting.rule.elects.${rule.base}`, { how }) : t(`meeting.rule.of.${rule.base}`, { how });
  const facts = { needed: number(rule.needed ?? 0) };
  const needed = election ? t("meeting.rule.electsNeeded", facts) : t("meeting.rule.needed", facts);
  const weighed = rule.weights ? t("meeting.rule.weighs") : "";
  return [line, rule.needed ? needed : "", weighed].filter((part) => part !== "").join(" ");
}
