import { useTranslation } from "react-i18next";
import { Link } from "react-router";
import { Loaded } from "../../ground/parts/states";
import { auditWords } from "../../ground/words/audit";
import { date, number } from "../../ground/words/format";
import { useLedgerWeek, why, type CameraWeek, type DayMinutes } from "./ledger";
import classes from "./Ledger.module.css";

const counted = ({ minutes }: DayMinutes) => Object.keys(minutes).length > 0;

function Cell({ day, className }: { day: DayMinutes; className?: string }) {
  const { t } = useTranslation();
  if (!counted(day)) return <td className={className}>–</td>;
  return (
    <td className={className} title={day.blind > 0 ? why(t, day) : undefined}>
      <span className={day.blind > 0 ? classes.blind : "quiet"}>{number(day.blind)}</span>
    </td>
  );
}

function Line({ camera: { camera, camera_name, days, audited } }: { camera: CameraWeek }) {
  const { t } = useTranslation();
  const whole = days.reduce((sum, day) => sum + day.blind, 0);
  const [today, ...earlier] = days;
  return (
    <tr>
      <th scope="row">
        <Link to={`/cameras/${camera}`}>{camera_name}</Link>
      </th>
      {today !== undefined && <Cell day={today} />}
      {earlier.map((day) => (
        <Cell key={day.day} day={day} className={classes.earlier} />
      ))}
      <td className={classes.whole}>
        <span className={whole > 0 ? classes.blind : "quiet"}>{number(whole)}</span>
      </td>
      <td>{auditWords(t, audited)}</td>
    </tr>
  );
}

const short = (day: string) => date(`${day}T12:00:00+07:00`).slice(0, 5);

/** How many minutes each camera could not see, today and the days before, and how sure its sleep is. */
export function BlindWeek() {
  const { t } = useTranslation();
  return (
    <Loaded query={useLedgerWeek()}>
      {({ days, cameras }) =>
        cameras.length > 0 && (
          <section className={classes.week} aria-labelledby="blind-week">
            <h2 id="blind-week">{t("camera.week.title")}</h2>
            <p className="quiet">
              {t("camera.week.lead")} <Link to="/cameras/month">{t("camera.week.month")}</Link>
            </p>
            <table>
              <thead>
                <tr>
                  <th scope="col">{t("camera.week.camera")}</th>
                  <th scope="col">{t("camera.week.today")}</th>
                  {days.slice(1).map((day) => (
                    <th key={day} scope="col" className={classes.earlier}>
                      {short(day)}
                    </th>
                  ))}
                  <th scope="col" className={classes.whole}>
                    {t("camera.week.whole")}
                  </th>
                  <th scope="col">{t("camera.week.audited")}</th>
                </tr>
              </thead>
              <tbody>
                {cameras.map((camera) => (
                  <Line key={camera.camera} camera={camera} />
                ))}
              </tbody>
            </table>
          </section>
        )
      }
    </Loaded>
  );
}
