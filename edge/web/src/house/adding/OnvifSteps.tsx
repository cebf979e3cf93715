import { Button, Loader, Radio } from "@mantine/core";
import { useMutation, useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { post } from "../../ground/http/client";
import { SignIn, type Access } from "../../ground/parts/SignIn";
import { codecName, number } from "../../ground/words/format";
import classes from "../house.module.css";
import type { Look } from "../model";
import { Refusal, State } from "../parts";
import { SKEW_S, type Encoder, type Found, type Profile } from "./onvif";
import { LookStep, NOWHERE, PlaceStep, Progress, type Place } from "./parts";

const STEPS = ["camera", "password", "stream", "picture", "place"] as const;

function FindStep({ onChoose }: { onChoose: (found: Found | null) => void }) {
  const { t } = useTranslation();
  const found = useQuery({ queryKey: ["onvif", "find"], queryFn: () => post<Found[]>("/api/cameras/onvif/find"), staleTime: Infinity, gcTime: 0, retry: false });
  return (
    <div className={classes.stack}>
      {found.isFetching && (
        <p role="status" className={classes.actions}>
          <Loader size="sm" /> {t("onvif.finding")}
        </p>
      )}
      <Refusal error={found.error} />
      {!found.isFetching && found.data?.length === 0 && <p>{t("onvif.none")}</p>}
      {found.data !== undefined && found.data.length > 0 && (
        <ul className={classes.list}>
          {found.data.map((camera) => (
            <li key={camera.address}>
              <button type="button" className={classes.row} onClick={() => onChoose(camera)}>
                <span className={classes.words}>
                  <strong>{camera.name || camera.hardware || camera.host}</strong>
                  <small>{[camera.hardware, camera.host].filter((word) => word !== "").join(" · ")}</small>
                </span>
                {camera.camera !== null && <State tone="good">{t("onvif.known")}</State>}
              </button>
            </li>
          ))}
        </ul>
      )}
      <div className={classes.actions}>
        <Button variant="default" onClick={() => void found.refetch()} disabled={found.isFetching}>
          {t("onvif.again")}
        </Button>
        <Button variant="subtle" onClick={() => onChoose(null)}>
          {t("onvif.byHand")}
        </Button>
      </div>
    </div>
  );
}

/** "1920×1080, H265, 15 hình mỗi giây, khung gốc mỗi 4 giây" */
function useStreamWords(): (profile: Profile) => string {
  const { t } = useTranslation();
  return ({ width, height, codec, fps, gop_s }) => {
    const plain = t("onvif.stream.plain", { width, height, codec: codecName(codec), fps: number(fps) });
    return gop_s === null ? plain : `${plain}, ${t("onvif.stream.gop", { seconds: number(gop_s) })}`;
  };
}

function StreamStep({ read, chosen, onChoose, onBack, onNext }: { read: Encoder; chosen: string; onChoose: (profile: string) => void; onBack: () => void; onNext: () => void }) {
  const { t } = useTranslation();
  const say = useStreamWords();
  const { device, skew_s } = read;
  return (
    <div className={classes.stack}>
      <p>{[device.maker, device.model, device.firmware].filter((word) => word !== "").join(" · ")}</p>
      {skew_s !== null && Math.abs(skew_s) > SKEW_S && <State tone="wait">{t("onvif.skew", { count: Math.round(Math.abs(skew_s) / 60) })}</State>}
      <Radio.Group label={t("onvif.stream.choose")} description={t("onvif.stream.which")} value={chosen} onChange={onChoose}>
        <div className={classes.stack} style={{ marginTop: "var(--s3)" }}>
          {read.profiles.map((profile, index) => (
            <Radio key={profile.profile} value={profile.profile} label={t(index === 0 ? "onvif.stream.main" : "onvif.stream.sub", { name: profile.name })} description={say(profile)} />
          ))}
        </div>
      </Radio.Group>
      {read.changes.length > 0 && <p>{t("onvif.stream.later", { count: read.changes.length })}</p>}
      <div className={classes.actions}>
        <Button variant="default" onClick={onBack}>
          {t("house.cameras.back")}
        </Button>
        <Button onClick={onNext} disabled={chosen === ""}>
          {t("house.cameras.look")}
        </Button>
      </div>
    </div>
  );
}

/** A camera of the commune's own network: found, signed in to, its stream chosen and looked at, added. */
export function OnvifSteps({ onDone }: { onDone: () => void }) {
  const [step, setStep] = useState(0);
  const [access, setAccess] = useState<Access>({ address: "", user: "", password: "" });
  const [profile, setProfile] = useState("");
  const [place, setPlace] = useState<Place>(NOWHERE);
  const look = useMutation({ mutationFn: () => post<Look>("/api/cameras/onvif/look", { ...access, profile }) });
  const read = useMutation({
    mutationFn: () => post<Encoder>("/api/cameras/onvif/read", access),
    onSuccess: ({ profiles }) => {
      setProfile(profiles[0]?.profile ?? "");
      setStep(2);
    },
  });
  const choose = (found: Found | null) => {
    setAccess({ ...access, address: found?.address ?? "" });
    setPlace({ ...place, name: found?.name ?? "" });
    read.reset();
    setStep(1);
  };
  const see = () => {
    setStep(3);
    look.reset();
    look.mutate();
  };
  const send = ({ name, address, watcher }: Place) => post("/api/cameras/onvif/add", { ...access, profile, name, place: address, watcher: watcher === "" ? null : watcher });
  return (
    <div className={classes.stack}>
      <Progress steps={STEPS} step={step} />
      {step === 0 && <FindStep onChoose={choose} />}
      {step === 1 && <SignIn access={access} error={read.error} pending={read.isPending} onChange={setAccess} onSubmit={() => read.mutate()} onBack={() => setStep(0)} />}
      {step === 2 && read.data !== undefined && <StreamStep read={read.data} chosen={profile} onChoose={setProfile} onBack={() => setStep(1)} onNext={see} />}
      {step === 3 && <LookStep look={look.data} error={look.error} onBack={() => setStep(2)} onNext={() => setStep(4)} />}
      {step === 4 && <PlaceStep named place={place} onChange={setPlace} send={send} onDone={onDone} onBack={() => setStep(3)} />}
    </div>
  );
}
