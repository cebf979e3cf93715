import type { TFunction } from "i18next";
import { number } from "../../ground/words/format";

export interface RuleWords {
  base: "all" | "present" | "cast";
  share: string;
  strict: boolean;
  needed?: number | null;
}

/** The rule of a vote in one line: "Thông qua khi hơn 1/2 tổng số đại biểu tán thành, cần 13 phiếu." */
export function ruleLine(t: TFunction, rule: RuleWords): string {
  const how = rule.strict ? t("meeting.rule.more", { share: rule.share }) : t("meeting.rule.least", { share: rule.share });
  const line = t(`meeting.rule.of.${rule.base}`, { how });
  return rule.needed ? `${line} ${t("meeting.rule.needed", { needed: number(rule.needed) })}` : line;
}
