import { Button, Checkbox, CopyButton, Modal, PasswordInput, Select, TextInput } from "@mantine/core";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useState, type SyntheticEvent } from "react";
import { useTranslation } from "react-i18next";
import type { components } from "../../ground/api.gen";
import { post } from "../../ground/http/client";
import classes from "../house.module.css";
import { Refusal } from "../parts";

type Ask = components["schemas"]["ConnectorAsk"];
type Made = components["schemas"]["ConnectorMade"];
/** What there is to tell, as a receiver's `wants`. Open311 is told of cases alone. */
export const SUBJECTS = { cases: "cameras.case_confirmed", meetings: "meeting.*" } as const;
const KINDS = ["webhook", "open311"] as const;

interface Wanted {
  kind: Ask["kind"];
  name: string;
  url: string;
  secret: string;
  service: string;
  subjects: string[];
}

/** What the node is asked: only what was filled in. */
function asked({ kind, name, url, secret, service, subjects }: Wanted): Ask {
  return { kind, name, url, ...(secret === "" ? {} : { secret }), ...(kind === "open311" ? { options: { service_code: service } } : { wants: subjects }) };
}

function Subjects({ value, onChange }: { value: string[]; onChange: (subjects: string[]) => void }) {
  const { t } = useTranslation();
  return (
    <Checkbox.Group label={t("house.receivers.subjects")} size="md" value={value} onChange={onChange}>
      <div className={classes.choices}>
        {Object.entries(SUBJECTS).map(([name, want]) => (
          <Checkbox key={name} size="md" value={want} label={t(`house.receivers.subject.${name}`)} />
        ))}
      </div>
    </Checkbox.Group>
  );
}

function Form({ onMade }: { onMade: (made: Made) => void }) {
  const { t } = useTranslation();
  const client = useQueryClient();
  const [wanted, setWanted] = useState<Wanted>({ kind: "webhook", name: "", url: "", secret: "", service: "", subjects: [SUBJECTS.cases] });
  const make = useMutation({
    mutationFn: () => post<Made>("/api/connectors", asked(wanted)),
    onSuccess: async (made) => {
      await client.invalidateQueries({ queryKey: ["connectors"] });
      onMade(made);
    },
  });
  const submit = (event: SyntheticEvent) => {
    event.preventDefault();
    make.mutate();
  };
  const set = (part: Partial<Wanted>) => setWanted({ ...wanted, ...part });
  const open311 = wanted.kind === "open311";
  return (
    <form className={classes.stack} onSubmit={submit} autoComplete="off">
      <Select label={t("house.receivers.how")} data={KINDS.map((kind) => ({ value: kind, label: t(`house.receivers.kindText.${kind}`) }))} value={wanted.kind} onChange={(kind) => set({ kind: kind === "open311" ? kind : "webhook" })} allowDeselect={false} />
      <TextInput label={t("house.receivers.name")} placeholder={t("house.receivers.nameExample")} value={wanted.name} onChange={(event) => set({ name: event.currentTarget.value })} maxLength={120} required data-autofocus />
      <TextInput label={t("house.receivers.url")} placeholder="https://" type="url" value={wanted.url} onChange={(event) => set({ url: event.currentTarget.value.trim() })} maxLength={500} autoCapitalize="none" required />
      {!open311 && <Subjects value={wanted.subjects} onChange={(subjects) => set({ subjects })} />}
      {open311 && <TextInput label={t("house.receivers.service")} description={t("house.receivers.serviceText")} value={wanted.service} onChange={(event) => set({ service: event.currentTarget.value.trim() })} required />}
      <PasswordInput
        label={t(open311 ? "house.receivers.apiKey" : "house.receivers.secret")}
        description={t(open311 ? "house.receivers.apiKeyText" : "house.receivers.secretText")}
        value={wanted.secret}
        onChange={(event) => set({ secret: event.currentTarget.value.trim() })}
        maxLength={200}
        autoComplete="new-password"
        visibilityToggleButtonProps={{ "aria-label": t("house.receivers.show") }}
      />
      <Refusal error={make.error} />
      <Button type="submit" loading={make.isPending} disabled={!open311 && wanted.subjects.length === 0}>
        {t("house.receivers.make")}
      </Button>
    </form>
  );
}

/** The key that the node made, this once. */
function Once({ secret, onClose }: { secret: string; onClose: () => void }) {
  const { t } = useTranslation();
  return (
    <div className={classes.stack}>
      <p>{t("house.receivers.onceText")}</p>
      <p className={classes.mono}>{secret}</p>
      <div className={classes.actions}>
        <CopyButton value={secret}>
          {({ copied, copy }) => (
            <Button variant="default" onClick={copy}>
              {t(copied ? "house.devices.copied" : "house.devices.copy")}
            </Button>
          )}
        </CopyButton>
        <Button onClick={onClose}>{t("house.receivers.noted")}</Button>
      </div>
    </div>
  );
}

/** One more system to tell; where the node made the key, it is shown once. */
export function NewReceiver({ onClose }: { onClose: () => void }) {
  const { t } = useTranslation();
  const [secret, setSecret] = useState<string | null>(null);
  const made = ({ secret: fresh }: Made) => (fresh === null ? onClose() : setSecret(fresh));
  return (
    <Modal opened onClose={onClose} title={t(secret === null ? "house.receivers.add" : "house.receivers.once")} size="lg" closeButtonProps={{ "aria-label": t("house.close") }}>
      {secret === null ? <Form onMade={made} /> : <Once secret={secret} onClose={onClose} />}
    </Modal>
  );
}
