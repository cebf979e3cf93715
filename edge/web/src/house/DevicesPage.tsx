import { Button } from "@mantine/core";
import { IconPlus } from "@tabler/icons-react";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { useQueries } from "@tanstack/react-query";
import { get } from "../ground/http/client";
import { Empty, Loaded } from "../ground/parts/states";
import { Page } from "../ground/shells/Page";
import { DeviceDrawer, Picture } from "./DeviceDrawer";
import { condition, sorted, useDevices } from "./devices";
import { EnrolDialog } from "./EnrolDialog";
import classes from "./house.module.css";
import type { Device, MeetingSeats } from "./model";
import { Ago, shortModel, State } from "./parts";

/** Labels of the seats that devices stand at, because people say "A3" and not an id. */
function useSeatLabels(devices: Device[]): Map<string, string> {
  const meetings = [...new Set(devices.map(({ meeting }) => meeting).filter((meeting) => meeting !== null))];
  const found = useQueries({
    queries: meetings.map((meeting) => ({ queryKey: ["meetings", meeting, "seats"], queryFn: () => get<MeetingSeats>(`/api/meetings/${meeting}`), staleTime: 60_000, retry: false })),
  });
  return new Map(found.flatMap(({ data }) => (data?.plan.seats ?? []).map(({ id, label }): [string, string] => [`${data?.id ?? ""}/${id}`, label])));
}

/** A line that reads like a sentence: "Máy 12 · ghế A3 · trực tuyến · cấu hình 14 đã nhận". */
function Line({ device, seat, onOpen }: { device: Device; seat: string | undefined; onOpen: () => void }) {
  const { t } = useTranslation();
  const { tone, key } = condition(device);
  const received = device.reported?.applied === true ? t("house.devices.received", { revision: device.reported.revision }) : t("house.devices.sent", { revision: device.revision });
  const facts = [t(`house.kind.${device.kind}`), ...(device.state === "accepted" ? [received] : []), ...(device.model === "" ? [] : [shortModel(device.model)])];
  return (
    <li>
      <button type="button" className={classes.row} onClick={onOpen}>
        <Picture kind={device.kind} size={32} />
        <span className={classes.words}>
          <strong>{device.name}</strong>
          {device.seat !== null && ` · ${t("house.devices.atSeat", { seat: seat ?? device.seat })}`}
          <small>{facts.join(" · ")}</small>
        </span>
        <span>
          <State tone={tone}>{t(`house.devices.is.${key}`)}</State>
          {key === "offline" && device.seen_at !== null && (
            <small className="quiet">
              {" "}
              <Ago at={device.seen_at} />
            </small>
          )}
        </span>
      </button>
    </li>
  );
}

function List({ devices, onOpen }: { devices: Device[]; onOpen: (id: string) => void }) {
  const { t } = useTranslation();
  const labels = useSeatLabels(devices);
  if (devices.length === 0) return <Empty title={t("house.devices.empty.title")}>{t("house.devices.empty.text")}</Empty>;
  return (
    <ul className={classes.list}>
      {sorted(devices).map((device) => (
        <Line key={device.id} device={device} seat={labels.get(`${device.meeting ?? ""}/${device.seat ?? ""}`)} onOpen={() => onOpen(device.id)} />
      ))}
    </ul>
  );
}

/** Every device of the node, problems first. */
export function DevicesPage() {
  const { t } = useTranslation();
  const devices = useDevices();
  const [chosen, setChosen] = useState<string | null>(null);
  const [adding, setAdding] = useState(false);
  const troubled = (devices.data ?? []).filter((device) => device.state === "waiting" || condition(device).tone === "bad").length;
  const name = devices.data?.find(({ id }) => id === chosen)?.name ?? "";
  return (
    <Page
      title={t("house.devices.title")}
      lead={devices.data === undefined ? undefined : t(troubled === 0 ? "house.devices.calm" : "house.devices.lead", { count: devices.data.length, troubled })}
      actions={
        <Button leftSection={<IconPlus size={20} />} onClick={() => setAdding(true)}>
          {t("house.devices.add")}
        </Button>
      }
    >
      <Loaded query={devices}>{(found) => <List devices={found} onOpen={setChosen} />}</Loaded>
      <EnrolDialog opened={adding} onClose={() => setAdding(false)} />
      <DeviceDrawer id={chosen} name={name} onClose={() => setChosen(null)} />
    </Page>
  );
}
