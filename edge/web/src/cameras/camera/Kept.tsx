import { useQuery } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import type { components } from "../../ground/api.gen";
import { get } from "../../ground/http/client";
import { Loaded } from "../../ground/parts/states";
import { bytes, date, timeToSecond } from "../../ground/words/format";
import classes from "./Kept.module.css";

type Kept = components["schemas"]["Kept"];

function Line({ one }: { one: Kept }) {
  const { t } = useTranslation();
  const why = t(`desk.state.${one.state}`);
  return (
    <li>
      <b>
        {timeToSecond(one.since)} – {timeToSecond(one.until)} · {date(one.since)}
      </b>
      <span>{one.reason === null ? why : `${why}: ${t(`desk.reasons.${one.reason}`)}`}</span>
      <span className="quiet">
        {t("camera.kept.until", { date: date(one.kept_until) })} · {bytes(one.bytes)}
        {one.state === "rejected" && ` · ${t("camera.kept.goes")}`}
      </span>
    </li>
  );
}

/** Which recordings of this camera do not age like the rest, for which sighting, and until when. */
export function Kept({ camera }: { camera: string }) {
  const { t } = useTranslation();
  const kept = useQuery({ queryKey: ["kept", camera], queryFn: () => get<Kept[]>(`/api/kept?camera=${camera}`), refetchInterval: 60_000 });
  return (
    <section className={classes.kept} aria-labelledby="kept">
      <h2 id="kept">{t("camera.kept.title")}</h2>
      <p className="quiet">{t("camera.kept.what")}</p>
      <Loaded query={kept}>
        {(found) =>
          found.length === 0 ? (
            <p>{t("camera.kept.none")}</p>
          ) : (
            <ul>
              {found.map((one) => (
                <Line key={one.sighting} one={one} />
              ))}
            </ul>
          )
        }
      </Loaded>
    </section>
  );
}
