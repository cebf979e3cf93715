import { IconSquareRoundedCheck, IconSquareRounded } from "@tabler/icons-react";
import { useTranslation } from "react-i18next";
import classes from "./Chosen.module.css";
import { isAnswer } from "./choice";
import { Mark } from "./Mark";

/** What a ballot says, in shape and words: the answer to a question, or the names that were chosen. */
export function Chosen({ choice, names = [], size = 34 }: { choice: string; names?: string[] | undefined; size?: number }) {
  const { t } = useTranslation();
  if (isAnswer(choice)) {
    return (
      <>
        <Mark choice={choice} size={size} /> {t(`meeting.choice.${choice}`)}
      </>
    );
  }
  if (names.length === 0) {
    return (
      <>
        <IconSquareRounded className={classes.blank} size={size * 1.3} aria-hidden="true" /> {t("meeting.election.blank")}
      </>
    );
  }
  return (
    <span className={classes.names}>
      {names.map((name) => (
        <span key={name} className={classes.name}>
          <IconSquareRoundedCheck className={classes.check} size={size * 1.1} aria-hidden="true" /> {name}
        </span>
      ))}
    </span>
  );
}
