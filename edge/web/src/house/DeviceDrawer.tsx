import { Button, Drawer, Tabs, TextInput } from "@mantine/core";
import { IconDeviceDesktop, IconDeviceRemote, IconDeviceTablet, IconEye, IconSpeakerphone, IconHandFinger } from "@tabler/icons-react";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { words as codeWords } from "../ground/http/sentence";
import { Loaded } from "../ground/parts/states";
import { dateTime } from "../ground/words/format";
import { Detector } from "./Detector";
import { condition, useChange, useDeed, useDevice, useProfiles } from "./devices";
import { Compare } from "./EnrolDialog";
import classes from "./house.module.css";
import type { DeviceWhole, Rule, Value } from "./model";
import { Ago, Refusal, shortModel, State, useWords } from "./parts";
import { SeatChoice } from "./SeatChoice";
import { SettingsForm } from "./SettingsForm";

const PICTURES: Record<string, typeof IconDeviceTablet> = { keypad: IconDeviceRemote, screen: IconDeviceDesktop, watcher: IconEye, siren: IconSpeakerphone, seat_unit: IconHandFinger };

/** The picture of a device: its kind, drawn. */
export function Picture({ kind, size }: { kind: string; size: number }) {
  const Icon = PICTURES[kind] ?? IconDeviceTablet;
  return <Icon size={size} stroke={1.3} aria-hidden="true" />;
}

function useValue(): (value: Value, rule: Rule | undefined) => string {
  const { t } = useTranslation();
  return (value, rule) => {
    if (typeof value === "boolean") return t(value ? "house.yes" : "house.no");
    return rule?.enum !== undefined && typeof value === "string" ? t(`house.choice.${value}`) : String(value);
  };
}

/** What the device should be, beside what it says it is. */
function Beside({ device }: { device: DeviceWhole }) {
  const { t } = useTranslation();
  const words = useWords();
  const shown = useValue();
  const rules = useProfiles().data?.settings ?? {};
  const { reported } = device;
  return (
    <div className={classes.stack}>
      <table className={classes.beside}>
        <thead>
          <tr>
            <th scope="col">{t("house.devices.desired")}</th>
            <th scope="col">{t("house.devices.reported")}</th>
          </tr>
        </thead>
        <tbody>
          <tr>
            <td>{t("house.devices.revision", { revision: device.revision })}</td>
            <td>{reported === null ? t("house.devices.nothingReported") : t(reported.applied ? "house.devices.applied" : "house.devices.notApplied", { revision: reported.revision, at: dateTime(reported.at) })}</td>
          </tr>
        </tbody>
      </table>
      {reported?.code && <State tone="bad">{codeWords(t, reported.code, reported.facts)}</State>}
      <dl className={classes.pairs}>
        {Object.entries(device.desired.settings ?? {}).map(([name, value]) => (
          <div key={name}>
            <dt className="quiet">{rules[name] === undefined ? name : words(rules[name]["x-title"])}</dt>
            <dd>
              {shown(value, rules[name])} {rules[name]?.["x-unit"] ?? ""}
            </dd>
          </div>
        ))}
        {(device.desired.cameras ?? []).map((camera) => (
          <div key={camera.id}>
            <dt>{camera.name}</dt>
            <dd className={classes.mono}>
              {camera.url}
            </dd>
          </div>
        ))}
      </dl>
    </div>
  );
}

function History({ device }: { device: DeviceWhole }) {
  const { t } = useTranslation();
  return (
    <ul className={classes.list}>
      {device.history.map((line) => (
        <li key={`${line.at}${line.what}`} className={classes.row}>
          <span className={classes.words}>
            {t(`house.history.${line.what.replace(".", "_")}`, { defaultValue: line.what, who: line.who ?? t("house.history.node") })}
            <small>{dateTime(line.at)}</small>
          </span>
        </li>
      ))}
    </ul>
  );
}

