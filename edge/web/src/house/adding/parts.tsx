import { Button, Loader, Select, TextInput } from "@mantine/core";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import { words } from "../../ground/http/sentence";
import { codecName } from "../../ground/words/format";
import { useDevices } from "../devices";
import classes from "../house.module.css";
import type { Look } from "../model";
import { Refusal, State } from "../parts";

/** What is known of a camera before it is added. */
export interface Place {
  name: string;
  address: string;
  watcher: string;
}

export const NOWHERE: Place = { name: "", address: "", watcher: "" };

export function Progress({ steps, step }: { steps: readonly string[]; step: number }) {
  const { t } = useTranslation();
  return (
    <ol className={classes.progress} style={{ gridTemplateColumns: `repeat(${steps.length}, 1fr)` }}>
      {steps.map((name, index) => (
        <li key={name} {...(index === step ? { "aria-current": "step" } : {})} data-done={index < step}>
          {t(`house.cameras.step.${name}`)}
        </li>
      ))}
    </ol>
  );
}

/** What a look at a camera came to. */
export function Seen({ look }: { look: Look }) {
  const { t } = useTranslation();
  if (!look.ok) return <State tone="bad">{words(t, look.code ?? "cameras.probe_failed", look.facts)}</State>;
  return <State tone="good">{t("house.cameras.works", { width: look.width ?? 0, height: look.height ?? 0, fps: Math.round(look.fps ?? 0), codec: codecName(look.codec ?? "") })}</State>;
}

export function LookStep({ look, error, onBack, onNext }: { look: Look | undefined; error: Error | null; onBack: () => void; onNext: () => void }) {
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

interface PlaceProps {
  place: Place;
  /** Ask for the name here, because no step before did. */
  named?: boolean;
  onChange: (place: Place) => void;
  send: (place: Place) => Promise<unknown>;
  onDone: () => void;
  onBack: () => void;
}

export function PlaceStep({ place, named = false, onChange, send, onDone, onBack }: PlaceProps) {
  const { t } = useTranslation();
  const client = useQueryClient();
  const watchers = (useDevices().data ?? []).filter(({ kind, state }) => kind === "watcher" && state === "accepted");
  const add = useMutation({
    mutationFn: send,
    onSuccess: async () => {
      await client.invalidateQueries({ queryKey: ["cameras"] });
      onDone();
    },
  });
  return (
    <div className={classes.stack}>
      {named && <TextInput label={t("house.cameras.name")} placeholder={t("house.cameras.nameExample")} value={place.name} onChange={(event) => onChange({ ...place, name: event.currentTarget.value })} required data-autofocus />}
      <TextInput label={t("house.cameras.place")} description={t("house.cameras.placeText")} value={place.address} onChange={(event) => onChange({ ...place, address: event.currentTarget.value })} />
      {watchers.length > 1 && (
        <Select label={t("house.cameras.watcher")} data={watchers.map(({ id, name }) => ({ value: id, label: name }))} value={place.watcher === "" ? null : place.watcher} onChange={(watcher) => onChange({ ...place, watcher: watcher ?? "" })} />
      )}
      <Refusal error={add.error} />
      <div className={classes.actions}>
        <Button variant="default" onClick={onBack}>
          {t("house.cameras.back")}
        </Button>
        <Button onClick={() => add.mutate(place)} loading={add.isPending} disabled={place.name.trim() === ""}>
          {t("house.cameras.begin")}
        </Button>
      </div>
    </div>
  );
}
