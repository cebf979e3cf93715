import { Button, SegmentedControl } from "@mantine/core";
import { IconHandStop, IconMicrophone, IconX } from "@tabler/icons-react";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { Link } from "react-router";
import { nodeNow } from "../../ground/http/clock";
import { sentence } from "../../ground/http/sentence";
import { useNow } from "../../ground/live/source";
import type { Count, FloorSnapshot, RollSnapshot, Speech } from "../../ground/wire";
import { clock, number, time } from "../../ground/words/format";
import { useStep, type MeetingView } from "../api";
import { Corrections } from "../parts/Corrections";
import { Ring } from "../parts/Ring";
import { ruleLine } from "../parts/rule";
import { type Voting, useFloor, useRoll, useVoting } from "../parts/snapshots";
import { useRemaining } from "../parts/timer";
import { Verdict } from "../parts/Verdict";
import { Votes } from "../parts/Votes";
import { BoxCounts, Counts } from "../secret/Counts";
import classes from "./Control.module.css";
import { Correct } from "./Correct";
import { call, nextSteps } from "./next";
import { Notice } from "./Notice";
import { Presence } from "./Presence";
import { RollCall } from "./RollCall";
import { Script } from "./Script";
import { Steps } from "./Steps";

const LIMITS_MIN = ["3", "5", "10"];

function OpenVote({ motion, roll }: { motion: Voting; roll: RollSnapshot | undefined }) {
  const { t } = useTranslation();
  const here = Math.max(roll?.seats.filter(({ present, votes }) => present && votes).length ?? 0, motion.cast);
  useNow();
  const since = motion.opened_at ? (nodeNow() - Date.parse(motion.opened_at)) / 1000 : 0;
  return (
    <section className={classes.live}>
      <p className={classes.kind}>{t("meeting.control.voting", { since: clock(since) })}</p>
      <h2>{motion.title}</h2>
      {motion.method === "election" && <p>{t("meeting.election.of", { seats: number(motion.seats), candidates: number(motion.candidates.length) })}</p>}
      {motion.rule && <p className="quiet">{ruleLine(t, { ...motion.rule, method: motion.method })}</p>}
      <p className={classes.cast}>
        <b>{number(motion.cast)}</b> {t(motion.method === "election" ? "meeting.hall.castElection" : "meeting.hall.cast", { here: number(here) })}
      </p>
      <Counts motion={motion} className="quiet" />
      <div className={classes.track}>
        <span style={{ width: `${(motion.cast / Math.max(here, 1)) * 100}%` }} />
      </div>
    </section>
  );
}

function OnFloor({ speech }: { speech: Speech }) {
  const { t } = useTranslation();
  return (
    <section className={classes.live}>
      <div className={classes.speech}>
        <Ring left_s={useRemaining(speech)} limit_s={speech.limit_s} size={132} />
        <div>
          <p className={classes.kind}>
            <IconMicrophone size={20} aria-hidden="true" /> {t(`meeting.control.speech.${speech.state}`)} · {t(`meeting.hall.${speech.kind}`)}
          </p>
          <h2>{speech.name}</h2>
          <p className="quiet">{t("meeting.seat", { label: speech.label })}</p>
        </div>
      </div>
    </section>
  );
}

/** The result of the vote that the item under way has just had. */
function Result({ meeting, motion, count }: { meeting: string; motion: Voting; count: Count }) {
  const { t } = useTranslation();
  const id = motion.motion ?? "";
  return (
    <>
      <Verdict count={count} asked={motion} weights={motion.rule?.weights} size={36} />
      <Votes count={count} asked={motion} />
      <BoxCounts count={count} className="quiet" />
      <Corrections corrections={motion.corrections} />
      <div className={classes.after}>
        <Link to={`/result/${meeting}/${id}`}>{t("meeting.control.result")}</Link>
        <Correct meeting={meeting} motion={id} />
      </div>
    </>
  );
}

function Course({ meeting, motion }: { meeting: MeetingView; motion: Voting | undefined }) {
  const { t } = useTranslation();
  const current = meeting.items.find(({ state }) => state === "current");
  const shown = motion?.state === "closed" && motion.count && motion.item === current?.id ? motion : undefined;
  return (
    <section className={classes.live}>
      <p className={classes.kind}>{current === undefined ? t(`meeting.state.${meeting.state}`) : t("meeting.hall.item", { number: current.number, count: meeting.items.length })}</p>
      <h2>{current?.title ?? meeting.title}</h2>
      {current?.started_at && <p className="quiet">{t("meeting.control.begun", { at: time(current.started_at), minutes: current.minutes })}</p>}
      {shown?.count && <Result meeting={meeting.id} motion={shown} count={shown.count} />}
    </section>
  );
}

