import { Button, Drawer } from "@mantine/core";
import { useDisclosure } from "@mantine/hooks";
import { IconCircleCheck, IconCircleX, IconClock, IconReceipt } from "@tabler/icons-react";
import { useQuery } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import { get } from "../../ground/http/client";
import { QrCode } from "../../ground/parts/QrCode";
import { number, timeToSecond } from "../../ground/words/format";
import type { ResultView } from "../api";
import { compare } from "../log/grown";
import { Chosen } from "../parts/Chosen";
import { Keep } from "../parts/Keep";
import { chosenOf } from "../parts/choice";
import { boxQr } from "../secret/InTheBox";
import { Search } from "../secret/OnTheBoard";
import type { At, Sealed } from "../secret/sealed";
import { onBoard, type Cast } from "./board";
import { useDesk, useView } from "./context";
import type { Vote } from "./desk";
import classes from "./Receipts.module.css";
import { logKey, Proof, qrOf, useFindings } from "./Taken";

const SIGNS = { found: IconCircleCheck, missing: IconCircleX, replaced: IconClock, open: IconClock, unknown: IconClock };

/** Whether the log still begins as it did when this receipt was given. */
function Since({ cast }: { cast: Cast }) {
  const { t } = useTranslation();
  const { meeting } = useDesk();
  const { data } = useQuery({
    queryKey: ["grown", cast.receipt.checkpoint],
    queryFn: async () => compare(meeting, { note: cast.receipt.checkpoint }, await logKey(meeting, cast.receipt.motion)),
  });
  if (data === undefined) return null;
  return <p className={data.found === "grown" ? classes.unknown : classes.missing}>{t(`meeting.receipts.since.${data.found}`, { size: number(data.size) })}</p>;
}

/** A ballot in the box of a secret vote: the code and the promise, never the choice. */
function Boxed({ sealed }: { sealed: At<"boxed"> }) {
  const { t } = useTranslation();
  const { motion, tracker, code, promise, title, meeting } = sealed;
  const closed = useQuery({ queryKey: ["result", meeting, motion], queryFn: () => get<ResultView>(`/api/meetings/${meeting}/motions/${motion}`), staleTime: 0 }).data?.motion.state === "closed";
  return (
    <li className={classes.line}>
      <h3>{title}</h3>
      <div className={classes.facts}>
        <p>{t("meeting.receipts.secret")}</p>
        <p className={classes.code}>
          <span className="quiet">{t("meeting.secret.code")}</span>
          <b>{code}</b>
        </p>
      </div>
      {closed ? <Search sealed={sealed} /> : <p className={classes.open}>{t("meeting.receipts.open")}</p>}
      <div className={classes.keep}>
        <Keep title={title} code={code} qr={boxQr(sealed)} proof={{ motion, tracker, code, promise }} />
      </div>
    </li>
  );
}

const inBox = (sealed: Sealed): sealed is At<"boxed"> => sealed.step === "boxed";

function Line({ vote, cast }: { vote: Vote; cast: Cast }) {
  const { t } = useTranslation();
  const result = useQuery({ queryKey: ["result", vote.meeting, vote.motion], queryFn: () => get<ResultView>(`/api/meetings/${vote.meeting}/motions/${vote.motion}`), staleTime: 0 }).data;
  const findings = useFindings(vote, vote.meeting);
  const found = onBoard(result, cast);
  const Sign = SIGNS[found];
  const names = cast.names ?? chosenOf(result?.motion.candidates ?? [], cast.choice).map(({ name }) => name);
  return (
    <li className={classes.line}>
      <h3>{result?.motion.title ?? vote.title ?? t("meeting.receipts.vote")}</h3>
      <div className={classes.facts}>
        <div>
          <p className={classes.choice}>
            <Chosen choice={cast.choice} names={names} size={20} />
          </p>
          <p className="quiet">{t("meeting.receipts.at", { at: timeToSecond(cast.at) })}</p>
        </div>
        <p className={classes.code}>
          <span className="quiet">{t("meeting.receipt.code")}</span>
          <b>{cast.receipt.code}</b>
        </p>
      </div>
      <p className={classes[found]}>
        <Sign size="1.5rem" aria-hidden="true" /> {t(`meeting.receipts.${found}`)}
      </p>
      <Proof findings={findings} brought={cast.brought === true} />
      <details className={classes.qr}>
        <summary>{t("meeting.receipt.qr")}</summary>
        <QrCode text={qrOf(vote.meeting, cast.receipt)} size={190} label={t("meeting.receipt.qr")} />
      </details>
      <Since cast={cast} />
      <div className={classes.keep}>
        <Keep title={result?.motion.title ?? vote.title ?? t("meeting.receipts.vote")} code={cast.receipt.code} qr={qrOf(vote.meeting, cast.receipt)} proof={cast.receipt} />
      </div>
    </li>
  );
}

function List() {
  const { t } = useTranslation();
  const { meeting } = useDesk();
  const { votes, sealed, me } = useView();
  const boxed = Object.values(sealed).filter(inBox).filter((one) => one.meeting === meeting && one.member === me?.member);
  const cast = Object.values(votes).flatMap((vote) => (vote.cast === undefined ? [] : [{ vote, cast: vote.cast }]));
  cast.sort((a, b) => b.cast.receipt.index - a.cast.receipt.index);
  if (cast.length + boxed.length === 0) return <p className="quiet">{t("meeting.receipts.empty")}</p>;
  return (
    <ol className={classes.list}>
      {boxed.map((one) => (
        <Boxed key={one.motion} sealed={one} />
      ))}
      {cast.map((one) => (
        <Line key={one.vote.motion} vote={one.vote} cast={one.cast} />
      ))}
    </ol>
  );
}

/** "Biên nhận của tôi": every vote of this meeting that this member cast, with its code, and whether the public board shows it. */
export function ReceiptsButton() {
  const { t } = useTranslation();
  const desk = useDesk();
  const { votes, sealed, me } = useView();
  const [open, { open: show, close }] = useDisclosure(false);
  const count = Object.values(votes).filter(({ meeting, cast }) => meeting === desk.meeting && cast !== undefined).length;
  const boxed = Object.values(sealed).filter(inBox).filter((one) => one.meeting === desk.meeting && one.member === me?.member).length;
  return (
    <>
      <Button size="lg" variant="default" onClick={show} leftSection={<IconReceipt size="1.5rem" />}>
        {t("meeting.receipts.title", { count: count + boxed })}
      </Button>
      <Drawer opened={open} onClose={close} title={t("meeting.receipts.heading")} position="right" size="min(40rem, 100vw)" closeButtonProps={{ size: "3rem", iconSize: "1.6rem", "aria-label": t("ground.close") }}>
        <p className={classes.lead}>{t("meeting.receipts.text")}</p>
        <List />
      </Drawer>
    </>
  );
}
