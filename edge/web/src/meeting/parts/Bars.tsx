import type { CSSProperties } from "react";
import { useTranslation } from "react-i18next";
import type { ChoiceId, Count } from "../../ground/wire";
import { number } from "../../ground/words/format";
import classes from "./Bars.module.css";
import { Mark } from "./Mark";

const ORDER: ChoiceId[] = ["for", "against", "abstain"];

/** A result as three bars with shape, word and number; the line shows how many votes for were needed. */
export function Bars({ count, large = false }: { count: Count; large?: boolean }) {
  const { t } = useTranslation();
  const whole = Math.max(count.eligible, 1);
  const wide = Math.max(...ORDER.map((choice) => number(count.votes[choice] ?? 0).length));
  return (
    <dl className={large ? classes.large : classes.bars} style={{ "--wide": wide } as CSSProperties}>
      {ORDER.map((choice) => {
        const votes = count.votes[choice] ?? 0;
        return (
          <div key={choice} className={classes.row}>
            <dt className={classes.word}>
              <Mark choice={choice} size={large ? 40 : 20} />
              {t(`meeting.choice.${choice}`)}
            </dt>
            <dd className={classes.track}>
              <span className={`${classes.fill ?? ""} ${classes[choice] ?? ""}`} style={{ width: `${(votes / whole) * 100}%` }} />
              {choice === "for" && <span className={classes.needed} style={{ left: `${(count.needed / whole) * 100}%` }} title={t("meeting.result.needed", { needed: number(count.needed) })} />}
            </dd>
            <dd className={classes.number}>{number(votes)}</dd>
          </div>
        );
      })}
    </dl>
  );
}
