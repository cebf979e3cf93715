import { Button, CopyButton, Modal, Select, TextInput } from "@mantine/core";
import { useMutation } from "@tanstack/react-query";
import { useState, type SyntheticEvent } from "react";
import { useTranslation } from "react-i18next";
import { post } from "../ground/http/client";
import { time } from "../ground/words/format";
import { QrCode } from "../ground/parts/QrCode";
import { useDeed, useDevices } from "./devices";
import classes from "./house.module.css";
import type { Device } from "./model";
import { Refusal, shortModel } from "./parts";
import { SeatChoice } from "./SeatChoice";

const KINDS = ["tablet", "keypad", "screen", "seat_unit", "siren", "watcher", "other"] as const;

interface Opened {
  kind: string;
  id: string;
  url: string;
  expires_at: string;
}

interface Wanted {
  kind: string;
  name: string;
  meeting: string;
  seat: string;
}

function First({ onOpened }: { onOpened: (opened: Opened) => void }) {
  const { t } = useTranslation();
  const [wanted, setWanted] = useState<Wanted>({ kind: "tablet", name: "", meeting: "", seat: "" });
  const open = useMutation({
    mutationFn: () => post<Omit<Opened, "kind">>("/api/enrolments", { ...wanted, meeting: wanted.meeting || null, seat: wanted.seat || null }),
    onSuccess: (opened) => onOpened({ ...opened, kind: wanted.kind }),
  });
  const submit = (event: SyntheticEvent) => {
    event.preventDefault();
    open.mutate();
  };
  return (
    <form className={classes.stack} onSubmit={submit}>
      <Refusal error={open.error} />
      <Select
        label={t("house.devices.kind")}
        data={KINDS.map((kind) => ({ value: kind, label: t(`house.kind.${kind}`) }))}
        value={wanted.kind}
        onChange={(kind) => setWanted({ ...wanted, kind: kind ?? "tablet" })}
        allowDeselect={false}
      />
      <TextInput label={t("house.devices.name")} placeholder={t("house.devices.nameExample")} value={wanted.name} onChange={(event) => setWanted({ ...wanted, name: event.currentTarget.value })} required data-autofocus />
      {wanted.kind !== "watcher" && <SeatChoice meeting={wanted.meeting} seat={wanted.seat} onChange={(place) => setWanted({ ...wanted, ...place })} />}
      <Button type="submit" loading={open.isPending}>
        {t(wanted.kind === "watcher" ? "house.devices.makeCode" : "house.devices.makeQr")}
      </Button>
    </form>
  );
}

/** The code that stands on the device too; the administrator says whether they are the same. */
export function Compare({ device, onDone }: { device: Device; onDone: () => void }) {
  const { t } = useTranslation();
  const accept = useDeed(device.id, "accept");
  const refuse = useDeed(device.id, "refuse");
  const [place, setPlace] = useState({ meeting: device.meeting ?? "", seat: device.seat ?? "" });
  return (
    <div className={classes.stack}>
      <h2>{t("house.devices.compare", { name: device.name })}</h2>
      <p className={classes.code}>{device.code}</p>
      <p className="quiet">{t("house.devices.compareText", { model: shortModel(device.model) })}</p>
      {device.kind !== "watcher" && <SeatChoice {...place} onChange={setPlace} />}
      <Refusal error={accept.error ?? refuse.error} />
      <div className={classes.actions}>
        <Button loading={accept.isPending} onClick={() => accept.mutate(place, { onSuccess: onDone })}>
          {t("house.devices.accept")}
        </Button>
        <Button variant="default" loading={refuse.isPending} onClick={() => refuse.mutate(undefined, { onSuccess: onDone })}>
          {t("house.devices.refuse")}
        </Button>
      </div>
    </div>
  );
}

/** A machine that watches cameras has no camera of its own to scan with: the whole line is copied there. */
function Command({ opened }: { opened: Opened }) {
  const { t } = useTranslation();
  const line = `dinh watch --node ${new URL(opened.url).origin} --home ~/dinh-watch --enrol '${opened.url}'`;
  return (
    <div className={classes.stack}>
      <p>{t("house.devices.runThere", { until: time(opened.expires_at) })}</p>
      <pre className={classes.command} tabIndex={0} aria-label={t("house.devices.command")}>
        {line}
      </pre>
      <CopyButton value={line}>
        {({ copied, copy }) => (
          <Button variant="default" onClick={copy}>
            {t(copied ? "house.devices.copied" : "house.devices.copy")}
          </Button>
        )}
      </CopyButton>
      <p className="quiet">{t("house.devices.thenCompare")}</p>
    </div>
  );
}

function Shown({ opened, onDone }: { opened: Opened; onDone: () => void }) {
  const { t } = useTranslation();
  const devices = useDevices();
  const [known] = useState(() => new Set((devices.data ?? []).map(({ id }) => id)));
  const come = (devices.data ?? []).find((device) => device.state === "waiting" && !known.has(device.id));
  if (come === undefined && opened.kind === "watcher") return <Command opened={opened} />;
  if (come !== undefined) return <Compare key={come.id} device={come} onDone={onDone} />;
  return (
    <div className={classes.stack}>
      <div className={classes.qr}>
        <QrCode text={opened.url} size={320} label={t("house.devices.qrLabel")} />
      </div>
      <p>{t("house.devices.scan", { until: time(opened.expires_at) })}</p>
      <p className={classes.mono}>{opened.url}</p>
    </div>
  );
}

/** A new device in three steps: what it is, its QR code, the codes compared. */
export function EnrolDialog({ opened, onClose }: { opened: boolean; onClose: () => void }) {
  const { t } = useTranslation();
  const [qr, setQr] = useState<Opened | null>(null);
  const close = () => {
    setQr(null);
    onClose();
  };
  return (
    <Modal opened={opened} onClose={close} title={t("house.devices.add")} size="lg" closeButtonProps={{ "aria-label": t("house.close") }}>
      {qr === null ? <First onOpened={setQr} /> : <Shown opened={qr} onDone={close} />}
    </Modal>
  );
}
