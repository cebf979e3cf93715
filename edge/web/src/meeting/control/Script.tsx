import { Button } from "@mantine/core";
import { IconCheck, IconChecklist, IconPlayerPlay } from "@tabler/icons-react";
import { useTranslation } from "react-i18next";
import { Link } from "react-router";
import { sentence } from "../../ground/http/sentence";
import { time } from "../../ground/words/format";
import { useStep, type ItemView, type MeetingView, type MotionView } from "../api";
import classes from "./Control.module.css";

function Motion({ meeting, motion }: { meeting: string; motion: MotionView }) {
  const { t } = useTranslation();
  return (
    <p className={classes.motion}>
      <IconChecklist size={18} aria-hidden="true" />
      <span>
        {motion.title}
        <small>
          {t(`meeting.motion.state.${motion.state}`)}
          {motion.state !== "draft" && (
            <>
              {" · "}
              <Link to={`/result/${meeting}/${motion.id}`}>{t("meeting.control.result")}</Link>
            </>
          )}
        </small>
      </span>
    </p>
  );
}

function Mark({ item }: { item: ItemView }) {
  if (item.state === "done") return <IconCheck size={18} stroke={2.4} aria-hidden="true" />;
  return item.state === "current" ? <IconPlayerPlay size={18} stroke={2.4} aria-hidden="true" /> : <>{item.number}</>;
}

/** The agenda as the script of the meeting, with its motions. */
export function Script({ meeting }: { meeting: MeetingView }) {
  const { t } = useTranslation();
  const take = useStep(meeting.id);
  const current = meeting.items.find(({ state }) => state === "current");
  return (
    <aside className={classes.script} aria-label={t("meeting.agenda.title")}>
      <h2>{t("meeting.agenda.title")}</h2>
      {meeting.items.length === 0 && <p className="quiet">{t("meeting.agenda.empty")}</p>}
      <ol>
        {meeting.items.map((item) => (
          <li key={item.id} className={classes[item.state]} aria-current={item.state === "current" ? "step" : undefined}>
            <span className={classes.number}>
              <Mark item={item} />
            </span>
            <div>
              <p className={classes.title}>{item.title}</p>
              <p className={classes.under}>
                {t("meeting.minutes", { count: item.minutes })} · {t(`meeting.agenda.state.${item.state}`)}
                {item.turned_back_at && ` · ${t("meeting.agenda.turnedBack", { at: time(item.turned_back_at) })}`}
              </p>
              {item.motions.map((motion) => (
                <Motion key={motion.id} meeting={meeting.id} motion={motion} />
              ))}
              {item.state === "waiting" && current === undefined && meeting.state === "open" && (
                <Button size="compact-sm" variant="subtle" onClick={() => take.mutate({ method: "post", path: `/items/${item.id}/start` })}>
                  {t("meeting.control.start")}
                </Button>
              )}
            </div>
          </li>
        ))}
      </ol>
      {take.error !== null && <p role="alert">{sentence(t, take.error)}</p>}
    </aside>
  );
}
