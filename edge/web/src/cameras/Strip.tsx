import { useState } from "react";
import { useTranslation } from "react-i18next";
import { near, placed, WHOLE, within } from "./crop";
import classes from "./Strip.module.css";
import type { Whole } from "./types";

const PICTURES = ["before", "act", "after"] as const;
const ASPECT = 4 / 3;

/** Before, the act, after: the same piece of the scene three times, near enough to be judged at a glance. */
export function Strip({ sighting, close }: { sighting: Whole; close: boolean }) {
  const { t } = useTranslation();
  const names = new Set(sighting.evidence.map(({ name }) => name));
  const shape = close ? ASPECT : sighting.width / sighting.height;
  return (
    <ol className={classes.strip} aria-label={t("desk.strip.title")}>
      {PICTURES.map((picture) => (
        <li key={picture} className={classes.cell}>
          <figure>
            {names.has(`${picture}.jpg`) ? (
              <Picture key={`${sighting.id} ${picture}`} sighting={sighting} picture={picture} close={close} shape={shape} />
            ) : (
              <div className={classes.frame} style={{ aspectRatio: shape }}>
                <span className={classes.missing}>{t("desk.strip.missing")}</span>
              </div>
            )}
            <figcaption>{t(`desk.strip.${picture}`)}</figcaption>
          </figure>
        </li>
      ))}
    </ol>
  );
}

interface PictureProps {
  sighting: Whole;
  picture: (typeof PICTURES)[number];
  close: boolean;
  shape: number;
}

function Picture({ sighting, picture, close, shape }: PictureProps) {
  const { t } = useTranslation();
  const [failed, setFailed] = useState(false);
  const { box, width, height } = sighting;
  const part = close ? near(box, width, height, shape) : WHOLE;
  const zoomed = placed({ x: -part.x / part.width, y: -part.y / part.height, width: 1 / part.width, height: 1 / part.height });
  return (
    <div className={classes.frame} style={{ aspectRatio: shape }}>
      {failed ? (
        <span className={classes.missing}>{t("desk.strip.failed")}</span>
      ) : (
        <img src={`/api/sightings/${sighting.id}/${picture}.jpg`} alt={t(`desk.strip.alt.${picture}`, { camera: sighting.camera_name })} style={zoomed} onError={() => setFailed(true)} />
      )}
      {picture === "after" && !failed && <span className={classes.box} style={placed(within(part, box, width, height))} />}
    </div>
  );
}
