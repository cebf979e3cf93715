import { useQuery } from "@tanstack/react-query";
import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";
import { get } from "../../ground/http/client";
import { read, write } from "../../ground/post/store";
import type { Receipt } from "../../ground/wire";
import { timeToSecond } from "../../ground/words/format";
import { checkReceipt, overall, type Findings, type Step } from "../log/receipt";
import { Chosen } from "../parts/Chosen";
import { chosenOf } from "../parts/choice";
import { Slip } from "../parts/Slip";
import { useMotion } from "../parts/snapshots";
import { useDesk } from "./context";
import type { Vote } from "./desk";
import classes from "./Taken.module.css";

/** What the QR of a receipt says: which vote, the code, and the ballot's whole hash. */
export const qrOf = (meeting: string, { motion, code, ballot_sha256 }: Receipt) => `dinh:${meeting}/${motion}/${code}#${ballot_sha256}`;

/** The log's key as this tablet first saw it: a later, different key makes every receipt under it "bad". */
export async function logKey(meeting: string, motion: string): Promise<string> {
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
    <Slip
      label={t("meeting.receipt.title")}
      small={small}
      state={cast ? "done" : "waiting"}
      line={cast ? t("meeting.receipt.done", { at: timeToSecond(cast.at) }) : t("meeting.receipt.waiting")}
      code={cast && { name: t("meeting.receipt.code"), letters: cast.receipt.code, qr: qrOf(vote.meeting, cast.receipt), label: t("meeting.receipt.qr") }}
      actions={children}
    >
      <p className={classes.choice}>
        <Chosen choice={newest.choice} names={names} />
      </p>
      {cast && <Proof findings={findings} brought={cast.brought} />}
    </Slip>
  );
}
