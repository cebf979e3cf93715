import { Button, TextInput } from "@mantine/core";
import { IconBackspace, IconKeyboard, IconQrcode } from "@tabler/icons-react";
import { lazy, Suspense, useCallback, useEffect, useState, type SyntheticEvent } from "react";
import { useTranslation } from "react-i18next";
import { words } from "../../ground/http/sentence";
import { useConnection } from "../../ground/live/source";
import { useAgenda, useRoll } from "../parts/snapshots";
import classes from "./CheckIn.module.css";
import { useDesk } from "./context";
import type { Refusal } from "./desk";

const Scanner = lazy(() => import("./Scanner"));

const DIGITS = ["1", "2", "3", "4", "5", "6", "7", "8", "9"];
const LENGTH = 6;

interface Attempt {
  busy: boolean;
  refused: Refusal | null;
  submit: (proof: { pin: string } | { badge: string }) => void;
  /** A new attempt begins: what was said about the last one goes. */
  clear: () => void;
}

function useAttempt(): Attempt {
  const desk = useDesk();
  const [busy, setBusy] = useState(false);
  const [refused, setRefused] = useState<Refusal | null>(null);
  const submit = useCallback(
    (proof: { pin: string } | { badge: string }) => {
      setBusy(true);
      setRefused(null);
      void desk
        .checkIn(proof)
        .then(setRefused)
        .finally(() => setBusy(false));
    },
    [desk],
  );
  const clear = useCallback(() => setRefused(null), []);
  return { busy, refused, submit, clear };
}

function PinPad({ attempt }: { attempt: Attempt }) {
  const { t } = useTranslation();
  const [pin, setPin] = useState("");
  const { busy, submit, clear } = attempt;
  const press = useCallback(
    (digit: string) => {
      clear();
      setPin((known) => (known.length < LENGTH ? known + digit : known));
    },
    [clear],
  );
  const back = useCallback(() => setPin((known) => known.slice(0, -1)), []);
  const enter = useCallback(() => {
    if (pin.length < 4 || busy) return;
    submit({ pin });
    setPin("");
  }, [pin, busy, submit]);
  useEffect(() => {
    const key = (event: KeyboardEvent) => {
      if (/^\d$/.test(event.key)) press(event.key);
      else if (event.key === "Backspace") back();
      else if (event.key === "Enter" && !(event.target instanceof HTMLButtonElement)) enter();
    };
    window.addEventListener("keydown", key);
    return () => window.removeEventListener("keydown", key);
  }, [press, back, enter]);
  return (
    <div className={classes.pad}>
      <output className={classes.dots} aria-label={t("meeting.checkIn.typed", { count: pin.length })}>
        {Array.from({ length: LENGTH }, (_, index) => (
          <span key={index} className={index < pin.length ? classes.full : classes.empty} />
        ))}
      </output>
      <div className={classes.keys}>
        {DIGITS.map((digit) => (
          <button key={digit} type="button" className={classes.key} onClick={() => press(digit)} disabled={busy}>
            {digit}
          </button>
        ))}
        <button type="button" className={classes.key} onClick={back} disabled={busy || pin === ""} aria-label={t("meeting.checkIn.erase")}>
          <IconBackspace size={30} stroke={1.6} aria-hidden="true" />
          <small>{t("meeting.checkIn.erase")}</small>
        </button>
        <button type="button" className={classes.key} onClick={() => press("0")} disabled={busy}>
          0
        </button>
        <button type="button" className={classes.enter} onClick={enter} disabled={busy || pin.length < 4}>
          {busy ? t("meeting.checkIn.sending") : t("meeting.checkIn.enter")}
        </button>
      </div>
    </div>
  );
}

function Badge({ attempt }: { attempt: Attempt }) {
  const { t } = useTranslation();
  const [badge, setBadge] = useState("");
  const [camera, setCamera] = useState(true);
  const { submit } = attempt;
  const found = useCallback(
    (text: string) => {
      setCamera(false);
      submit({ badge: text });
    },
    [submit],
  );
  const send = (event: SyntheticEvent) => {
    event.preventDefault();
    submit({ badge: badge.trim() });
  };
  return (
    <div className={classes.pad}>
      {camera ? (
        <Suspense fallback={<div className={classes.video} />}>
          <Scanner onFound={found} />
        </Suspense>
      ) : (
        <Button size="lg" variant="default" onClick={() => setCamera(true)} leftSection={<IconQrcode size={24} />}>
          {t("meeting.checkIn.scanAgain")}
        </Button>
      )}
      <form className={classes.typed} onSubmit={send}>
        <TextInput size="lg" label={t("meeting.checkIn.badgeTyped")} value={badge} onChange={(event) => setBadge(event.currentTarget.value)} autoCapitalize="off" autoComplete="off" />
        <Button size="lg" type="submit" disabled={badge.trim() === "" || attempt.busy}>
          {t("meeting.checkIn.enter")}
        </Button>
      </form>
    </div>
  );
}

/** A member says who he is: the PIN on his slip, or the QR of his badge. */
export function CheckIn({ seat }: { seat: string | null }) {
  const { t } = useTranslation();
  const desk = useDesk();
  const agenda = useAgenda(desk.meeting);
  const roll = useRoll(desk.meeting);
  const attempt = useAttempt();
  const [way, setWay] = useState<"pin" | "badge">("pin");
  const change = () => {
    attempt.clear();
    setWay(way === "pin" ? "badge" : "pin");
  };
  const offline = useConnection().state !== "online";
  const here = roll?.seats.find(({ id }) => id === seat);
  return (
    <div className={classes.page}>
      <section className={classes.welcome}>
        <p className={classes.body}>{agenda?.body}</p>
        <h1>{agenda?.title ?? t("ground.loading")}</h1>
        {here && <p className={classes.seat}>{t("meeting.checkIn.seat", { label: here.label })}</p>}
        <p className={classes.how}>{way === "pin" ? t("meeting.checkIn.howPin") : t("meeting.checkIn.howBadge")}</p>
        <p className={classes.help}>{t("meeting.checkIn.help")}</p>
        <Button size="lg" variant="default" onClick={change} leftSection={way === "pin" ? <IconQrcode size={24} /> : <IconKeyboard size={24} />}>
          {way === "pin" ? t("meeting.checkIn.useBadge") : t("meeting.checkIn.usePin")}
        </Button>
      </section>
      <section className={classes.act} aria-label={t("meeting.checkIn.title")}>
        <h2>{way === "pin" ? t("meeting.checkIn.pin") : t("meeting.checkIn.badge")}</h2>
        {way === "pin" ? <PinPad attempt={attempt} /> : <Badge attempt={attempt} />}
        <p className={classes.refused} role="alert">
          {attempt.refused !== null && words(t, attempt.refused.code, attempt.refused.facts)}
          {attempt.refused === null && attempt.busy && offline && t("meeting.checkIn.waiting")}
        </p>
      </section>
    </div>
  );
}
