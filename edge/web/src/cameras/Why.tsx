import { IconMapPin } from "@tabler/icons-react";
import { useTranslation } from "react-i18next";
import { Ago } from "../ground/parts/Ago";
import { date, number, time, timeToSecond } from "../ground/words/format";
import type { Whole } from "./types";
import classes from "./Why.module.css";

const DARK = 0.25;

function numeric(value: unknown): number | null {
  return typeof value === "number" && Number.isFinite(value) ? value : null;
}

/** Why it was flagged, as sentences made from the watcher's numbers. What it did not measure is not said. */
function Reasons({ sighting }: { sighting: Whole }) {
  const { t } = useTranslation();
  const { explanation, reason, score, threshold } = sighting;
  const dwell = numeric(explanation.dwell_s);
  const size = numeric(explanation.size_to_actor);
  const luma = numeric(explanation.luma);
  const percent = (share: number) => number(Math.round(share * 100));
  return (
    <ul className={classes.reasons}>
      <li>{t(`desk.why.${reason}`)}</li>
      {dwell !== null && <li>{t("desk.why.dwell", { seconds: number(Math.round(dwell)) })}</li>}
      {size !== null && size > 0 && <li>{t("desk.why.size", { percent: percent(size) })}</li>}
      <li>{t(score >= threshold ? "desk.why.score" : "desk.why.below", { score: percent(score), threshold: percent(threshold) })}</li>
      {luma !== null && luma < DARK && <li className={classes.care}>{t("desk.why.dark")}</li>}
    </ul>
  );
}

function Trace({ sighting }: { sighting: Whole }) {
  const { t } = useTranslation();
  if (sighting.events.length < 2) return null;
  return (
    <details className={classes.trace}>
      <summary>{t("desk.trace.title", { count: sighting.events.length })}</summary>
      <ol>
        {sighting.events.map((event) => (
          <li key={event.number}>
            <time dateTime={event.at}>{timeToSecond(event.at)}</time>{" "}
            {event.what === "judged" ? t(`desk.trace.judged.${event.after}`, { by: event.by }) : t(`desk.trace.${event.what}`, { by: event.by, reference: event.reference ?? "" })}
            {event.reason !== null && ` · ${t(`desk.reasons.${event.reason}`)}`}
            {event.note !== "" && <q>{event.note}</q>}
          </li>
        ))}
      </ol>
    </details>
  );
}

export function Why({ sighting }: { sighting: Whole }) {
  const { t } = useTranslation();
  const { latitude, longitude } = sighting;
  return (
    <div className={classes.why}>
      <header>
        <h2>{sighting.camera_name}</h2>
        <p className="quiet">
          {timeToSecond(sighting.put_down_at)} · {date(sighting.put_down_at)} · <Ago at={sighting.put_down_at} />
        </p>
      </header>
      <section aria-labelledby="why">
        <h3 id="why">{t("desk.why.title")}</h3>
        <Reasons sighting={sighting} />
      </section>
      <dl className={classes.facts}>
        {sighting.address !== null && (
          <div>
            <dt>{t("desk.facts.place")}</dt>
            <dd>{sighting.address}</dd>
          </div>
        )}
        {latitude !== null && longitude !== null && (
          <div>
            <dt>{t("desk.facts.map")}</dt>
            <dd>
              <IconMapPin size={16} aria-hidden="true" /> {latitude.toFixed(5)}, {longitude.toFixed(5)}
            </dd>
          </div>
        )}
        {sighting.actor_gone_at !== null && (
          <div>
            <dt>{t("desk.facts.gone")}</dt>
            <dd>{timeToSecond(sighting.actor_gone_at)}</dd>
          </div>
        )}
        <div>
          <dt>{t("desk.facts.flagged")}</dt>
          <dd>{time(sighting.at)}</dd>
        </div>
        <div>
          <dt>{t("desk.facts.clock")}</dt>
          <dd>{t(`desk.clock.${sighting.clock}`)}</dd>
        </div>
      </dl>
      <Trace sighting={sighting} />
    </div>
  );
}
