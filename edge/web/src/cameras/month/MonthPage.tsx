import { ActionIcon, Button } from "@mantine/core";
import { IconChevronLeft, IconChevronRight, IconDownload, IconPrinter } from "@tabler/icons-react";
import { useQuery } from "@tanstack/react-query";
import type { TFunction } from "i18next";
import { useTranslation } from "react-i18next";
import { Link, useSearchParams } from "react-router";
import type { components } from "../../ground/api.gen";
import { get } from "../../ground/http/client";
import { useNow } from "../../ground/live/source";
import { Empty, Loaded } from "../../ground/parts/states";
import { Page } from "../../ground/shells/Page";
import { dateTime, number } from "../../ground/words/format";
import { dayOf, fieldOf, monthBy, monthName } from "../camera/days";
import { BLIND } from "../camera/ledger";
import classes from "./Month.module.css";

type LedgerMonth = components["schemas"]["LedgerMonth"];
type CameraMonth = components["schemas"]["CameraMonth"];

/** Lane 4 before lane 12. */
const ORDER = new Intl.Collator("vi", { numeric: true });
const MONTH = /^20\d\d-(0[1-9]|1[0-2])$/;
const share = ({ share: part }: CameraMonth) => (part === null ? "–" : `${number(Math.floor(part * 1000) / 10)} %`);
const minutesOf = ({ minutes }: CameraMonth, state: string) => (minutes as Partial<Record<string, number>>)[state] ?? 0;

/** Whether any minute of the month counts: before the first camera came there is none. */
const counted = ({ cameras }: LedgerMonth) => cameras.some(({ minutes }) => Object.keys(minutes).length > 0);

/** The worst first, as everywhere; then what a person switched off. */
const REASONS = [...[...BLIND].reverse(), "off"] as const;

const reason = (t: TFunction, state: string) => t(state === "off" ? "camera.month.off" : `camera.ledger.as.${state}`);

/** 125 as "2:05". */
const span = (minutes: number) => `${Math.floor(minutes / 60)}:${String(minutes % 60).padStart(2, "0")}`;

/** Minutes as plain numbers, a semicolon between: what a spreadsheet in this country opens without questions. */
function sheet(t: TFunction, { cameras }: LedgerMonth): string {
  const seen = [t("camera.week.camera"), t("camera.month.share"), t("camera.month.watched"), t("camera.month.blind")];
  const head = [...seen, ...REASONS.map((state) => reason(t, state)), t("camera.month.longest"), t("camera.month.since")];
  const rows = cameras.map((one) => [
    one.camera_name,
    one.share === null ? "" : String(Math.floor(one.share * 10_000) / 100).replace(".", ","),
    one.watched,
    one.blind,
    ...REASONS.map((state) => minutesOf(one, state)),
    one.longest?.minutes ?? 0,
    one.longest === null ? "" : dateTime(one.longest.since),
  ]);
  const cell = (value: string | number) => (/^[=+@-]/.test(String(value)) ? `"'${String(value).replaceAll('"', '""')}"` : `"${String(value).replaceAll('"', '""')}"`);
  return `\uFEFF${[head, ...rows].map((row) => row.map(cell).join(";")).join("\r\n")}\r\n`;
}

function save(name: string, text: string): void {
  const url = URL.createObjectURL(new Blob([text], { type: "text/csv;charset=utf-8" }));
  const link = document.createElement("a");
  link.href = url;
  link.download = name;
  link.click();
  window.setTimeout(() => URL.revokeObjectURL(url), 1000);
}

function Line({ one, reasons }: { one: CameraMonth; reasons: readonly string[] }) {
  return (
    <tr>
      <th scope="row">
        <Link to={`/cameras/${one.camera}`}>{one.camera_name}</Link>
      </th>
      <td>
        <b>{share(one)}</b>
      </td>
      <td className={classes.more}>{span(one.watched)}</td>
      <td className={one.blind > 0 ? classes.blind : "quiet"}>{span(one.blind)}</td>
      {reasons.map((state) => {
        const count = minutesOf(one, state);
        return (
          <td key={state} className={`${classes.more ?? ""} ${count === 0 ? "quiet" : ""}`}>
            {count === 0 ? "–" : span(count)}
          </td>
        );
      })}
      <td>
        {one.longest === null ? (
          <span className="quiet">–</span>
        ) : (
          <>
            {span(one.longest.minutes)} <small className={classes.since}>{dateTime(one.longest.since)}</small>
          </>
        )}
      </td>
    </tr>
  );
}

