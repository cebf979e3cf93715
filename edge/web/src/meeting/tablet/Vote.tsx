import { Button } from "@mantine/core";
import { IconAlertTriangle, IconArrowBackUp, IconArrowLeft, IconRefresh } from "@tabler/icons-react";
import { useQuery } from "@tanstack/react-query";
import { useEffect, useRef, useState } from "react";
import { useTranslation } from "react-i18next";
import { words } from "../../ground/http/sentence";
import { Loading } from "../../ground/parts/states";
import type { MotionSnapshot } from "../../ground/wire";
import { number } from "../../ground/words/format";
import { checkPaper, type CheckedPaper } from "../log/ballot";
import { Mark } from "../parts/Mark";
import { useRoll } from "../parts/snapshots";
import { InTheBox, SecretNote, useSealed } from "../secret/InTheBox";
import { ruleLine } from "../parts/rule";
import { useDesk, useView } from "./context";
import type { Me, Refusal } from "./desk";
import { Election } from "./Election";
import { takesFocus } from "./focus";
import { Taken } from "./Taken";
import classes from "./Vote.module.css";

/** The paper of this motion, hashed here. Undefined while it is hashed, null when its bytes are not what the node says. */
export function usePaper(motion: MotionSnapshot, meeting: string): CheckedPaper | null | undefined {
  return useQuery({
    queryKey: ["paper", motion.motion, motion.paper_sha256, motion.paper_base64?.length],
    queryFn: () => checkPaper(motion, meeting).catch(() => null),
    staleTime: Infinity,
  }).data;
}

/** What sort of vote it is, in the line above the question. */
function kindOf({ method, secret }: CheckedPaper["paper"]): string {
  if (method === "election") return secret === null ? "meeting.election.kind" : "meeting.secret.election";
  return secret === null ? "meeting.vote.kind" : "meeting.secret.kind";
}

function Question({ motion, checked, weight }: { motion: MotionSnapshot; checked: CheckedPaper; weight: number | undefined }) {
  const { t } = useTranslation();
  const { paper } = checked;
  const rule = motion.rule ?? { ...paper.rule, share: paper.rule.share.join("/") };
  return (
    <header className={classes.question}>
      <p className={classes.kind}>{t(kindOf(paper), { item: paper.item_title })}</p>
      <h1 ref={takesFocus} tabIndex={-1}>
        {paper.title}
      </h1>
      {paper.text !== "" && <p className={classes.text}>{paper.text}</p>}
      <p className={classes.rule}>
        {ruleLine(t, { ...rule, method: paper.method })}
        <br />
        {t("meeting.vote.who", { body: paper.body, number: number(paper.voters.count) })}
        {paper.rule.weights && weight !== undefined && <b> {t("meeting.vote.weight", { weight: number(weight) })}</b>}
      </p>
    </header>
  );
}

/** 1, 2, 3 go to the first, second, third choice. They do not cast it: one stray key is no vote. */
function useNumberKeys() {
  const buttons = useRef<HTMLDivElement>(null);
  useEffect(() => {
    const key = (event: KeyboardEvent) => {
      if (/^[1-9]$/.test(event.key)) buttons.current?.querySelectorAll("button")[Number(event.key) - 1]?.focus();
    };
    window.addEventListener("keydown", key);
    return () => window.removeEventListener("keydown", key);
  }, []);
  return buttons;
}

function Choices({ checked, was, onBack }: { checked: CheckedPaper; was: string | undefined; onBack: (() => void) | undefined }) {
  const { t } = useTranslation();
  const desk = useDesk();
  const [busy, setBusy] = useState(false);
  const buttons = useNumberKeys();
  const choose = (choice: string) => {
    setBusy(true);
    onBack?.();
    void desk.cast(checked, choice);
  };
  return (
    <div className={classes.choices} ref={buttons} role="group" aria-label={t("meeting.vote.choices")}>
      {checked.paper.choices.map((choice) => (
        <button key={choice} type="button" className={`${classes.choice ?? ""} ${classes[choice] ?? ""}`} disabled={busy} onClick={() => choose(choice)}>
          <Mark choice={choice} size={34} />
          <span className={classes.word}>{t(`meeting.choice.${choice}`)}</span>
          {was === choice && <span className={classes.was}>{t("meeting.vote.yours")}</span>}
        </button>
      ))}
      {onBack !== undefined && (
        <Button size="lg" variant="subtle" onClick={onBack} leftSection={<IconArrowBackUp size={24} />}>
          {t("meeting.vote.keep")}
        </Button>
      )}
    </div>
  );
}

