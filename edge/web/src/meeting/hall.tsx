import { IconMicrophone } from "@tabler/icons-react";
import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";
import { useParams } from "react-router";
import { nodeNow } from "../ground/http/clock";
import { useConnection, useNow } from "../ground/live/source";
import { Digits } from "../ground/parts/Digits";
import { QrCode } from "../ground/parts/QrCode";
import type { AgendaSnapshot, Count, FloorSnapshot, RollSnapshot, Speech } from "../ground/wire";
import { clock, number, time } from "../ground/words/format";
import classes from "./hall.module.css";
import { Corrections } from "./parts/Corrections";
import { Ring } from "./parts/Ring";
import { ruleLine } from "./parts/rule";
import { SeatPlan } from "./parts/SeatPlan";
import { type Voting, useAgenda, useFloor, useNotice, useRoll, useVoting } from "./parts/snapshots";
import { itemLeft, useRemaining } from "./parts/timer";
import { Verdict } from "./parts/Verdict";
import { MANY, Votes } from "./parts/Votes";
import { BoxCounts, Counts } from "./secret/Counts";

function Speaker({ speech, floor }: { speech: Speech; floor: FloorSnapshot }) {
  const { t } = useTranslation();
  return (
    <section className={classes.speaker}>
      <Ring left_s={useRemaining(speech)} limit_s={speech.limit_s} size={460} />
      <div>
        <p className={classes.kind}>
          <IconMicrophone size="1.1em" aria-hidden="true" /> {t(`meeting.hall.${speech.kind}`)}
        </p>
        <p className={classes.name}>{speech.name}</p>
        <p className={classes.seat}>{t("meeting.seat", { label: speech.label })}</p>
        {floor.queue.length > 0 && <p className={classes.next}>{t("meeting.hall.next", { names: floor.queue.slice(0, 3).map(({ label, name }) => `${label} ${name}`).join(" · ") })}</p>}
      </div>
    </section>
  );
}

/** A long question is written smaller, so that what belongs to it stays on the screen. */
function Title({ children }: { children: string }) {
  const size = children.length > 110 ? classes.longest : classes.long;
  return <h1 className={children.length > 55 ? size : undefined}>{children}</h1>;
}

function OpenVote({ motion, roll }: { motion: Voting; roll: RollSnapshot | undefined }) {
  const { t } = useTranslation();
  const here = roll === undefined ? motion.eligible : Math.max(roll.seats.filter((seat) => seat.present && seat.votes).length, motion.cast);
  const plan = roll !== undefined && roll.seats.length > 0;
  return (
    <section className={classes.vote}>
      <p className={classes.kind}>{motion.method === "election" ? t("meeting.hall.electing") : t("meeting.hall.voting")}</p>
      <Title>{motion.title}</Title>
      {motion.method === "election" && <p className={classes.rule}>{t("meeting.election.of", { seats: number(motion.seats), candidates: number(motion.candidates.length) })}</p>}
      {motion.rule && <p className={classes.rule}>{ruleLine(t, { ...motion.rule, method: motion.method })}</p>}
      <Counts motion={motion} className={classes.rule} />
      <div className={plan ? classes.count : undefined}>
        <div className={classes.cast}>
          <p>
            <b>{number(motion.cast)}</b>
            <span>{t(motion.method === "election" ? "meeting.hall.castElection" : "meeting.hall.cast", { here: number(here) })}</span>
          </p>
          <div className={classes.track} role="progressbar" aria-valuenow={motion.cast} aria-valuemax={here} aria-label={t("meeting.hall.castLabel")}>
            <span style={{ width: `${(motion.cast / Math.max(here, 1)) * 100}%` }} />
          </div>
        </div>
        {plan && (
          <div className={classes.plan}>
            <SeatPlan roll={roll} cast={motion.cast_seats} far />
          </div>
        )}
      </div>
    </section>
  );
}

