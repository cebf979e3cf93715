import { useTranslation } from "react-i18next";
import { number } from "../../ground/words/format";
import { CHOICES, tally } from "../calling/sheet";
import { Mark } from "../parts/Mark";
import classes from "./RollCall.module.css";

/** How many of these called votes said what, as marks, words and numbers. */
export function Called({ choices }: { choices: string[] }) {
  const { t } = useTranslation();
  const counted = tally(choices);
  return (
    <ul className={classes.called}>
      {CHOICES.map((choice) => (
        <li key={choice}>
          <Mark choice={choice} size={18} /> {t(`meeting.choice.${choice}`)} <b>{number(counted[choice])}</b>
        </li>
      ))}
    </ul>
  );
}
