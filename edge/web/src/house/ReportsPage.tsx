import { Button, SegmentedControl } from "@mantine/core";
import { IconSend } from "@tabler/icons-react";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { get, post } from "../ground/http/client";
import { words } from "../ground/http/sentence";
import { useNow } from "../ground/live/source";
import { may, useSession } from "../ground/http/session";
import { Empty, Loaded } from "../ground/parts/states";
import { Page } from "../ground/shells/Page";
import { dateTime } from "../ground/words/format";
import classes from "./house.module.css";
import type { Report } from "./model";
import { Refusal, State, type Tone } from "./parts";
import { Receivers } from "./receivers/Receivers";

const STATES = ["waiting", "dead", "delivered"] as const;
/** Past its time by so much, a report stands behind another of the same subject: they go in order. */
const LATE_MS = 60_000;
const TONES: Record<Report["state"], Tone> = { waiting: "wait", dead: "bad", delivered: "good", withdrawn: "off" };

/** Why a report is where it is. */
function useReason(): (report: Report) => string {
  const { t } = useTranslation();
  const now = useNow(10_000);
  return (report) => {
    if (report.state === "delivered") {
      const at = dateTime(report.done_at ?? report.created_at);
      return report.reference === null ? t("house.reports.doneQuiet", { at }) : t("house.reports.done", { at, reference: report.reference });
    }
    if (report.connector_state !== "on") return t(`house.reports.connector.${report.connector_state}`);
    if (report.code !== null) return words(t, report.code, report.facts);
    if (Date.parse(report.next_at) < now - LATE_MS) return t("house.reports.behind");
    return t("house.reports.soon", { at: dateTime(report.next_at) });
  };
}

function Line({ report, mayResend }: { report: Report; mayResend: boolean }) {
  const { t } = useTranslation();
  const client = useQueryClient();
  const reason = useReason();
  const resend = useMutation({
    mutationFn: () => post(`/api/reports/${report.id}/resend`),
    onSuccess: () => client.invalidateQueries({ queryKey: ["reports"] }),
  });
  return (
    <li className={classes.row}>
      <span className={classes.words}>
        <strong>{t(`house.fact.${report.kind.replace(".", "_")}`, { defaultValue: report.kind })}</strong> → {report.connector_name}
        <small>
          {reason(report)} · {t("house.reports.attempts", { count: report.attempts })} · {dateTime(report.created_at)}
        </small>
        <Refusal error={resend.error} />
      </span>
      <State tone={TONES[report.state]}>{t(`house.reports.is.${report.state}`)}</State>
      {mayResend && report.state !== "delivered" && (
        <Button variant="default" size="sm" leftSection={<IconSend size={18} />} onClick={() => resend.mutate()} loading={resend.isPending}>
          {t("house.reports.resend")}
        </Button>
      )}
    </li>
  );
}

/** What has been told to the systems outside, what waits, and why. */
export function ReportsPage() {
  const { t } = useTranslation();
  const [state, setState] = useState<string>("waiting");
  const administrator = may(useSession().data, "administrator");
  const reports = useQuery({ queryKey: ["reports", state], queryFn: () => get<Report[]>(`/api/reports?state=${state}`), refetchInterval: 5000 });
  return (
    <Page title={t("house.reports.title")} lead={t("house.reports.lead")}>
      <SegmentedControl aria-label={t("house.reports.title")} value={state} onChange={setState} data={STATES.map((value) => ({ value, label: t(`house.reports.is.${value}`) }))} />
      <Loaded query={reports}>
        {(found) =>
          found.length === 0 ? (
            <Empty title={t(`house.reports.none.${state}`)} />
          ) : (
            <ul className={classes.list} style={{ marginTop: "var(--s4)" }}>
              {found.map((report) => (
                <Line key={report.id} report={report} mayResend={administrator} />
              ))}
            </ul>
          )
        }
      </Loaded>
      {administrator && <Receivers />}
    </Page>
  );
}