interface QueueProps {
  meeting: MeetingView;
  floor: FloorSnapshot | undefined;
  minutes: string;
  onMinutes: (minutes: string) => void;
}

function Queue({ meeting, floor, minutes, onMinutes }: QueueProps) {
  const { t } = useTranslation();
  const take = useStep(meeting.id);
  const busy = floor?.speech != null || meeting.state !== "open";
  return (
    <section className={classes.queue}>
      <div className={classes.queueHead}>
        <h2>
          <IconHandStop size={20} aria-hidden="true" /> {t("meeting.control.queue", { count: floor?.queue.length ?? 0 })}
        </h2>
        <SegmentedControl aria-label={t("meeting.control.limit")} value={minutes} onChange={onMinutes} data={LIMITS_MIN.map((value) => ({ value, label: t("meeting.minutes", { count: Number(value) }) }))} />
      </div>
      {(floor?.queue.length ?? 0) === 0 && <p className="quiet">{floor?.open === true ? t("meeting.control.queueEmpty") : t("meeting.control.queueClosed")}</p>}
      <ol className={classes.speakers}>
        {floor?.queue.map((speaker) => (
          <li key={speaker.request}>
            <span>
              <b>{speaker.label}</b> {speaker.name}
              <small className="quiet">
                {t(`meeting.hall.${speaker.kind}`)} · {time(speaker.asked_at)}
              </small>
            </span>
            <Button size="sm" variant="light" disabled={busy} onClick={() => take.mutate(call(speaker, Number(minutes) * 60))}>
              {t("meeting.control.call")}
            </Button>
            <Button size="sm" variant="subtle" color="gray" leftSection={<IconX size={18} />} onClick={() => take.mutate({ method: "post", path: `/floor/${speaker.request}/remove` })}>
              {t("meeting.control.remove")}
            </Button>
          </li>
        ))}
      </ol>
      {take.error !== null && <p role="alert">{sentence(t, take.error)}</p>}
    </section>
  );
}

/** After the close: what was put to the vote, each with the page of its result. */
function Decided({ meeting }: { meeting: MeetingView }) {
  const { t } = useTranslation();
  const motions = meeting.items.flatMap((item) => item.motions).filter(({ state }) => state === "closed");
  return (
    <section className={classes.queue}>
      <h2>{t("meeting.control.decided", { count: motions.length })}</h2>
      <ul className={classes.decided}>
        {motions.map(({ id, title }) => (
          <li key={id}>
            <Link to={`/result/${meeting.id}/${id}`}>{title}</Link>
          </li>
        ))}
      </ul>
    </section>
  );
}

/** A running meeting as the chair has it: script left, what is live and its next step in the middle, the room right. */
export function Live({ meeting }: { meeting: MeetingView }) {
  const [roll, floor, motion] = [useRoll(meeting.id), useFloor(meeting.id), useVoting(meeting.id)];
  const [minutes, setMinutes] = useState("5");
  const steps = nextSteps({ meeting, floor, motion }, Number(minutes) * 60);
  const voting = motion?.state === "open";
  return (
    <div className={classes.columns} data-closed={meeting.state === "closed"}>
      <Script meeting={meeting} />
      <div className={classes.centre}>
        {voting && <OpenVote motion={motion} roll={roll} />}
        {floor?.speech && <OnFloor key={floor.speech.request} speech={floor.speech} />}
        {!voting && !floor?.speech && <Course meeting={meeting} motion={motion} />}
        <Steps meeting={meeting.id} steps={steps} />
        {voting && !motion.secret && <RollCall key={motion.motion} meeting={meeting} motion={motion} />}
        {meeting.state === "closed" ? (
          <Decided meeting={meeting} />
        ) : (
          <>
            <Queue meeting={meeting} floor={floor} minutes={minutes} onMinutes={setMinutes} />
            <Notice meeting={meeting.id} />
          </>
        )}
      </div>
      {meeting.state !== "closed" && <Presence meeting={meeting} roll={roll} floor={floor} motion={motion} />}
    </div>
  );
}
