import type { TFunction } from "i18next";
import type { MotionSnapshot } from "../../ground/wire";
import { isAnswer } from "../parts/choice";
import { verdictNumbers, verdictWord } from "../parts/verdict";
import type { Vote } from "./desk";

/** "4F7K-2M9P" so that it is read letter by letter. */
const spelled = (code: string) => code.replace("-", ",").split("").join(" ");

function opened(t: TFunction, motion: MotionSnapshot): string {
  const names = motion.method === "election" ? motion.candidates.map(({ name }) => name) : motion.choices.map(({ id }) => t(`meeting.choice.${id}`));
  return `${t("meeting.said.opened", { title: motion.title, text: motion.text })} ${t("meeting.said.choices", { choices: names.join(", ") })}`;
}

function taken(t: TFunction, { choice, names, receipt }: NonNullable<Vote["cast"]>): string {
  const words = isAnswer(choice) ? t(`meeting.choice.${choice}`) : (names?.join(", ") ?? "");
  return t("meeting.said.taken", { choice: words, code: spelled(receipt.code) });
}

function result(t: TFunction, motion: MotionSnapshot): string {
  const { count } = motion;
  if (!count) return "";
  return t("meeting.said.result", { title: motion.title, verdict: verdictWord(t, count, motion), numbers: verdictNumbers(t, count, motion, motion.rule?.weights) });
}

/** What has just happened with the vote, in one breath: it was opened, the ballot was taken, or this came of it. */
export function news(t: TFunction, motion: MotionSnapshot | undefined, vote: Vote | undefined, witness: boolean): string {
  if (motion?.state === "closed") return witness ? result(t, motion) : "";
  if (motion?.state !== "open") return "";
  if (vote?.pending) return t("meeting.receipt.waiting");
  return vote?.cast === undefined ? opened(t, motion) : taken(t, vote.cast);
}
