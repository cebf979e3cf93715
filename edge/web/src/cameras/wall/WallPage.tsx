import { IconVideoOff } from "@tabler/icons-react";
import { useTranslation } from "react-i18next";
import { Link } from "react-router";
import { Ago } from "../../ground/parts/Ago";
import { Empty, Loaded } from "../../ground/parts/states";
import { Page } from "../../ground/shells/Page";
import { BlindWeek } from "../camera/BlindWeek";
import { useCameras, useLook, type Camera } from "../camera/data";
import { Standing } from "../../ground/cameras/Standing";
import classes from "./Wall.module.css";

/** Lane 4 before lane 12. */
const ORDER = new Intl.Collator("vi", { numeric: true });

function Picture({ camera }: { camera: Camera }) {
  const { t } = useTranslation();
  const look = useLook(camera.id);
  if (look === undefined || !camera.enabled) {
    return (
      <span className={classes.none}>
        <IconVideoOff size={28} stroke={1.4} aria-hidden="true" />
        {t("house.cameras.noPicture")}
      </span>
    );
  }
  return (
    <>
      <img src={`data:image/jpeg;base64,${look.jpeg_base64}`} alt={t("house.cameras.pictureOf", { name: camera.name })} />
      <span className={classes.age}>
        <Ago at={look.at} />
      </span>
    </>
  );
}

function Tile({ camera }: { camera: Camera }) {
  return (
    <li className={classes.tile}>
      <Link to={`/cameras/${camera.id}`} className={classes.link}>
        <span className={classes.picture}>
          <Picture camera={camera} />
        </span>
        <span className={classes.words}>
          <b>{camera.name}</b>
          <Standing camera={camera} />
        </span>
      </Link>
    </li>
  );
}

/** Every camera by its newest small picture, which its watcher sends now and then anyway: looking costs no decoding. */
export function WallPage() {
  const { t } = useTranslation();
  const cameras = useCameras();
  return (
    <Page wide title={t("camera.wall.title")} lead={t("camera.wall.lead")}>
      <Loaded query={cameras}>
        {(found) =>
          found.length === 0 ? (
            <Empty title={t("house.cameras.empty.title")}>{t("camera.wall.empty")}</Empty>
          ) : (
            <>
              <ul className={classes.wall}>
                {[...found].sort((a, b) => ORDER.compare(a.name, b.name)).map((camera) => (
                  <Tile key={camera.id} camera={camera} />
                ))}
              </ul>
              <BlindWeek />
            </>
          )
        }
      </Loaded>
    </Page>
  );
}
