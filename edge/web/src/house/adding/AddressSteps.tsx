import { Button, TextInput } from "@mantine/core";
import { useMutation } from "@tanstack/react-query";
import { useState, type SyntheticEvent } from "react";
import { useTranslation } from "react-i18next";
import { post } from "../../ground/http/client";
import classes from "../house.module.css";
import type { Look } from "../model";
import { LookStep, NOWHERE, PlaceStep, Progress, type Place } from "./parts";

const STEPS = ["address", "picture", "place"] as const;

interface AddressProps {
  name: string;
  url: string;
  onName: (name: string) => void;
  onUrl: (url: string) => void;
  onNext: () => void;
}

function AddressStep({ name, url, onName, onUrl, onNext }: AddressProps) {
  const { t } = useTranslation();
  const submit = (event: SyntheticEvent) => {
    event.preventDefault();
    onNext();
  };
  return (
    <form className={classes.stack} onSubmit={submit}>
      <TextInput label={t("house.cameras.name")} placeholder={t("house.cameras.nameExample")} value={name} onChange={(event) => onName(event.currentTarget.value)} required />
      <TextInput
        label={t("house.cameras.url")}
        description={t("house.cameras.urlText")}
        placeholder="rtsp://10.0.0.9:554/…"
        value={url}
        onChange={(event) => onUrl(event.currentTarget.value.trim())}
        autoCapitalize="none"
        autoComplete="off"
        required
      />
      <Button type="submit">{t("house.cameras.look")}</Button>
    </form>
  );
}

/** A camera in three steps: its address, its picture, its place. */
export function AddressSteps({ onDone }: { onDone: () => void }) {
  const [step, setStep] = useState(0);
  const [url, setUrl] = useState("");
  const [place, setPlace] = useState<Place>(NOWHERE);
  const look = useMutation({ mutationFn: () => post<Look>("/api/cameras/test", { url }) });
  const see = () => {
    setStep(1);
    look.reset();
    look.mutate();
  };
  const send = ({ name, address, watcher }: Place) => post("/api/cameras", { name, url, address, watcher: watcher === "" ? null : watcher });
  return (
    <div className={classes.stack}>
      <Progress steps={STEPS} step={step} />
      {step === 0 && <AddressStep name={place.name} url={url} onName={(name) => setPlace({ ...place, name })} onUrl={setUrl} onNext={see} />}
      {step === 1 && <LookStep look={look.data} error={look.error} onBack={() => setStep(0)} onNext={() => setStep(2)} />}
      {step === 2 && <PlaceStep place={place} onChange={setPlace} send={send} onDone={onDone} onBack={() => setStep(1)} />}
    </div>
  );
}
