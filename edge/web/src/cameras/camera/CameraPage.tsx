import { Button } from "@mantine/core";
import { IconLayoutGrid, IconVideoOff } from "@tabler/icons-react";
import { useTranslation } from "react-i18next";
import { Link, useParams } from "react-router";
import { may, useSession } from "../../ground/http/session";
import { Empty, Loaded } from "../../ground/parts/states";
import { Page } from "../../ground/shells/Page";
import { Areas } from "./Areas";
import classes from "./CameraPage.module.css";
import { useCameras, type Camera } from "./data";
import { Standing } from "./Standing";

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
      <div className={classes.below}>{administers && <Areas camera={camera.id} />}</div>
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
