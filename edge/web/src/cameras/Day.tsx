import { Button } from "@mantine/core";
import { IconCircleCheck, IconEyeOff } from "@tabler/icons-react";
import { useTranslation } from "react-i18next";
import { Loaded } from "../ground/parts/states";
import { date } from "../ground/words/format";
import { precisionWords, useBudgets, type CameraBudget } from "./camera/budget";
import { useSummary } from "./data";
import classes from "./Day.module.css";
import type { CameraDay, Summary } from "./types";

function Span({ minutes }: { minutes: number }) {
  const { t } = useTranslation();
  return <>{minutes < 60 ? t("desk.day.minutes", { count: minutes }) : t("desk.day.hours", { hours: Math.floor(minutes / 60), minutes: minutes % 60 })}</>;
}

function Watched({ camera, budget }: { camera: CameraDay; budget: CameraBudget | undefined }) {
  const { t } = useTranslation();
  const whole = Math.max(1, camera.watched + camera.blind);
  return (
    <li className={classes.camera}>
      <b>{camera.camera_name}</b>
      {camera.state === null ? (
        <span className="quiet">{t("desk.day.silent")}</span>
      ) : (
        <>
          <span className={classes.bar} aria-hidden="true">
            <span style={{ width: `${(camera.watched / whole) * 100}%` }} />
          </span>
          <span>
            {t("desk.day.watched")} <Span minutes={camera.watched} />
          </span>
          {camera.blind > 0 && (
            <span className={classes.blind}>
              <IconEyeOff size={16} aria-hidden="true" /> {t("desk.day.blind")} <Span minutes={camera.blind} />
            </span>
          )}
        </>
      )}
      {budget !== undefined && (
        <span className={classes.budget}>
          {t("desk.day.budget", { flagged: budget.flagged, per_day: budget.per_day })} · {precisionWords(t, budget.precision, "desk.day.precision")}
        </span>
      )}
    </li>
  );
}

function Shown({ day, onQuiet }: { day: Summary; onQuiet: () => void }) {
  const { t } = useTranslation();
  const budgets = useBudgets().data?.cameras ?? [];
  return (
    <div className={classes.day}>
      <IconCircleCheck size={48} stroke={1.4} aria-hidden="true" className={classes.icon} />
      <h2>{t("desk.day.title")}</h2>
      <p className="quiet">
        {t("desk.day.text", { day: date(`${day.day}T12:00:00+07:00`), flagged: day.flagged, confirmed: day.confirmed, rejected: day.rejected })}
      </p>
      {day.quiet > 0 && (
        <Button variant="default" onClick={onQuiet}>
          {t("desk.day.quiet", { count: day.quiet })}
        </Button>
      )}
      {day.cameras.length > 0 && (
        <ul className={classes.cameras}>
          {day.cameras.map((camera) => (
            <Watched key={camera.camera} camera={camera} budget={budgets.find((one) => one.camera === camera.camera)} />
          ))}
        </ul>
      )}
    </div>
  );
}

/** Nothing waits: what was watched today, and what was blind. */
export function Day({ onQuiet }: { onQuiet: () => void }) {
  return <Loaded query={useSummary()}>{(day) => <Shown day={day} onQuiet={onQuiet} />}</Loaded>;
}
