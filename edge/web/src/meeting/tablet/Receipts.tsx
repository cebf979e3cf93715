import { Button, Drawer } from "@mantine/core";
import { useDisclosure } from "@mantine/hooks";
import { IconCircleCheck, IconCircleX, IconClock, IconReceipt } from "@tabler/icons-react";
import { useQuery } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import { get } from "../../ground/http/client";
import { QrCode } from "../../ground/parts/QrCode";
import { timeToSecond } from "../../ground/words/format";
import type { ResultView } from "../api";
import { Chosen } from "../parts/Chosen";
import { chosenOf } from "../parts/choice";
import { onBoard, type Cast } from "./board";
import { useDesk, useView } from "./context";
import type { Vote } from "./desk";
import classes from "./Receipts.module.css";
import { Proof, qrOf, useFindings } from "./Taken";

const SIGNS = { found: IconCircleCheck, missing: IconCircleX, replaced: IconClock, open: IconClock, unknown: IconClock };

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
    </li>
  );
}

function List() {
  const { t } = useTranslation();
  const { votes } = useView();
  const cast = Object.values(votes).flatMap((vote) => (vote.cast === undefined ? [] : [{ vote, cast: vote.cast }]));
  cast.sort((a, b) => b.cast.receipt.index - a.cast.receipt.index);
  if (cast.length === 0) return <p className="quiet">{t("meeting.receipts.empty")}</p>;
  return (
    <ol className={classes.list}>
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
  const { votes } = useView();
  const [open, { open: show, close }] = useDisclosure(false);
  const count = Object.values(votes).filter(({ meeting, cast }) => meeting === desk.meeting && cast !== undefined).length;
  return (
    <>
      <Button size="lg" variant="default" onClick={show} leftSection={<IconReceipt size="1.5rem" />}>
        {t("meeting.receipts.title", { count })}
      </Button>
      <Drawer opened={open} onClose={close} title={t("meeting.receipts.heading")} position="right" size="min(40rem, 100vw)" closeButtonProps={{ size: "3rem", iconSize: "1.6rem", "aria-label": t("ground.close") }}>
        <p className={classes.lead}>{t("meeting.receipts.text")}</p>
        <List />
      </Drawer>
    </>
  );
}
