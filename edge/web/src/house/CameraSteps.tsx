import { Button, Loader, Select, TextInput } from "@mantine/core";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useState, type SyntheticEvent } from "react";
import { useTranslation } from "react-i18next";
import { post } from "../ground/http/client";
import { words } from "../ground/http/sentence";
import { useDevices } from "./devices";
import classes from "./house.module.css";
import type { Look } from "./model";
import { Refusal, State } from "./parts";

const STEPS = ["address", "picture", "place"] as const;

interface Draft {
  name: string;
  url: string;
  address: string;
  watcher: string;
}

interface StepProps {
  draft: Draft;
  onChange: (draft: Draft) => void;
}

function AddressStep({ draft, onChange, onNext }: StepProps & { onNext: () => void }) {
  const { t } = useTranslation();
  const submit = (event: SyntheticEvent) => {
    event.preventDefault();
    onNext();
  };
  return (
    <form className={classes.stack} onSubmit={submit}>
      <TextInput label={t("house.cameras.name")} placeholder={t("house.cameras.nameExample")} value={draft.name} onChange={(event) => onChange({ ...draft, name: event.currentTarget.value })} required data-autofocus />
      <TextInput
        label={t("house.cameras.url")}
        description={t("house.cameras.urlText")}
        placeholder="rtsp://10.0.0.9:554/…"
        value={draft.url}
        onChange={(event) => onChange({ ...draft, url: event.currentTarget.value.trim() })}
        autoCapitalize="none"
        autoComplete="off"
        required
      />
      <Button type="submit">{t("house.cameras.look")}</Button>
    </form>
  );
}

function Seen({ look }: { look: Look }) {
  const { t } = useTranslation();
  if (!look.ok) return <State tone="bad">{words(t, look.code ?? "cameras.probe_failed", look.facts)}</State>;
  return <State tone="good">{t("house.cameras.works", { width: look.width ?? 0, height: look.height ?? 0, fps: Math.round(look.fps ?? 0), codec: look.codec ?? "" })}</State>;
}

function LookStep({ look, error, onBack, onNext }: { look: Look | undefined; error: Error | null; onBack: () => void; onNext: () => void }) {
  const { t } = useTranslation();
  const sees = look?.ok === true;
  return (
    <div className={classes.stack}>
      {look === undefined && error === null && (
        <div className={classes.picture} role="status">
          <Loader />
          {t("house.cameras.looking")}
        </div>
      )}
      {look?.jpeg_base64 && <img className={classes.picture} src={`data:image/jpeg;base64,${look.jpeg_base64}`} alt={t("house.cameras.seenNow")} />}
      {look !== undefined && <Seen look={look} />}
      <Refusal error={error} />
      <div className={classes.actions}>
        <Button variant="default" onClick={onBack}>
          {t("house.cameras.back")}
        </Button>
        <Button onClick={onNext} disabled={look === undefined} variant={sees ? "filled" : "default"}>
          {t(sees ? "house.cameras.isRight" : "house.cameras.anyway")}
        </Button>
      </div>
    </div>
  );
}

function PlaceStep({ draft, onChange, onDone, onBack }: StepProps & { onDone: () => void; onBack: () => void }) {
  const { t } = useTranslation();
  const client = useQueryClient();
  const watchers = (useDevices().data ?? []).filter(({ kind, state }) => kind === "watcher" && state === "accepted");
  const add = useMutation({
    mutationFn: () => post("/api/cameras", { name: draft.name, url: draft.url, address: draft.address, watcher: draft.watcher === "" ? null : draft.watcher }),
    onSuccess: async () => {
      await client.invalidateQueries({ queryKey: ["cameras"] });
      onDone();
    },
  });
  return (
    <div className={classes.stack}>
      <TextInput label={t("house.cameras.place")} description={t("house.cameras.placeText")} value={draft.address} onChange={(event) => onChange({ ...draft, address: event.currentTarget.value })} />
      {watchers.length > 1 && (
        <Select label={t("house.cameras.watcher")} data={watchers.map(({ id, name }) => ({ value: id, label: name }))} value={draft.watcher === "" ? null : draft.watcher} onChange={(watcher) => onChange({ ...draft, watcher: watcher ?? "" })} />
      )}
      <Refusal error={add.error} />
      <div className={classes.actions}>
        <Button variant="default" onClick={onBack}>
          {t("house.cameras.back")}
        </Button>
        <Button onClick={() => add.mutate()} loading={add.isPending}>
          {t("house.cameras.begin")}
        </Button>
      </div>
    </div>
  );
}

/** A camera in three steps: its address, its picture, its place. */
export function CameraSteps({ onDone }: { onDone: () => void }) {
  const { t } = useTranslation();
  const [step, setStep] = useState(0);
  const [draft, setDraft] = useState<Draft>({ name: "", url: "", address: "", watcher: "" });
  const look = useMutation({ mutationFn: (url: string) => post<Look>("/api/cameras/test", { url }) });
  const see = () => {
    setStep(1);
    look.reset();
    look.mutate(draft.url);
  };
  return (
    <div className={classes.stack}>
      <ol className={classes.progress}>
        {STEPS.map((name, index) => (
          <li key={name} {...(index === step ? { "aria-current": "step" } : {})} data-done={index < step}>
            {t(`house.cameras.step.${name}`)}
          </li>
        ))}
      </ol>
      {step === 0 && <AddressStep draft={draft} onChange={setDraft} onNext={see} />}
      {step === 1 && <LookStep look={look.data} error={look.error} onBack={() => setStep(0)} onNext={() => setStep(2)} />}
      {step === 2 && <PlaceStep draft={draft} onChange={setDraft} onDone={onDone} onBack={() => setStep(1)} />}
    </div>
  );
}
