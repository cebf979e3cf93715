import { IconCircleCheck, IconClock } from "@tabler/icons-react";
import { useQuery } from "@tanstack/react-query";
import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";
import { get } from "../../ground/http/client";
import { QrCode } from "../../ground/parts/QrCode";
import { read, write } from "../../ground/post/store";
import type { Receipt } from "../../ground/wire";
import { timeToSecond } from "../../ground/words/format";
import { checkReceipt, overall, type Findings, type Step } from "../log/receipt";
import { Chosen } from "../parts/Chosen";
import { chosenOf } from "../parts/choice";
import { useMotion } from "../parts/snapshots";
import { useDesk } from "./context";
import type { Vote } from "./desk";
import { takesFocus } from "./focus";
import classes from "./Taken.module.css";

/** What the QR of a receipt says: which vote, the code, and the ballot's whole hash. */
export const qrOf = (meeting: string, { motion, code, ballot_sha256 }: Receipt) => `dinh:${meeting}/${motion}/${code}#${ballot_sha256}`;

/** The log's key as this tablet first saw it: a later, different key makes every receipt under it "bad". */
async function logKey(meeting: string, motion: string): Promise<string | undefined> {
  const known = await read<string>("seen", `log:${meeting}`);
  if (known !== undefined) return known;
  const { log_key } = await get<{ log_key: string }>(`/api/meetings/${meeting}/motions/${motion}`);
  await write("seen", `log:${meeting}`, log_key);
  return log_key;
}

export function useFindings(vote: Vote | undefined, meeting: string): Findings | undefined {
  const cast = vote?.cast;
  return useQuery({
    queryKey: ["receipt", vote?.motion, cast?.receipt.ballot_sha256],
    enabled: cast !== undefined,
    staleTime: Infinity,
    queryFn: async () => {
      if (cast === undefined) throw new Error("no receipt");
      const key = await logKey(meeting, cast.receipt.motion).catch(() => undefined);
      return checkReceipt(cast.receipt, cast.jws, meeting, key);
    },
  }).data;
}

const STEPS: Step[] = ["ballot", "entry", "checkpoint", "inclusion", "signature"];

/** What this tablet found, in one line, with every step behind it. */
export function Proof({ findings, brought }: { findings: Findings | undefined; brought: boolean | undefined }) {
  const { t } = useTranslation();
  if (findings === undefined) return <p className="quiet">{t("meeting.receipt.checking")}</p>;
  const verdict = overall(findings);
  return (
    <details className={classes.proof}>
      <summary className={classes[verdict]}>{t(`meeting.receipt.overall.${verdict}`)}</summary>
      <ul>
        {STEPS.map((step) => (
          <li key={step} className={classes[findings[step]]}>
            {t(`meeting.receipt.finding.${findings[step]}`)}: {t(`meeting.receipt.step.${step === "ballot" && brought === true ? "brought" : step}`)}
          </li>
        ))}
      </ul>
    </details>
  );
}

/** Taken, or on its way: the line that a screen reader is led to when the ballot has left. */
function State({ cast, small }: { cast: Vote["cast"]; small: boolean }) {
  const { t } = useTranslation();
  const Sign = cast ? IconCircleCheck : IconClock;
  return (
    <p className={cast ? classes.done : classes.waiting} {...(small ? {} : { ref: takesFocus, tabIndex: -1 })}>
      <Sign size="1.75rem" aria-hidden="true" /> {cast ? t("meeting.receipt.done", { at: timeToSecond(cast.at) }) : t("meeting.receipt.waiting")}
    </p>
  );
}

/** The names on a ballot of an election; one that was signed on another tablet has only their numbers. */
function useNames(vote: Vote | undefined): string[] | undefined {
  const motion = useMotion(useDesk().meeting);
  const ballot = vote?.pending ?? vote?.cast;
  if (ballot === undefined || ballot.names !== undefined) return ballot?.names;
  return motion?.motion === vote?.motion ? chosenOf(motion?.candidates ?? [], ballot.choice).map(({ name }) => name) : undefined;
}

/** What was cast and its receipt: the choice in word and shape, the code to read aloud, the QR, what this tablet checked. */
export function Taken({ vote, small = false, children }: { vote: Vote | undefined; small?: boolean; children?: ReactNode }) {
  const { t } = useTranslation();
  const desk = useDesk();
  const findings = useFindings(vote, desk.meeting);
  const names = useNames(vote);
  const newest = vote?.pending ?? vote?.cast;
  if (vote === undefined || newest === undefined) return null;
  const cast = vote.pending === undefined ? vote.cast : undefined;
  return (
    <section className={small ? classes.small : classes.taken} aria-label={t("meeting.receipt.title")}>
      <div className={classes.main}>
        <State cast={cast} small={small} />
        <p className={classes.choice}>
          <Chosen choice={newest.choice} names={names} />
        </p>
        {cast && <Proof findings={findings} brought={cast.brought} />}
        <div className={classes.actions}>{children}</div>
      </div>
      {cast && (
        <div className={classes.code}>
          <QrCode text={qrOf(vote.meeting, cast.receipt)} size={small ? 124 : 190} label={t("meeting.receipt.qr")} />
          <p>{t("meeting.receipt.code")}</p>
          <p className={classes.letters}>{cast.receipt.code}</p>
        </div>
      )}
    </section>
  );
}
