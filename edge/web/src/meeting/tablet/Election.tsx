import { Button } from "@mantine/core";
import { IconArrowBackUp, IconArrowDown, IconArrowLeft, IconChecks, IconSquareRounded } from "@tabler/icons-react";
import { useEffect, useRef, useState } from "react";
import { useTranslation } from "react-i18next";
import type { Candidate } from "../../ground/wire";
import { number } from "../../ground/words/format";
import type { CheckedPaper, Paper } from "../log/ballot";
import { chosenOf, pressed, spell } from "../parts/choice";
import { useDesk } from "./context";
import classes from "./Election.module.css";

type Chosen = ReadonlySet<string>;

/** The heading of a step: it takes the focus when the step begins, so that a screen reader begins there, too. */
function Head({ id, children, focus }: { id: string; children: string; focus: boolean }) {
  const head = useRef<HTMLHeadingElement>(null);
  useEffect(() => {
    if (focus) head.current?.focus();
  }, [focus]);
  return (
    <h2 id={id} ref={head} tabIndex={-1} className={classes.head}>
      {children}
    </h2>
  );
}

function Line({ candidate, place }: { candidate: Candidate; place: number }) {
  return (
    <>
      <span className={classes.place}>{place}</span>
      <span className={classes.who}>
        <b>{candidate.name}</b>
        {candidate.about !== "" && <small>{candidate.about}</small>}
      </span>
    </>
  );
}

/** Whether the end of the list is below what the screen shows: nobody on a ballot may be overlooked. */
function useEnd() {
  const end = useRef<HTMLDivElement>(null);
  const [below, setBelow] = useState(false);
  useEffect(() => {
    if (end.current === null) return undefined;
    const watch = new IntersectionObserver(([seen]) => setBelow(seen !== undefined && !seen.isIntersecting && seen.boundingClientRect.top > 0), { rootMargin: "0px 0px -100px 0px" });
    watch.observe(end.current);
    return () => watch.disconnect();
  }, []);
  return { end, below };
}

interface ChooseProps {
  paper: Paper;
  chosen: Chosen;
  again: boolean;
  onChosen: (chosen: Chosen) => void;
  onReview: () => void;
  onBack: (() => void) | undefined;
}

/** More than these stand in two columns where there is room, so that all are seen at once. */
const FEW = 5;

/** The list as it stands on the paper: number, box, name. A full paper says so instead of doing nothing. */
function Choose({ paper, chosen, again, onChosen, onReview, onBack }: ChooseProps) {
  const { t } = useTranslation();
  const [full, setFull] = useState(false);
  const { end, below } = useEnd();
  const press = (id: string) => {
    const next = pressed(chosen, id, paper.seats);
    setFull(next === null);
    if (next !== null) onChosen(next);
  };
  const facts = { seats: number(paper.seats), chosen: number(chosen.size), candidates: number(paper.candidates.length) };
  return (
    <>
      <Head id="election" focus={again}>
        {t("meeting.election.choose", facts)}
      </Head>
      <ol className={paper.candidates.length > FEW ? classes.two : classes.list} data-many={paper.candidates.length > FEW || undefined} style={{ gridTemplateRows: `repeat(${Math.ceil(paper.candidates.length / 2)}, auto)` }} aria-labelledby="election">
        {paper.candidates.map((candidate, at) => (
          <li key={candidate.id}>
            <label className={classes.row}>
              <input type="checkbox" checked={chosen.has(candidate.id)} aria-disabled={!chosen.has(candidate.id) && paper.seats > 1 && chosen.size >= paper.seats} onChange={() => press(candidate.id)} />
              <Line candidate={candidate} place={at + 1} />
            </label>
          </li>
        ))}
      </ol>
      <div ref={end} />
      <div className={classes.bar}>
        <p className={full ? classes.full : classes.count} role="status">
          {full ? t("meeting.election.full", facts) : t("meeting.election.count", facts)}
        </p>
        {below && (
          <Button size="lg" variant="subtle" onClick={() => end.current?.scrollIntoView({ block: "center" })} leftSection={<IconArrowDown size={24} />}>
            {t("meeting.election.below")}
          </Button>
        )}
        {onBack !== undefined && (
          <Button size="lg" variant="subtle" onClick={onBack} leftSection={<IconArrowBackUp size={24} />}>
            {t("meeting.vote.keep")}
          </Button>
        )}
        {chosen.size === 0 ? (
          <Button size="xl" variant="default" onClick={onReview} leftSection={<IconSquareRounded size={26} />}>
            {t("meeting.election.nobody")}
          </Button>
        ) : (
          <Button size="xl" onClick={onReview} leftSection={<IconChecks size={26} />}>
            {t("meeting.election.review")}
          </Button>
        )}
      </div>
    </>
  );
}

interface ReviewProps {
  paper: Paper;
  chosen: Chosen;
  busy: boolean;
  onEdit: () => void;
  onCast: () => void;
}

/** What will be cast, before it is: the names, or that nobody is elected. */
function Review({ paper, chosen, busy, onEdit, onCast }: ReviewProps) {
  const { t } = useTranslation();
  const lines = chosenOf(paper.candidates, spell(paper.candidates, chosen));
  const more = paper.seats - lines.length;
  return (
    <section className={classes.review} aria-labelledby="election">
      <Head id="election" focus>
        {lines.length === 0 ? t("meeting.election.reviewBlank") : t("meeting.election.reviewTitle", { chosen: number(lines.length), seats: number(paper.seats) })}
      </Head>
      {lines.length > 0 && (
        <ul className={classes.list}>
          {lines.map((candidate) => (
            <li key={candidate.id} className={classes.row} data-chosen>
              <Line candidate={candidate} place={paper.candidates.indexOf(candidate) + 1} />
            </li>
          ))}
        </ul>
      )}
      {lines.length === 0 && <p className={classes.blank}>{t(`meeting.election.blankIs.${paper.rule.blank}`)}</p>}
      {lines.length > 0 && more > 0 && <p className="quiet">{t("meeting.election.fewer", { more: number(more) })}</p>}
      <div className={classes.bar}>
        <Button size="xl" variant="default" disabled={busy} onClick={onEdit} leftSection={<IconArrowLeft size={26} />}>
          {t("meeting.election.edit")}
        </Button>
        <Button className={classes.cast ?? ""} size="xl" loading={busy} onClick={onCast} leftSection={<IconChecks size={26} />}>
          {t("meeting.election.cast")}
        </Button>
      </div>
    </section>
  );
}

interface Props {
  checked: CheckedPaper;
  was: string | undefined;
  onBack: (() => void) | undefined;
}

/** The ballot of an election: choose at most as many as are to be elected, look at it once more, cast it. */
export function Election({ checked, was, onBack }: Props) {
  const desk = useDesk();
  const { paper } = checked;
  const [chosen, setChosen] = useState<Chosen>(() => new Set(chosenOf(paper.candidates, was).map(({ id }) => id)));
  const [step, setStep] = useState<"first" | "again" | "review">("first");
  const [busy, setBusy] = useState(false);
  const cast = () => {
    setBusy(true);
    onBack?.();
    void desk.cast(checked, spell(paper.candidates, chosen));
  };
  if (step === "review") return <Review paper={paper} chosen={chosen} busy={busy} onEdit={() => setStep("again")} onCast={cast} />;
  return <Choose paper={paper} chosen={chosen} again={step === "again"} onChosen={setChosen} onReview={() => setStep("review")} onBack={onBack} />;
}
