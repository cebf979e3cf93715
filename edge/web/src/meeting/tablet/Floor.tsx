import { Button } from "@mantine/core";
import { IconHandStop, IconMessageQuestion, IconMicrophone, IconX } from "@tabler/icons-react";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { words } from "../../ground/http/sentence";
import { Digits } from "../../ground/parts/Digits";
import type { FloorSnapshot, Speech, SpeechKind } from "../../ground/wire";
import { clock } from "../../ground/words/format";
import { Ring } from "../parts/Ring";
import { useRemaining } from "../parts/timer";
import { useDesk } from "./context";
import type { Me, Refusal } from "./desk";
import classes from "./Floor.module.css";

function Speaking({ speech }: { speech: Speech }) {
  const { t } = useTranslation();
  return (
    <p className={classes.line}>
      <IconMicrophone size={22} aria-hidden="true" /> {t("meeting.floor.speaking", { label: speech.label, name: speech.name })} <b>
        <Digits>{clock(useRemaining(speech))}</Digits>
      </b>
    </p>
  );
}

function MySpeech({ speech }: { speech: Speech }) {
  const { t } = useTranslation();
  return (
    <div className={classes.mine} role="status">
      <Ring left_s={useRemaining(speech)} limit_s={speech.limit_s} size={68} />
      <div>
        <p className={classes.invite}>{t(`meeting.floor.mine.${speech.state}`)}</p>
        <p className="quiet">{t("meeting.floor.limit", { limit: clock(speech.limit_s) })}</p>
      </div>
    </div>
  );
}

function useAction(): { busy: boolean; refused: Refusal | null; run: (call: () => Promise<Refusal | null>) => void } {
  const [busy, setBusy] = useState(false);
  const [refused, setRefused] = useState<Refusal | null>(null);
  const run = (call: () => Promise<Refusal | null>) => {
    setBusy(true);
    void call()
      .then(setRefused)
      .finally(() => setBusy(false));
  };
  return { busy, refused, run };
}

function Hints({ floor, may, place, refused }: { floor: FloorSnapshot | undefined; may: boolean; place: number; refused: Refusal | null }) {
  const { t } = useTranslation();
  const speech = floor?.speech ?? null;
  const waiting = place >= 0;
  return (
    <div className={classes.lines}>
      {speech !== null && <Speaking key={speech.request} speech={speech} />}
      {refused !== null && (
        <p className={classes.refused} role="alert">
          {words(t, refused.code, refused.facts)}
        </p>
      )}
      {waiting && <p className={classes.place}>{t("meeting.floor.place", { place: place + 1, count: floor?.queue.length ?? 0 })}</p>}
      {!waiting && refused === null && speech === null && <p className="quiet">{may ? t("meeting.floor.hint") : t("meeting.floor.closed")}</p>}
    </div>
  );
}

/** The bottom line of a tablet: who speaks, my place, and the one action. */
export function Floor({ floor, me, open }: { floor: FloorSnapshot | undefined; me: Me; open: boolean }) {
  const { t } = useTranslation();
  const desk = useDesk();
  const { busy, refused, run } = useAction();
  const place = floor?.queue.findIndex(({ seat }) => seat === me.seat) ?? -1;
  const request = floor?.queue[place];
  const speech = floor?.speech ?? null;
  if (speech?.seat === me.seat) return <MySpeech speech={speech} />;
  const ask = (kind: SpeechKind) => run(() => desk.speak(kind));
  const may = open && floor?.open === true;
  return (
    <>
      <Hints floor={floor} may={may} place={place} refused={refused} />
      {request !== undefined && (
        <Button size="xl" variant="default" loading={busy} onClick={() => run(() => desk.withdraw(request.request))} leftSection={<IconX size={26} />}>
          {t("meeting.floor.withdraw")}
        </Button>
      )}
      {request === undefined && may && (
        <>
          <Button size="xl" variant="default" disabled={busy} onClick={() => ask("question")} leftSection={<IconMessageQuestion size={26} />}>
            {t("meeting.floor.question")}
          </Button>
          <Button size="xl" loading={busy} onClick={() => ask("speak")} leftSection={<IconHandStop size={26} />}>
            {t("meeting.floor.speak")}
          </Button>
        </>
      )}
    </>
  );
}
