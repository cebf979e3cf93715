import type { TFunction } from "i18next";
import type { components } from "../api.gen";
import { number } from "./format";

export type Audited = components["schemas"]["Audited"];

const percent = (share: number) => number(Math.round(share * 1000) / 10);

/** "Trong 120 phút được soát lại, bỏ sót 0; nhiều nhất 3,1 %" */
export function auditWords(t: TFunction, { audited, missed, low, high }: Audited): string {
  if (audited === 0) return t("camera.audit.none");
  const facts = { count: audited, missed, high: percent(high), low: percent(low), share: percent(missed / audited) };
  return missed === 0 ? t("camera.audit.clean", facts) : t("camera.audit.missed", facts);
}
