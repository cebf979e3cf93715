import { IconCircleCheck, IconClock } from "@tabler/icons-react";
import { useQuery } from "@tanstack/react-query";
import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";
import { get } from "../../ground/http/client";
import { QrCode } from "../../ground/parts/QrCode";
import { read, write } from "../../ground/post/store";
import { timeToSecond } from "../../ground/words/format";
import { checkReceipt, overall, type Findings, type Step } from "../log/receipt";
import { Mark } from "../parts/Mark";
import { useDesk } from "./context";
import type { Vote } from "./desk";
import classes from "./Taken.module.css";

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

function Proof({ findings }: { findings: Findings | undefined }) {
  const { t } = useTranslation();
  if (findings === undefined) return <p className="quiet">{t("meeting.receipt.checking")}</p>;
  const verdict = overall(findings);
  return (
    <details className={classes.proof}>
      <summary className={classes[verdict]}>{t(`meeting.receipt.overall.${verdict}`)}</summary>
      <ul>
        {STEPS.map((step) => (
          <li key={step} className={classes[findings[step]]}>
            {t(`meeting.receipt.finding.${findings[step]}`)}: {t(`meeting.receipt.step.${step}`)}
          </li>
        ))}
      </ul>
    </details>
  );
}

/** What was cast and its receipt: the choice in word and shape, the code to read aloud, the QR, what this tablet checked. */
export function Taken({ vote, small = false, children }: { vote: Vote | undefined; small?: boolean; children?: ReactNode }) {
  const { t } = useTranslation();
  const desk = useDesk();
  const findings = useFindings(vote, desk.meeting);
  const newest = vote?.pending ?? vote?.cast;
  if (vote === undefined || newest === undefined) return null;
  const cast = vote.pending === undefined ? vote.cast : undefined;
  return (
    <section className={small ? classes.small : classes.taken} aria-live="polite">
      <div className={classes.main}>
        <p className={cast ? classes.done : classes.waiting}>
          {cast ? <IconCircleCheck size={28} aria-hidden="true" /> : <IconClock size={28} aria-hidden="true" />}
          {cast ? t("meeting.receipt.done", { at: timeToSecond(cast.at) }) : t("meeting.receipt.waiting")}
        </p>
        <p className={classes.choice}>
          <Mark choice={newest.choice} size={34} />
          {t(`meeting.choice.${newest.choice}`)}
        </p>
        {cast && <Proof findings={findings} />}
        <div className={classes.actions}>{children}</div>
      </div>
      {cast && (
        <div className={classes.code}>
          <QrCode text={`dinh:${desk.meeting}/${vote.motion}/${cast.receipt.code}#${cast.receipt.ballot_sha256}`} size={small ? 124 : 190} label={t("meeting.receipt.qr")} />
          <p>{t("meeting.receipt.code")}</p>
          <p className={classes.letters}>{cast.receipt.code}</p>
        </div>
      )}
    </section>
  );
}