function Doings({ device, onClose }: { device: DeviceWhole; onClose: () => void }) {
  const { t } = useTranslation();
  const identify = useDeed(device.id, "identify");
  const retire = useDeed(device.id, "retire");
  const [sure, setSure] = useState(false);
  return (
    <div className={classes.stack}>
      <Refusal error={identify.error ?? retire.error} />
      <div className={classes.actions}>
        {device.kind !== "watcher" && (
          <Button variant="default" onClick={() => identify.mutate(undefined)} loading={identify.isPending} disabled={!device.online}>
            {t("house.devices.identify")}
          </Button>
        )}
        <Button color="lacquer" variant={sure ? "filled" : "light"} loading={retire.isPending} onClick={() => (sure ? retire.mutate(undefined, { onSuccess: onClose }) : setSure(true))}>
          {t(sure ? "house.devices.retireSure" : "house.devices.retire")}
        </Button>
      </div>
      {sure && <p className="quiet">{t("house.devices.retireText")}</p>}
    </div>
  );
}

function Place({ device }: { device: DeviceWhole }) {
  const { t } = useTranslation();
  const change = useChange(device.id);
  const [name, setName] = useState(device.name);
  const [place, setPlace] = useState({ meeting: device.meeting ?? "", seat: device.seat ?? "" });
  return (
    <div className={classes.stack}>
      <TextInput label={t("house.devices.name")} value={name} onChange={(event) => setName(event.currentTarget.value)} />
      <SeatChoice {...place} onChange={setPlace} />
      <Refusal error={change.error} />
      <Button onClick={() => change.mutate({ name, ...place })} loading={change.isPending}>
        {t("house.devices.save")}
      </Button>
    </div>
  );
}

function Whole({ device, onClose }: { device: DeviceWhole; onClose: () => void }) {
  const { t } = useTranslation();
  const { tone, key } = condition(device);
  if (device.state === "waiting") return <Compare device={device} onDone={onClose} />;
  return (
    <div className={classes.stack}>
      <div className={classes.row} style={{ padding: 0 }}>
        <Picture kind={device.kind} size={64} />
        <div className={classes.words}>
          <State tone={tone}>{t(`house.devices.is.${key}`)}</State>
          <small>
            {[t(`house.kind.${device.kind}`), shortModel(device.model), device.version && t("house.devices.version", { version: device.version })].filter((word) => word !== "").join(" · ")}
            {!device.online && device.seen_at !== null && (
              <>
                {" · "}
                <Ago at={device.seen_at} />
              </>
            )}
          </small>
        </div>
      </div>
      <Tabs defaultValue="beside">
        <Tabs.List>
          <Tabs.Tab value="beside">{t("house.devices.configuration")}</Tabs.Tab>
          <Tabs.Tab value="settings">{t("house.devices.settings")}</Tabs.Tab>
          <Tabs.Tab value="place">{t("house.devices.place")}</Tabs.Tab>
          <Tabs.Tab value="history">{t("house.devices.history")}</Tabs.Tab>
        </Tabs.List>
        <Tabs.Panel value="beside" pt="md">
          <Beside device={device} />
          {device.kind === "watcher" && <Detector watcher={device.id} />}
        </Tabs.Panel>
        <Tabs.Panel value="settings" pt="md">
          <SettingsForm device={device} />
        </Tabs.Panel>
        <Tabs.Panel value="place" pt="md">
          <Place device={device} />
        </Tabs.Panel>
        <Tabs.Panel value="history" pt="md">
          <History device={device} />
        </Tabs.Panel>
      </Tabs>
      <Doings device={device} onClose={onClose} />
    </div>
  );
}

function Content({ id, onClose }: { id: string; onClose: () => void }) {
  const device = useDevice(id);
  return <Loaded query={device}>{(found) => <Whole device={found} onClose={onClose} />}</Loaded>;
}

/** One device: its picture, what it should be beside what it is, its settings, its place, its history. */
export function DeviceDrawer({ id, name, onClose }: { id: string | null; name: string; onClose: () => void }) {
  const { t } = useTranslation();
  return (
    <Drawer opened={id !== null} onClose={onClose} position="right" size="lg" title={<strong>{name}</strong>} closeButtonProps={{ "aria-label": t("house.close") }}>
      {id !== null && <Content id={id} onClose={onClose} />}
    </Drawer>
  );
}
