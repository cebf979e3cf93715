import { Button, Checkbox } from "@mantine/core";
import { IconArrowRight } from "@tabler/icons-react";
import { useMutation } from "@tanstack/react-query";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import type { components } from "../../ground/api.gen";
import { get, post, put, Refused } from "../../ground/http/client";
import { words } from "../../ground/http/sentence";
import { Refusal } from "../../ground/parts/Refusal";
import { SignIn, type Access } from "../../ground/parts/SignIn";
import { codecName, number } from "../../ground/words/format";
import { useHealth } from "../../ground/cameras/Standing";
import { useCameras, type Camera } from "./data";
import classes from "./Encoder.module.css";

type Schemas = components["schemas"];
type Settings = Schemas["EncoderView"];
type Change = Schemas["ChangeView"];

const SKEW_S = 5;
/** It was never joined, or its user is another one now. */
const STRANGE = new Set(["house.onvif_unknown", "house.onvif_password", "house.onvif_clock"]);
const keyOf = ({ profile, what }: { profile: string; what: string }): string => `${profile} ${what}`;
const hostOf = (url: string): string => (URL.canParse(url) ? new URL(url).hostname : "");

function useDoors(camera: string) {
  const [settings, setSettings] = useState<Settings | null>(null);
  const path = `/api/cameras/${camera}/encoder`;
  const told = { onSuccess: setSettings };
  return {
    settings,
    read: useMutation({ mutationFn: () => get<Settings>(path), ...told }),
    join: useMutation({ mutationFn: (access: Access) => put<Settings>(path, access), ...told }),
    set: useMutation({ mutationFn: (agreed: Pick<Change, "profile" | "what" | "wanted">[]) => post<Settings>(path, { agreed }), ...told }),
    time: useMutation({ mutationFn: () => post<Settings>(`${path}/time`), ...told }),
    keyframe: useMutation({ mutationFn: () => post(`${path}/keyframe`) }),
    snapshot: useMutation({ mutationFn: () => post<Schemas["SnapshotView"]>(`${path}/snapshot`) }),
  };
}

type Doors = ReturnType<typeof useDoors>;

/** A camera that was added by its address gives its ONVIF user once. */
function Join({ camera, doors }: { camera: Camera; doors: Doors }) {
  const { t } = useTranslation();
  const [access, setAccess] = useState<Access>({ address: hostOf(camera.shown_url), user: "", password: "" });
  return (
    <div className={classes.form}>
      <p className={classes.note}>{t("onvif.join")}</p>
      <SignIn access={access} error={doors.join.error} pending={doors.join.isPending} onChange={setAccess} onSubmit={() => doors.join.mutate(access)} />
    </div>
  );
}

function Facts({ settings, doors }: { settings: Settings; doors: Doors }) {
  const { t } = useTranslation();
  const { device, skew_s, profiles } = settings;
  const off = skew_s !== null && Math.abs(skew_s) > SKEW_S;
  return (
    <dl className={classes.facts}>
      <div>
        <dt>{t("onvif.device")}</dt>
        <dd>{[device.maker, device.model, device.firmware].filter((word) => word !== "").join(" · ")}</dd>
      </div>
      <div>
        <dt>{t("onvif.clock")}</dt>
        <dd>
          {skew_s === null ? t("onvif.clockUnknown") : off ? t("onvif.clockOff", { seconds: number(skew_s) }) : t("onvif.clockRight")}
          {off && (
            <Button variant="default" onClick={() => doors.time.mutate()} loading={doors.time.isPending} mt="xs" display="block">
              {t("onvif.setTime")}
            </Button>
          )}
        </dd>
      </div>
      {profiles.map((profile, index) => (
        <div key={profile.profile}>
          <dt>{t(index === 0 ? "onvif.stream.main" : "onvif.stream.sub", { name: profile.name })}</dt>
          <dd>
            {t("onvif.stream.plain", { width: profile.width, height: profile.height, codec: codecName(profile.codec), fps: number(profile.fps) })}
            {profile.gop_s !== null && `, ${t("onvif.stream.gop", { seconds: number(profile.gop_s) })}`}
          </dd>
        </div>
      ))}
    </dl>
  );
}

function Step({ change, name }: { change: Change; name: string }) {
  const { t } = useTranslation();
  const value = (plain: string, seconds: number | null | undefined) => (seconds == null ? plain : t("onvif.value.gop", { seconds: number(seconds), frames: plain }));
  return (
    <span className={classes.step}>
      <strong>{t(`onvif.what.${change.what}`, { name })}</strong>
      <s>{value(change.now, change.now_s)}</s>
      <IconArrowRight size={18} aria-label={t("onvif.becomes")} />
      <span>{value(change.wanted, change.wanted_s)}</span>
    </span>
  );
}