function Refused({ refused }: { refused: Refusal }) {
  const { t } = useTranslation();
  return (
    <p className={classes.refused} role="alert">
      <IconAlertTriangle size={26} aria-hidden="true" /> {words(t, refused.code, refused.facts)}
    </p>
  );
}

interface Props {
  motion: MotionSnapshot;
  me: Me;
  onLeave: () => void;
}

const PAPERS = { question: Choices, election: Election };

/** A voter's part of a secret vote: choose, or see where the sealed ballot is. */
function SecretVoter({ motion, checked, onLeave }: { motion: MotionSnapshot; checked: CheckedPaper; onLeave: () => void }) {
  const sealed = useSealed(checked.paper.motion);
  if (sealed !== undefined) {
    return (
      <InTheBox sealed={sealed}>
        <Leave onLeave={onLeave} />
      </InTheBox>
    );
  }
  return (
    <>
      {checked.paper.secret !== null && <SecretNote />}
      <Voter motion={motion} checked={checked} onLeave={onLeave} />
    </>
  );
}

/** A voter's part below the question: choose, or see what was taken and change it. */
function Voter({ motion, checked, onLeave }: { motion: MotionSnapshot; checked: CheckedPaper; onLeave: () => void }) {
  const { t } = useTranslation();
  const { votes, refused } = useView();
  const [changing, setChanging] = useState(false);
  const vote = votes[checked.paper.motion];
  const refusal = refused[checked.paper.motion];
  const newest = vote?.pending ?? vote?.cast;
  const choosing = newest === undefined || changing;
  const Paper = PAPERS[checked.paper.method];
  return (
    <>
      {refusal !== undefined && <Refused refused={refusal} />}
      {choosing ? (
        <Paper key={vote?.pending?.jws ?? refusal?.code ?? "first"} checked={checked} was={newest?.choice} onBack={newest === undefined ? undefined : () => setChanging(false)} />
      ) : (
        <>
          <Taken vote={vote}>
            {motion.may_change && (
              <Button size="lg" variant="default" onClick={() => setChanging(true)} leftSection={<IconRefresh size={24} />}>
                {t("meeting.vote.change")}
              </Button>
            )}
            <Leave onLeave={onLeave} />
          </Taken>
        </>
      )}
    </>
  );
}

function Leave({ onLeave }: { onLeave: () => void }) {
  const { t } = useTranslation();
  return (
    <Button className={classes.leave ?? ""} size="lg" variant="default" onClick={onLeave} leftSection={<IconArrowLeft size={24} />}>
      {t("meeting.vote.back")}
    </Button>
  );
}

/** The vote takes the whole screen: question, rule, who votes, three equal choices; then at once what was cast and its receipt. */
export function Vote({ motion, me, onLeave }: Props) {
  const { t } = useTranslation();
  const desk = useDesk();
  const checked = usePaper(motion, desk.meeting);
  const roll = useRoll(desk.meeting);
  if (checked === undefined) return <Loading />;
  if (checked === null) return <Wrong onLeave={onLeave} />;
  const seat = roll?.seats.find(({ member }) => member === me.member);
  const mayVote = seat?.votes !== false;
  return (
    <div className={classes.screen}>
      <div className={classes.inner}>
        <Question motion={motion} checked={checked} weight={seat?.weight} />
        {mayVote ? (
          <SecretVoter motion={motion} checked={checked} onLeave={onLeave} />
        ) : (
          <>
            <p className={classes.watch}>{t("meeting.vote.watch")}</p>
            <Leave onLeave={onLeave} />
          </>
        )}
      </div>
    </div>
  );
}

function Wrong({ onLeave }: { onLeave: () => void }) {
  const { t } = useTranslation();
  return (
    <div className={classes.screen}>
      <div className={classes.inner}>
        <p className={classes.refused} role="alert">
          <IconAlertTriangle size={26} aria-hidden="true" /> {t("meeting.vote.wrongPaper")}
        </p>
        <Leave onLeave={onLeave} />
      </div>
    </div>
  );
}
