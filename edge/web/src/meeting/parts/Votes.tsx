import { IconCircleCheck, IconEqual } from "@tabler/icons-react";
import { useTranslation } from "react-i18next";
import type { Candidate, Count } from "../../ground/wire";
import { number } from "../../ground/words/format";
import { Bars } from "./Bars";
import type { Asked } from "./choice";
import classes from "./Votes.module.css";

/** Whether a candidate is elected, or tied over the last seat: shape and word. */
function Standing({ id, count }: { id: string; count: Count }) {
  const { t } = useTranslation();
  if (count.elected.includes(id)) {
    return (
      <span className={classes.elected}>
        <IconCircleCheck size="1.2em" stroke={2.2} aria-hidden="true" /> <span className={classes.word}>{t("meeting.election.elected")}</span>
      </span>
    );
  }
  if (!count.tied.includes(id)) return <span />;
  return (
    <span className={classes.tied}>
      <IconEqual size="1.2em" stroke={2.2} aria-hidden="true" /> <span className={classes.word}>{t("meeting.election.tied")}</span>
    </span>
  );
}

function Row({ candidate, place, count }: { candidate: Candidate; place: number; count: Count }) {
  const { t } = useTranslation();
  const whole = Math.max(count.eligible, 1);
  const votes = count.votes[candidate.id] ?? 0;
  const elected = count.elected.includes(candidate.id);
  return (
    <div className={classes.row}>
      <dt className={classes.who}>
        <span className={classes.place}>{place}.</span> {candidate.name}
      </dt>
      <dd className={classes.standing}>
        <Standing id={candidate.id} count={count} />
      </dd>
      <dd className={classes.track}>
        {votes > 0 && <span className={elected ? classes.fillElected : classes.fill} style={{ width: `${(votes / whole) * 100}%` }} />}
        <span className={classes.needed} style={{ left: `${(count.needed / whole) * 100}%` }} title={t("meeting.result.needed", { needed: number(count.needed) })} />
      </dd>
      <dd className={classes.number}>{number(votes)}</dd>
    </div>
  );
}

/** More candidates than this stand in two columns. */
export const MANY = 7;
const [MOST_IN_HALL, MOST_WITH_REST] = [12, 10];

function shape(large: boolean, many: number): string | undefined {
  if (!large) return many > MANY ? classes.two : classes.votes;
  return many > MANY ? classes.columns : classes.large;
}

/** Where a line has only the shape, the words stand above all of them once. */
function Legend({ count }: { count: Count }) {
  const { t } = useTranslation();
  return (
    <p className={classes.legend} aria-hidden="true">
      {count.elected.length > 0 && (
        <span className={classes.elected}>
          <IconCircleCheck size="1.2em" stroke={2.2} /> {t("meeting.election.elected")}
        </span>
      )}
      {count.tied.length > 0 && (
        <span className={classes.tied}>
          <IconEqual size="1.2em" stroke={2.2} /> {t("meeting.election.tied")}
        </span>
      )}
    </p>
  );
}

/** Votes of every candidate, most first; the line shows how many were needed. In the hall as many as are read from the last row. */
function Candidates({ count, asked: { candidates, rule }, large }: { count: Count; asked: Asked; large: boolean }) {
  const { t } = useTranslation();
  const lines = candidates.map((candidate, at) => ({ candidate, place: at + 1 }));
  lines.sort((a, b) => (count.votes[b.candidate.id] ?? 0) - (count.votes[a.candidate.id] ?? 0));
  const shown = large && lines.length > MOST_IN_HALL ? lines.slice(0, MOST_WITH_REST) : lines;
  const rest = lines.length - shown.length;
  return (
    <div className={classes.frame}>
      {large && candidates.length > MANY && <Legend count={count} />}
      <dl className={shape(large, candidates.length)} style={{ gridTemplateRows: `repeat(${Math.ceil(shown.length / 2)}, auto)` }}>
        {shown.map(({ candidate, place }) => (
          <Row key={candidate.id} candidate={candidate} place={place} count={count} />
        ))}
      </dl>
      {count.blank > 0 && !(large && count.issued !== null && count.issued !== undefined) && <p className="quiet">{t(`meeting.election.blankCount.${rule?.blank ?? "valid"}`, { blank: number(count.blank) })}</p>}
      {rest > 0 && <p className="quiet">{t("meeting.election.rest", { rest: number(rest) })}</p>}
    </div>
  );
}

/** The numbers of a result as bars: three choices, or every candidate. */
export function Votes({ count, asked, large = false }: { count: Count; asked: Asked; large?: boolean }) {
  return asked.method === "election" ? <Candidates count={count} asked={asked} large={large} /> : <Bars count={count} large={large} />;
}