/** Reasons that no camera had have no column. */
function Table({ month }: { month: LedgerMonth }) {
  const { t } = useTranslation();
  const reasons = REASONS.filter((state) => month.cameras.some((one) => minutesOf(one, state) > 0));
  return (
    <div className={classes.around} tabIndex={0} role="region" aria-label={t("camera.month.title")}>
      <table>
        <thead>
          <tr>
            <th scope="col">{t("camera.week.camera")}</th>
            <th scope="col">{t("camera.month.share")}</th>
            <th scope="col" className={classes.more}>
              {t("camera.month.watched")}
            </th>
            <th scope="col">{t("camera.month.blind")}</th>
            {reasons.map((state) => (
              <th key={state} scope="col" className={classes.more}>
                {reason(t, state)}
              </th>
            ))}
            <th scope="col">{t("camera.month.longest")}</th>
          </tr>
        </thead>
        <tbody>
          {[...month.cameras].sort((a, b) => ORDER.compare(a.camera_name, b.camera_name)).map((one) => (
            <Line key={one.camera} one={one} reasons={reasons} />
          ))}
        </tbody>
      </table>
    </div>
  );
}

/** One month back or on. In our own words: a browser's own field speaks the browser's language, and not every browser has one. */
function Months({ month, last, onChoose }: { month: string; last: string; onChoose: (month: string) => void }) {
  const { t } = useTranslation();
  return (
    <span className={classes.months} role="group" aria-label={t("camera.month.choose")}>
      <ActionIcon variant="default" size={48} aria-label={t("camera.month.before")} title={t("camera.month.before")} onClick={() => onChoose(monthBy(month, -1))}>
        <IconChevronLeft size={22} />
      </ActionIcon>
      <b aria-live="polite">{t("camera.month.name", { month: monthName(month) })}</b>
      <ActionIcon variant="default" size={48} aria-label={t("camera.month.after")} title={t("camera.month.after")} disabled={month >= last} onClick={() => onChoose(monthBy(month, 1))}>
        <IconChevronRight size={22} />
      </ActionIcon>
    </span>
  );
}

/** The month's report of the cameras: how much each saw, how long it could not and why. On paper as on the page, and as a table of minutes. */
export function MonthPage() {
  const { t } = useTranslation();
  const [query, setQuery] = useSearchParams();
  const now = fieldOf(dayOf(useNow(60_000))).slice(0, 7);
  const asked = query.get("month") ?? now;
  const wanted = MONTH.test(asked) && asked <= now ? asked : now;
  const month = useQuery({ queryKey: ["ledger", "month", wanted], queryFn: () => get<LedgerMonth>(`/api/ledger/months/${wanted}`) });
  return (
    <Page
      wide
      title={t("camera.month.of", { month: monthName(wanted) })}
      lead={month.data && counted(month.data) && t("camera.month.lead", { until: dateTime(month.data.until) })}
      actions={
        <span className={`no-print ${classes.tools ?? ""}`}>
          <Months month={wanted} last={now} onChoose={(month) => setQuery({ month })} />
          <Button variant="default" leftSection={<IconPrinter size={20} />} onClick={() => window.print()}>
            {t("camera.month.print")}
          </Button>
          <Button variant="default" leftSection={<IconDownload size={20} />} disabled={month.data === undefined} onClick={() => month.data && save(`camera-${wanted}.csv`, sheet(t, month.data))}>
            {t("camera.month.save")}
          </Button>
        </span>
      }
    >
      <Loaded query={month}>{(found) => (found.cameras.length === 0 ? <Empty title={t("house.cameras.empty.title")}>{t("camera.wall.empty")}</Empty> : counted(found) ? <Table month={found} /> : <Empty title={t("camera.month.nothing", { month: monthName(wanted) })} />)}</Loaded>
      <p className={`quiet ${classes.note ?? ""}`}>{t("camera.month.note")}</p>
    </Page>
  );
}
