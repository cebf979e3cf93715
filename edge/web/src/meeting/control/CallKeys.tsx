import { useTranslation } from "react-i18next";
import { CHOICES, keyAt, NOBODY_KEY, toggled } from "../calling/sheet";
import { chosenOf, NOBODY, type Asked } from "../parts/choice";
import { Mark } from "../parts/Mark";
import classes from "./RollCall.module.css";

interface Props {
  asked: Asked;
  chosen: string | undefined;
  closed: boolean;
  onChoose: (choice: string | null) => void;
}

/** The three large keys of a question. */
function Answers({ chosen, closed, onChoose }: Props) {
  const { t } = useTranslation();
  return (
    <span className={classes.keys}>
      {CHOICES.map((choice, index) => (
        <button key={choice} type="button" role="radio" tabIndex={-1} aria-checked={chosen === choice} disabled={closed} data-choice={choice} onClick={() => onChoose(choice)}>
          <Mark choice={choice} size={20} />
          <span className={classes.word}>{t(`meeting.choice.${choice}`)}</span>
          <kbd aria-hidden="true">{index + 1}</kbd>
        </button>
      ))}
    </span>
  );
}

/** One key for each candidate, by his number on the paper, and one for nobody. */
function Candidates({ asked, chosen, closed, onChoose }: Props) {
  const { t } = useTranslation();
  const called = new Set(chosenOf(asked.candidates, chosen).map(({ id }) => id));
  const full = asked.seats > 1 && called.size >= asked.seats;
  return (
    <span className={classes.places}>
      {asked.candidates.map(({ id, name }, at) => (
        <button key={id} type="button" role="checkbox" tabIndex={-1} title={name} aria-label={`${at + 1} ${name}`} aria-checked={called.has(id)} disabled={closed || (full && !called.has(id))} onClick={() => onChoose(toggled(asked, chosen, id))}>
          {at + 1}
          {at > 8 && <kbd aria-hidden="true">{keyAt(at)}</kbd>}
        </button>
      ))}
      <button className={classes.nobody} type="button" role="checkbox" tabIndex={-1} aria-checked={chosen === NOBODY} disabled={closed} onClick={() => onChoose(chosen === NOBODY ? null : NOBODY)}>
        {t("meeting.election.blank")} <kbd aria-hidden="true">{NOBODY_KEY}</kbd>
      </button>
    </span>
  );
}

/** What is pressed while a name is called. */
export function CallKeys(props: Props) {
  return props.asked.method === "election" ? <Candidates {...props} /> : <Answers {...props} />;
}

/** Whose number is whose, and how many may be called. */
export function Legend({ asked }: { asked: Asked }) {
  const { t } = useTranslation();
  if (asked.method === "question") return null;
  return (
    <>
      <p>{t("meeting.calling.most", { seats: asked.seats, candidates: asked.candidates.length })}</p>
      <ol className={classes.legend}>
        {asked.candidates.map(({ id, name }) => (
          <li key={id}>{name}</li>
        ))}
      </ol>
    </>
  );
}
