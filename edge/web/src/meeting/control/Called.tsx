import { useTranslation } from "react-i18next";
import { number } from "../../ground/words/format";
import { CHOICES, tally, votesOf } from "../calling/sheet";
import type { Asked } from "../parts/choice";
import { Mark } from "../parts/Mark";
import classes from "./RollCall.module.css";

/** How many of these called votes said what: as marks, words and numbers; of an election who got how many. */
export function Called({ asked, choices }: { asked: Asked; choices: string[] }) {
  const { t } = useTranslation();
  const counted = tally(choices);
  if (asked.method === "election") {
    return (
      <ul className={classes.called}>
        {votesOf(asked.candidates, choices)
          .filter(({ votes }) => votes > 0)
          .map(({ candidate, place, votes }) => (
            <li key={candidate.id}>
              {place}. {candidate.name} <b>{number(votes)}</b>
            </li>
          ))}
      </ul>
    );
  }
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
