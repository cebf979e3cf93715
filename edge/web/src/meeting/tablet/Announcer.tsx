import type { TFunction } from "i18next";
import { useTranslation } from "react-i18next";
import type { MotionSnapshot } from "../../ground/wire";
import { isAnswer } from "../parts/choice";
import { useMotion } from "../parts/snapshots";
import { verdictNumbers, verdictWord } from "../parts/verdict";
import { useDesk, useView } from "./context";
import type { Vote } from "./desk";
import { useDisplay } from "./display";
import { useSpoken } from "./voice";
import { useWitness } from "./witness";

/** "4F7K-2M9P" so that it is read letter by letter. */
const spelled = (code: string) => Array.from(code.replace("-", ", ")).join(" ");

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

/** Says the vote's news to those who do not see the screen: a live region for screen readers, and the tablet's own voice where it is on. */
export function Announcer() {
  const { t, i18n } = useTranslation();
  const desk = useDesk();
  const motion = useMotion(desk.meeting);
  const { votes } = useView();
  const witness = useWitness(motion);
  const vote = votes[motion?.motion ?? ""];
  // The voice is Vietnamese whatever language the page is in, as the question is.
  useSpoken(news(i18n.getFixedT("vi"), motion, vote, witness), useDisplay().voice === "on");
  return (
    <p className="sr-only" role="status" aria-live="polite" data-announcer>
      {news(t, motion, vote, witness)}
    </p>
  );
}
