import { IconMapPin } from "@tabler/icons-react";
import { useTranslation } from "react-i18next";
import { Ago } from "../ground/parts/Ago";
import { bytes, date, number, time, timeToSecond } from "../ground/words/format";
import { because } from "./camera/budget";
import { against, numeric, second, story } from "./explain";
import type { Whole } from "./types";
import classes from "./Why.module.css";

/** Two digits, never more than it was: 0,998 is not 1, and what is below the threshold does not look as if it reached it. */
function floor(score: number): number {
  return Math.floor(score * 100) / 100;
}

/** Where the score stands, and from where this camera flags. The sentence beside it says the same. */
function Bar({ score, threshold }: Pick<Whole, "score" | "threshold">) {
  return (
    <span className={classes.bar} data-below={score < threshold} aria-hidden="true">
      <span style={{ width: `${score * 100}%` }} />
      <i style={{ left: `${Math.min(threshold, 1) * 100}%` }} />
    </span>
  );
}

/** Why it was flagged, in the order in which an officer asks: what happened, how sure, and what spoke against it. */
function Reasons({ sighting }: { sighting: Whole }) {
  const { t } = useTranslation();
  const { score, threshold, level, base } = sighting;
  const why = because({ value: Math.min(threshold, 1), level, base });
  const doubts = against(sighting);
  return (
    <>
      <p className={classes.story}>{story(t, sighting)}</p>
      <p className={classes.score}>
        {t(score >= threshold ? "desk.why.score" : "desk.why.below", { score: number(floor(score)), threshold: number(Math.min(threshold, 1)) })}
        <Bar score={score} threshold={threshold} />
      </p>
      {why !== "network" && why !== "spent" && <p className="quiet">{t(`desk.why.threshold.${why}`, { level: number(level), base: number(base) })}</p>}
      {doubts.length > 0 && (
        <ul className={classes.care}>
          {doubts.map((doubt) => (
            <li key={doubt}>{t(`desk.why.against.${doubt}`)}</li>
          ))}
        </ul>
      )}
      <p className="quiet">{t("desk.why.proposes")}</p>
    </>
  );
}

/** The rest of what the watcher measured. What it did not measure is not said. */
function More({ sighting }: { sighting: Whole }) {
  const { t } = useTranslation();
  const { dwell_s, size_to_actor } = sighting.explanation;
  const [dwell, size] = [numeric(dwell_s), numeric(size_to_actor)];
  const other = second(sighting);
  const percent = (share: number) => number(Math.round(share * 100));
  return (
    <ul className={classes.reasons}>
      {dwell !== null && <li>{t("desk.why.dwell", { seconds: number(Math.round(dwell)) })}</li>}
      {size !== null && size > 0 && <li>{t("desk.why.size", { percent: percent(size) })}</li>}
      {other !== null && <li>{t("desk.why.second", { kind: t(`desk.why.kind.${other.kind}`), share: number(other.share) })}</li>}
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
  const clip = sighting.evidence.find(({ name }) => name === "clip.mp4");
  return (
    <div className={classes.why}>
      <header>
        <h2>{sighting.camera_name}</h2>
        <p className="quiet">
          {timeToSecond(sighting.put_down_at)} · {date(sighting.put_down_at)} · <Ago at={sighting.put_down_at} />
        </p>
      </header>
      <section aria-labelledby="why">
        <h3 id="why" className="sr-only">{t("desk.why.title")}</h3>
        <Reasons sighting={sighting} />
      </section>
      <details className={classes.trace}>
        <summary>{t("desk.why.more")}</summary>
        <More sighting={sighting} />
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
        {clip !== undefined && (
          <p>
            <a href={clip.url} download={`${sighting.id}.mp4`}>
              {t("desk.clip.download", { size: bytes(clip.bytes) })}
            </a>
          </p>
        )}
      </details>
      <Trace sighting={sighting} />
    </div>
  );
}