function Result({ motion, count }: { motion: Voting; count: Count }) {
  const { t } = useTranslation();
  const election = motion.method === "election";
  const corrected = motion.corrections.length > 0;
  const many = motion.candidates.length > MANY;
  return (
    <section className={corrected ? classes.corrected : many ? classes.many : classes.result}>
      <Title>{motion.title}</Title>
      <Verdict count={count} asked={motion} weights={motion.rule?.weights} size={many ? 48 : election || corrected ? 60 : 96} flat={many} />
      <Votes count={count} asked={motion} large />
      <BoxCounts count={count} className={classes.rule} />
      <Corrections corrections={motion.corrections.slice(-1)} />
      {motion.rule && !election && !corrected && count.issued == null && <p className={classes.rule}>{ruleLine(t, { ...motion.rule, needed: count.needed })}</p>}
    </section>
  );
}

function Item({ agenda, roll }: { agenda: AgendaSnapshot; roll: RollSnapshot | undefined }) {
  const { t } = useTranslation();
  useNow();
  const item = agenda.state === "open" ? agenda.items.find(({ state }) => state === "current") : undefined;
  const left = item && itemLeft(item, nodeNow());
  return (
    <section className={classes.item}>
      <p className={classes.kind}>{item === undefined ? t(`meeting.state.${agenda.state}`) : t("meeting.hall.item", { number: item.number, count: agenda.items.length })}</p>
      <h1>{item?.title ?? agenda.title}</h1>
      {item === undefined && agenda.state === "planned" && <p className={classes.rule}>{t("meeting.hall.starts", { at: time(agenda.starts_at), place: agenda.place })}</p>}
      <p className={classes.facts}>
        {roll && agenda.state !== "closed" && t("meeting.hall.present", { present: number(roll.present), voters: number(roll.voters) })}
        {left !== undefined && left > 0 && ` · ${t("meeting.hall.left", { left: clock(left) })}`}
      </p>
    </section>
  );
}

/** A result stays until the meeting moves on: to another item, or to a speaker. */
function stays(motion: Voting, agenda: AgendaSnapshot): boolean {
  const current = agenda.items.find(({ state }) => state === "current");
  const begun = current?.started_at ? Date.parse(current.started_at) : 0;
  return motion.state === "closed" && Boolean(motion.count) && agenda.state === "open" && Date.parse(motion.closed_at ?? "") > begun;
}

function Centre({ meeting, agenda }: { meeting: string; agenda: AgendaSnapshot }) {
  const [roll, floor, motion] = [useRoll(meeting), useFloor(meeting), useVoting(meeting)];
  if (motion?.state === "open") return <OpenVote motion={motion} roll={roll} />;
  if (floor?.speech) return <Speaker key={floor.speech.request} speech={floor.speech} floor={floor} />;
  if (motion?.count && stays(motion, agenda)) return <Result motion={motion} count={motion.count} />;
  return <Item agenda={agenda} roll={roll} />;
}

function Foot({ meeting }: { meeting: string }) {
  const { t } = useTranslation();
  const { state, since } = useConnection();
  const now = useNow();
  const head = useVoting(meeting)?.head;
  const notice = useNotice(meeting);
  let line: ReactNode = notice?.text ?? "";
  if (state === "offline" && now - since > 2500) line = t("meeting.hall.offline", { at: time(since) });
  return (
    <footer className={classes.foot}>
      <p className={classes.line} role="status">
        {line}
      </p>
      {head && (
        <div className={classes.head}>
          <p>
            {t("meeting.hall.log", { size: number(head.size) })}
            <br />
            <span>{head.root.slice(0, 16).replace(/(.{4})(?=.)/g, "$1 ")}</span>
          </p>
          <QrCode text={head.checkpoint} size={184} label={t("meeting.hall.logQr")} />
        </div>
      )}
    </footer>
  );
}

/** The projector, read from 12 m: one thing at a time. */
export function HallPage() {
  const { t } = useTranslation();
  const { meeting = "" } = useParams();
  const agenda = useAgenda(meeting);
  const now = useNow();
  return (
    <div className={`night ${classes.hall ?? ""}`}>
      <header className={classes.top}>
        <p>
          {agenda?.body}
          {agenda && <b>{agenda.title}</b>}
        </p>
        <p className={classes.clock}>
          <Digits>{time(now)}</Digits>
        </p>
      </header>
      <main className={classes.centre}>{agenda === undefined ? <p className={classes.facts}>{t("meeting.hall.waiting")}</p> : <Centre meeting={meeting} agenda={agenda} />}</main>
      <Foot meeting={meeting} />
    </div>
  );
}
