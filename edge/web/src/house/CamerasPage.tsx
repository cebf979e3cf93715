import { Button, Modal, Switch } from "@mantine/core";
import { IconPlus } from "@tabler/icons-react";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { Link } from "react-router";
import { get, patch, post, remove } from "../ground/http/client";
import { useSnapshot } from "../ground/live/source";
import { Standing } from "../ground/cameras/Standing";
import { Empty, Loaded } from "../ground/parts/states";
import { Page } from "../ground/shells/Page";
import { cameraTopic } from "../ground/post/topics";
import { CameraSteps } from "./adding/CameraSteps";
import { Seen } from "./adding/parts";
import classes from "./house.module.css";
import type { Camera, Look } from "./model";
import { Refusal } from "./parts";
import { WatchedBy } from "./WatchedBy";

function Thumb({ camera }: { camera: Camera }) {
  const { t } = useTranslation();
  const look = useSnapshot<{ at: string; jpeg_base64: string }>(cameraTopic(camera.id, "look"));
  if (look === undefined) return <span className={classes.thumb}>{t("house.cameras.noPicture")}</span>;
  return <img className={classes.thumb} src={`data:image/jpeg;base64,${look.jpeg_base64}`} alt={t("house.cameras.pictureOf", { name: camera.name })} />;
}

function Line({ camera }: { camera: Camera }) {
  const { t } = useTranslation();
  const client = useQueryClient();
  const done = () => client.invalidateQueries({ queryKey: ["cameras"] });
  const change = useMutation({ mutationFn: (enabled: boolean) => patch(`/api/cameras/${camera.id}`, { enabled }), onSuccess: done });
  const drop = useMutation({ mutationFn: () => remove(`/api/cameras/${camera.id}`), onSuccess: done });
  const test = useMutation({ mutationFn: () => post<Look>("/api/cameras/test", { camera: camera.id }) });
  const [sure, setSure] = useState(false);
  return (
    <li className={classes.row}>
      <Thumb camera={camera} />
      <span className={classes.words}>
        <Link to={`/cameras/${camera.id}`} className={classes.name}>
          {camera.name}
        </Link>
        <small className={classes.mono}>{camera.shown_url}</small>
        <Standing camera={camera} why />
        <WatchedBy camera={camera} />
        {test.data !== undefined && <Seen look={test.data} />}
        <Refusal error={change.error ?? drop.error ?? test.error} />
      </span>
      <span className={classes.actions}>
        <Switch label={t("house.cameras.watching")} checked={camera.enabled} onChange={(event) => change.mutate(event.currentTarget.checked)} style={{ alignSelf: "center" }} />
        <Button variant="default" size="sm" loading={test.isPending} onClick={() => test.mutate()}>
          {t("house.cameras.test")}
        </Button>
        <Button color="lacquer" variant={sure ? "filled" : "light"} size="sm" loading={drop.isPending} onClick={() => (sure ? drop.mutate() : setSure(true))}>
          {t(sure ? "house.cameras.removeSure" : "house.cameras.remove")}
        </Button>
      </span>
    </li>
  );
}

/** Every camera: what it sees, how it is, and a new one in three steps. */
export function CamerasPage() {
  const { t } = useTranslation();
  const cameras = useQuery({ queryKey: ["cameras"], queryFn: () => get<Camera[]>("/api/cameras"), refetchInterval: 10_000 });
  const [adding, setAdding] = useState(false);
  return (
    <Page
      title={t("house.cameras.title")}
      lead={t("house.cameras.lead")}
      actions={
        <Button leftSection={<IconPlus size={20} />} onClick={() => setAdding(true)}>
          {t("house.cameras.add")}
        </Button>
      }
    >
      <Loaded query={cameras}>
        {(found) =>
          found.length === 0 ? (
            <Empty title={t("house.cameras.empty.title")}>{t("house.cameras.empty.text")}</Empty>
          ) : (
            <ul className={classes.list}>
              {found.map((camera) => (
                <Line key={camera.id} camera={camera} />
              ))}
            </ul>
          )
        }
      </Loaded>
      <Modal opened={adding} onClose={() => setAdding(false)} title={t("house.cameras.add")} size="lg" closeButtonProps={{ "aria-label": t("house.close") }}>
        <CameraSteps onDone={() => setAdding(false)} />
      </Modal>
    </Page>
  );
}
