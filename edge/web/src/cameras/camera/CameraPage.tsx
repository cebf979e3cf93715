import { Button } from "@mantine/core";
import { IconLayoutGrid, IconVideoOff } from "@tabler/icons-react";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { Link, useParams, useSearchParams } from "react-router";
import { may, useSession } from "../../ground/http/session";
import { Empty, Loaded } from "../../ground/parts/states";
import { Page } from "../../ground/shells/Page";
import { Areas } from "./Areas";
import { Budget } from "./Budget";
import classes from "./CameraPage.module.css";
import { useCameras, type Camera } from "./data";
import { dayOf } from "./days";
import { Encoder } from "./Encoder";
import { Gate } from "./Gate";
import { Kept } from "./Kept";
import { Ledger } from "./Ledger";
import { Player } from "./Player";
import { Standing } from "../../ground/cameras/Standing";
import { TimeLine, useSpans } from "./TimeLine";
import { usePlayback } from "./usePlayback";

const AT = "at";

/** The player over its time line. A link may name the moment to begin with. */
function Watch({ camera }: { camera: Camera }) {
  const asked = Date.parse(useSearchParams()[0].get(AT) ?? "");
  const [playback, attach] = usePlayback(camera.id, Number.isNaN(asked) ? null : asked);
  const [opened] = useState(() => Date.now());
  const spans = useSpans(camera.id, dayOf(playback.at ?? opened)).data ?? [];
  const home = () => {
    const first = spans.find(({ recorded }) => recorded);
    if (first !== undefined) playback.go(first.start);
  };
  return (
    <>
      <Player camera={camera} playback={playback} attach={attach} onHome={home} />
      <TimeLine camera={camera} at={playback.at} onSeek={playback.go} />
    </>
  );
}

function Shown({ camera }: { camera: Camera }) {
  const { t } = useTranslation();
  const administers = may(useSession().data, "administrator");
  return (
    <Page
      wide
      title={camera.name}
      lead={<Standing camera={camera} why />}
      actions={
        <Button component={Link} to="/cameras" variant="default" leftSection={<IconLayoutGrid size={20} />}>
          {t("camera.all")}
        </Button>
      }
    >
      <Watch camera={camera} />
      <div className={classes.below}>
        <Ledger camera={camera.id} />
        <Budget camera={camera.id} />
        <Gate camera={camera.id} />
        <Kept camera={camera.id} />
        {administers && (
          <>
            <Areas camera={camera.id} />
            <Encoder camera={camera.id} />
          </>
        )}
      </div>
    </Page>
  );
}

/** One camera: live, what was recorded, and what its watcher makes of it. */
export function CameraPage() {
  const { t } = useTranslation();
  const { camera: id } = useParams();
  const cameras = useCameras();
  return (
    <Loaded query={cameras}>
      {(found) => {
        const camera = found.find((one) => one.id === id);
        if (camera !== undefined) return <Shown key={camera.id} camera={camera} />;
        return (
          <Empty title={t("camera.unknown")} icon={<IconVideoOff size={44} stroke={1.4} />} action={<Link to="/cameras">{t("camera.all")}</Link>} />
        );
      }}
    </Loaded>
  );
}