/** What should be set otherwise: shown first, set when the administrator has agreed to it. */
function Changes({ settings, doors }: { settings: Settings; doors: Doors }) {
  const { t } = useTranslation();
  const [left, setLeft] = useState<ReadonlySet<string>>(new Set());
  const agreed = settings.changes.filter((change) => !left.has(keyOf(change)));
  const turn = (key: string, on: boolean) => setLeft(new Set(on ? [...left].filter((one) => one !== key) : [...left, key]));
  const nameOf = (profile: string) => settings.profiles.find((one) => one.profile === profile)?.name ?? profile;
  const refusals = new Map(settings.refused.map((one) => [keyOf(one), words(t, one.code, one.facts)]));
  if (settings.changes.length === 0) return <p className={classes.note}>{t("onvif.allRight")}</p>;
  return (
    <>
      <p className={classes.note}>{t("onvif.changesText")}</p>
      <ul className={classes.changes}>
        {settings.changes.map((change) => {
          const key = keyOf(change);
          return (
            <li key={key}>
              <Checkbox checked={!left.has(key)} onChange={(event) => turn(key, event.currentTarget.checked)} label={<Step change={change} name={nameOf(change.profile)} />} description={t(`onvif.why.${change.what}`)} />
              {refusals.has(key) && <p className={classes.refused}>{refusals.get(key)}</p>}
            </li>
          );
        })}
      </ul>
      <div className={classes.actions}>
        <Button onClick={() => doors.set.mutate(agreed.map(({ profile, what, wanted }) => ({ profile, what, wanted })))} loading={doors.set.isPending} disabled={agreed.length === 0}>
          {t("onvif.set", { count: agreed.length })}
        </Button>
      </div>
    </>
  );
}

function Read({ camera, settings, doors }: { camera: Camera; settings: Settings; doors: Doors }) {
  const { t } = useTranslation();
  const smart = useHealth(camera)?.code === "cameras.long_gop" && !settings.changes.some(({ what }) => what === "gop");
  return (
    <>
      <Facts settings={settings} doors={doors} />
      {smart && <p className={classes.warning}>{t("onvif.smart")}</p>}
      <Changes settings={settings} doors={doors} />
      <div className={classes.actions}>
        <Button variant="default" onClick={() => doors.snapshot.mutate()} loading={doors.snapshot.isPending}>
          {t("onvif.snapshot")}
        </Button>
        <Button variant="default" onClick={() => doors.keyframe.mutate()} loading={doors.keyframe.isPending}>
          {t("onvif.keyframe")}
        </Button>
        <span role="status">{doors.keyframe.isSuccess && t("onvif.keyframeAsked")}</span>
      </div>
      {doors.snapshot.data !== undefined && <img className={classes.picture} src={`data:image/jpeg;base64,${doors.snapshot.data.jpeg_base64}`} alt={t("onvif.snapshotOf", { name: camera.name })} />}
    </>
  );
}

function Reached({ camera }: { camera: Camera }) {
  const { t } = useTranslation();
  const doors = useDoors(camera.id);
  const unknown = doors.read.error instanceof Refused && STRANGE.has(doors.read.error.code);
  const fault = [doors.read, doors.set, doors.time, doors.keyframe, doors.snapshot].map(({ error }) => error).find((error) => error !== null) ?? null;
  return (
    <>
      <div className={classes.actions}>
        <Button variant="default" onClick={() => doors.read.mutate()} loading={doors.read.isPending}>
          {t(doors.settings === null ? "onvif.read" : "onvif.readAgain")}
        </Button>
      </div>
      <Refusal error={fault instanceof Refused && fault.code === "house.onvif_unknown" ? null : fault} />
      {unknown && doors.settings === null && <Join camera={camera} doors={doors} />}
      {doors.settings !== null && <Read camera={camera} settings={doors.settings} doors={doors} />}
    </>
  );
}

/** How the camera itself is set, by ONVIF, for an administrator. */
export function Encoder({ camera: id }: { camera: string }) {
  const { t } = useTranslation();
  const camera = (useCameras().data ?? []).find((one) => one.id === id);
  if (camera === undefined) return null;
  return (
    <section className={classes.section} aria-labelledby="encoder-title">
      <h2 id="encoder-title">{t("onvif.title")}</h2>
      <p className={classes.note}>{t("onvif.lead")}</p>
      <Reached camera={camera} />
    </section>
  );
}
