import type { TFunction } from "i18next";
import type { Count } from "../../ground/wire";
import { number } from "../../ground/words/format";
import type { Asked } from "./choice";

/** Adopted or all elected; some elected; neither. */
export function verdictState(count: Count): "adopted" | "partly" | "rejected" {
  if (count.adopted) return "adopted";
  return count.elected.length > 0 ? "partly" : "rejected";
}

/** The outcome in a few words: adopted or not; all, some or none elected. */
export function verdictWord(t: TFunction, count: Count, asked: Asked): string {
  if (asked.method === "question") return count.adopted ? t("meeting.result.adopted") : t("meeting.result.rejected");
  const facts = { elected: number(count.elected.length), seats: number(asked.seats) };
  if (count.adopted) return t("meeting.election.verdict.all", facts);
  return count.elected.length === 0 ? t("meeting.election.verdict.none") : t("meeting.election.verdict.some", facts);
}

/** The numbers that it rests on, in one line; weights where the rule weighs. */
export function verdictNumbers(t: TFunction, count: Count, asked: Asked, weights = false): string {
  const facts = { for: number(count.votes.for ?? 0), needed: number(count.needed), base: number(count.base) };
  if (asked.method === "question") return weights ? t("meeting.result.numbersWeighed", facts) : t("meeting.result.numbers", facts);
  const line = weights ? t("meeting.election.numbersWeighed", facts) : t("meeting.election.numbers", facts);
  return count.tied.length === 0 ? line : `${line} ${t("meeting.election.tiedText")}`;
}
