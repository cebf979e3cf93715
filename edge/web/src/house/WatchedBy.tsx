import { Select } from "@mantine/core";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import { patch } from "../ground/http/client";
import { useDevices } from "./devices";
import classes from "./house.module.css";
import type { Camera } from "./model";
import { Refusal, State } from "./parts";

/** Whose camera it is, where there is more than one watcher; and who stands in for it at the moment. */
export function WatchedBy({ camera }: { camera: Camera }) {
  const { t } = useTranslation();
  const client = useQueryClient();
  const watchers = (useDevices().data ?? []).filter(({ kind, state }) => kind === "watcher" && state === "accepted");
  const give = useMutation({
    mutationFn: (watcher: string) => patch(`/api/cameras/${camera.id}`, { watcher }),
    onSuccess: () => client.invalidateQueries({ queryKey: ["cameras"] }),
  });
  if (watchers.length < 2 && camera.watcher !== null) return null;
  const standing = camera.holder !== null && camera.holder !== camera.watcher ? watchers.find(({ id }) => id === camera.holder) : undefined;
  return (
    <span className={classes.watchedBy}>
      <Select
        size="sm"
        label={t("house.cameras.watcher")}
        data={watchers.map(({ id, name }) => ({ value: id, label: name }))}
        value={camera.watcher}
        onChange={(watcher) => watcher !== null && give.mutate(watcher)}
        allowDeselect={false}
        disabled={give.isPending}
      />
      {standing !== undefined && <State tone="wait">{t("house.cameras.standsIn", { name: standing.name })}</State>}
      {camera.holder === null && camera.watcher !== null && <State tone="wait">{t("house.cameras.passes")}</State>}
      <Refusal error={give.error} />
    </span>
  );
}
