import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";
import { words } from "../ground/http/sentence";
import { useSnapshot } from "../ground/live/source";
import { deviceTopic } from "../ground/post/topics";
import type { About, DetectorInUse } from "../ground/wire";
import { dateTime, number } from "../ground/words/format";
import classes from "./house.module.css";
import { State } from "./parts";

function Pair({ name, children }: { name: string; children: ReactNode }) {
  return (
    <div>
      <dt className="quiet">{name}</dt>
      <dd>{children}</dd>
    </div>
  );
}

function Runs({ detector }: { detector: DetectorInUse }) {
  const { t } = useTranslation();
  return (
    <dl className={classes.pairs}>
      <Pair name={t("house.detector.name")}>{detector.name}</Pair>
      {detector.since != null && <Pair name={t("house.detector.since")}>{dateTime(detector.since)}</Pair>}
      <Pair name={t("house.detector.licence")}>{detector.licence === "" ? t("house.detector.noLicence") : detector.licence}</Pair>
      <Pair name={t("house.detector.layout")}>
        {detector.layout} · {detector.size}
      </Pair>
      <Pair name={t("house.detector.takes")}>{detector.ms == null ? t("house.detector.notYet") : t("house.detector.ms", { ms: number(Math.round(detector.ms)), provider: detector.provider.toUpperCase() })}</Pair>
    </dl>
  );
}

function Told({ detector }: { detector: DetectorInUse | null | undefined }) {
  const { t } = useTranslation();
  if (detector == null) return <p className="quiet">{t("house.detector.none")}</p>;
  if (detector.code != null) return <State tone="bad">{words(t, detector.code, detector.facts)}</State>;
  return <Runs detector={detector} />;
}

/** With what a watcher tells persons from vehicles: which file, since when, under which licence, how fast. To be read, not changed. */
export function Detector({ watcher }: { watcher: string }) {
  const { t } = useTranslation();
  const about = useSnapshot<About>(deviceTopic(watcher, "about"));
  if (about === undefined) return null;
  return (
    <section className={classes.stack} style={{ marginTop: "var(--s5)" }} aria-labelledby="detector">
      <h3 id="detector">{t("house.detector.title")}</h3>
      <p className="quiet">{t("house.detector.what")}</p>
      <Told detector={about.detector} />
    </section>
  );
}
