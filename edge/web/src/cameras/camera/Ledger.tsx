import { ActionIcon } from "@mantine/core";
import { IconChevronLeft, IconChevronRight, IconEye, IconEyeOff } from "@tabler/icons-react";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { Link } from "react-router";
import { useNow } from "../../ground/live/source";
import { Loaded } from "../../ground/parts/states";
import { auditWords } from "../../ground/words/audit";
import { date, dateTime, number } from "../../ground/words/format";
import { Band, Swatch } from "./Band";
import { DAY_MS, dayOf, fieldOf } from "./days";
import { BLIND, clockOf, span, STATES, useLedgerDay, why, type LedgerDay } from "./ledger";
import classes from "./Ledger.module.css";
import { DayField } from "./TimeLine";

const LISTED = 12;

function Sum({ day, today }: { day: LedgerDay; today: boolean }) {
  const { t } = useTranslation();
  const facts = { day: date(`${day.day}T12:00:00+07:00`), span: span(t, day.blind), why: why(t, day) };
  const counted = Object.keys(day.minutes).length > 0;
  const Icon = day.blind > 0 ? IconEyeOff : IconEye;
  const kind = !counted ? "nothing" : day.blind > 0 ? "blind" : "clear";
  return (
    <p className={classes.sum} data-kind={kind}>
      <Icon size={22} aria-hidden="true" />
      {t(`camera.ledger.${kind}.${today ? "today" : "day"}`, facts)}
    </p>
  );
}

function Legend({ day }: { day: LedgerDay }) {
  const { t } = useTranslation();
  const found = STATES.filter((state) => (day.minutes[state] ?? 0) > 0);
  if (found.length === 0) return null;
  return (
    <ul className={classes.legend}>
      {found.map((state) => (
        <li key={state}>
          <Swatch state={state} />
          <span>
            {t(`camera.ledger.state.${state}`)} <span className="quiet">{span(t, day.minutes[state] ?? 0)}</span>
          </span>
        </li>
      ))}
    </ul>
  );
}

/** The blind stretches as a list: what a screen reader, and a report, can say. */
function Stretches({ day }: { day: LedgerDay }) {
  const { t } = useTranslation();
  const blind = day.runs.filter(({ state }) => BLIND.includes(state));
  if (blind.length === 0) return null;
  return (
    <details className={classes.stretches}>
      <summary>{t("camera.ledger.stretches", { count: blind.length })}</summary>
      <ul>
        {blind.slice(-LISTED).map(({ state, start, minutes }) => (
          <li key={start}>
            {clockOf(start)}–{clockOf(start + minutes)}: {t(`camera.ledger.as.${state}`)}
          </li>
        ))}
      </ul>
    </details>
  );
}

function Audit({ day }: { day: LedgerDay }) {
  const { t } = useTranslation();
  return (
    <div className={classes.audit}>
      <h3>{t("camera.audit.title")}</h3>
      <p>{auditWords(t, day.audited)}</p>
      <p className="quiet">{t("camera.audit.how")}</p>
      {day.missed.length > 0 && (
        <ul>
          {day.missed.map(({ at, moved_s }) => (
            <li key={at}>
              <Link to={`?at=${at}`}>{dateTime(at)}</Link> {t("camera.audit.moved", { seconds: number(moved_s) })}
            </li>
          ))}
        </ul>
      )}
    </div>
  );
}

/** Which minutes of a day this camera saw, and what became of the others. */
export function Ledger({ camera }: { camera: string }) {
  const { t } = useTranslation();
  const today = dayOf(useNow(60_000));
  const [chosen, setChosen] = useState<number | null>(null);
  const shown = Math.min(chosen ?? today, today);
  const ledger = useLedgerDay(camera, fieldOf(shown));
  const step = (by: number) => setChosen(shown + by);
  return (
    <section className={classes.ledger} aria-labelledby="ledger">
      <div className={classes.head}>
        <h2 id="ledger">{t("camera.ledger.title")}</h2>
        <span className={classes.days}>
          <ActionIcon variant="default" size={48} aria-label={t("camera.ledger.before")} title={t("camera.ledger.before")} onClick={() => step(-DAY_MS)}>
            <IconChevronLeft size={22} />
          </ActionIcon>
          <DayField day={shown} last={today} label={t("camera.ledger.day")} onChoose={setChosen} />
          <ActionIcon variant="default" size={48} aria-label={t("camera.ledger.after")} title={t("camera.ledger.after")} disabled={shown >= today} onClick={() => step(DAY_MS)}>
            <IconChevronRight size={22} />
          </ActionIcon>
        </span>
      </div>
      <Loaded query={ledger}>
        {(day) => (
          <>
            <Sum day={day} today={shown === today} />
            <Band day={day} label={t("camera.ledger.band", { day: date(shown) })} />
            <Legend day={day} />
            <Stretches day={day} />
            <Audit day={day} />
          </>
        )}
      </Loaded>
    </section>
  );
}
