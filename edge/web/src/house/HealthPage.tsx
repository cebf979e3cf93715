import { useQuery } from "@tanstack/react-query";
import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";
import { Link } from "react-router";
import type { components } from "../ground/api.gen";
import { get } from "../ground/http/client";
import { useNow } from "../ground/live/source";
import { Loaded } from "../ground/parts/states";
import { Page } from "../ground/shells/Page";
import { auditWords } from "../ground/words/audit";
import { bytes, date, number } from "../ground/words/format";
import classes from "./house.module.css";
import type { Health } from "./model";
import { Ago, State, type Tone } from "./parts";

type LedgerWeek = components["schemas"]["LedgerWeek"];
const DAY_MS = 86_400_000;
const LOW_DISK = 0.1;
const OLD_BACKUP_DAYS = 7;
const SOON_DAYS = 30;

function Figure({ title, tone, state, children }: { title: string; tone: Tone; state: string; children: ReactNode }) {
  return (
    <section className={classes.card}>
      <h2>{title}</h2>
      <div className={classes.figure}>{children}</div>
      <State tone={tone}>{state}</State>
    </section>
  );
}

function runs(child: Health["children"][number]): boolean {
  return child.state === "running" || child.state === "ready";
}

function Memory({ health }: { health: Health }) {
  const { t } = useTranslation();
  const all = health.children.every(runs);
  return (
    <Figure title={t("house.health.memory")} tone={all ? "good" : "wait"} state={t(all ? "house.health.allRun" : "house.health.notAllRun")}>
      {number(Math.round(health.children_mib))} MB
    </Figure>
  );
}

function Children({ health }: { health: Health }) {
  const { t } = useTranslation();
  return (
    <section className={classes.card} style={{ marginTop: "var(--s4)" }}>
      <h2>{t("house.health.children")}</h2>
      <ul className={classes.list}>
        {health.children.map((child) => (
          <li key={child.name} className={classes.row}>
            <span className={classes.words}>
              <strong>{t(`house.child.${child.name.replace(/-?\d+$/, "")}`, { defaultValue: child.name })}</strong>
              <small>
                {child.rss_mib === null ? "–" : `${number(Math.round(child.rss_mib))} MB`}{child.starts > 1 && ` · ${t("house.health.restarts", { count: child.starts - 1 })}`}
              </small>
            </span>
            <State tone={runs(child) ? "good" : "wait"}>{t(`house.childState.${child.state}`, { defaultValue: child.state })}</State>
          </li>
        ))}
      </ul>
    </section>
  );
}

function Backup({ at, now }: { at: string | null; now: number }) {
  const { t } = useTranslation();
  const old = at === null || now - Date.parse(at) > OLD_BACKUP_DAYS * DAY_MS;
  const state = at === null ? t("house.health.backupNever") : t(old ? "house.health.backupOld" : "house.health.backupGood");
  return (
    <Figure title={t("house.health.backup")} tone={old ? "bad" : "good"} state={state}>
      {at === null ? "–" : <Ago at={at} />}
    </Figure>
  );
}

function Waiting({ waiting, dead }: Health["reports"]) {
  const { t } = useTranslation();
  const quiet = waiting > 0 ? "wait" : "good";
  return (
    <Figure title={t("house.health.reports")} tone={dead > 0 ? "bad" : quiet} state={dead > 0 ? t("house.health.reportsDead", { count: dead }) : t("house.health.reportsWaiting", { count: waiting })}>
      {number(waiting)}
    </Figure>
  );
}

/** How the cameras were watched today, and how sure their sleep is. Nothing where there are none. */
function Watching() {
  const { t } = useTranslation();
  const { data } = useQuery({ queryKey: ["ledger"], queryFn: () => get<LedgerWeek>("/api/ledger"), refetchInterval: 60_000 });
  if (data === undefined || data.cameras.length === 0) return null;
  const blind = data.cameras.reduce((sum, { days }) => sum + (days[0]?.blind ?? 0), 0);
  return (
    <Figure title={t("house.health.blind")} tone={blind > 0 ? "wait" : "good"} state={auditWords(t, data.audited)}>
      <Link to="/cameras">{t("house.health.blindMinutes", { count: blind })}</Link>
    </Figure>
  );
}

function Figures({ health }: { health: Health }) {
  const { t } = useTranslation();
  const now = useNow(60_000);
  const free = health.disk_free_bytes / Math.max(1, health.disk_total_bytes);
  const days = Math.floor((Date.parse(health.certificate_ends_at) - now) / DAY_MS);
  return (
    <div className={classes.grid}>
      <Figure title={t("house.health.disk")} tone={free < LOW_DISK ? "bad" : "good"} state={t(free < LOW_DISK ? "house.health.diskLow" : "house.health.diskGood", { total: bytes(health.disk_total_bytes) })}>
        {bytes(health.disk_free_bytes)}
      </Figure>
      <Backup at={health.backup_at} now={now} />
      <Waiting {...health.reports} />
      <Figure title={t("house.health.certificate")} tone={days < SOON_DAYS ? "bad" : "good"} state={t("house.health.days", { count: days })}>
        {date(health.certificate_ends_at)}
      </Figure>
      <Figure title={t("house.health.broker")} tone={health.broker_connected ? "good" : "bad"} state={t(health.broker_connected ? "house.health.brokerGood" : "house.health.brokerAway")}>
        {t(health.broker_connected ? "house.health.brokerUp" : "house.health.brokerDown")}
      </Figure>
      <Memory health={health} />
      <Watching />
    </div>
  );
}

/** The node on one page. */
export function HealthPage() {
  const { t } = useTranslation();
  const health = useQuery({ queryKey: ["health"], queryFn: () => get<Health>("/api/health"), refetchInterval: 5000 });
  return (
    <Page title={t("house.health.title")} lead={health.data === undefined ? undefined : t("house.health.lead", { version: health.data.version })}>
      <Loaded query={health}>
        {(found) => (
          <>
            <Figures health={found} />
            <Children health={found} />
          </>
        )}
      </Loaded>
    </Page>
  );
}
