import { Button, NumberInput, Select, Switch, TextInput } from "@mantine/core";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { useChange, useProfiles } from "./devices";
import classes from "./house.module.css";
import type { DeviceWhole, Profiles, Rule, Settings, Value } from "./model";
import { Refusal, useWords } from "./parts";

interface FieldProps {
  name: string;
  rule: Rule;
  value: Value;
  onChange: (value: Value) => void;
}

/** One setting, drawn as its schema says: a new setting needs no page code. */
function Field({ name, rule, value, onChange }: FieldProps) {
  const words = useWords();
  const { t } = useTranslation();
  const label = rule["x-unit"] === undefined ? words(rule["x-title"]) : `${words(rule["x-title"])} (${rule["x-unit"]})`;
  if (rule.type === "boolean") return <Switch label={label} checked={value === true} onChange={(event) => onChange(event.currentTarget.checked)} />;
  if (rule.enum !== undefined) {
    const data = rule.enum.map((one) => ({ value: String(one), label: typeof one === "string" ? t(`house.choice.${one}`) : String(one) }));
    const given = (text: string | null) => onChange(rule.type === "integer" ? Number(text) : (text ?? ""));
    return <Select label={label} data={data} value={String(value)} onChange={given} allowDeselect={false} />;
  }
  if (rule.type === "integer") {
    const range = rule.minimum === undefined ? {} : { min: rule.minimum, max: rule.maximum ?? rule.minimum };
    return <NumberInput label={label} value={Number(value)} onChange={(next) => onChange(Number(next))} {...range} allowDecimal={false} clampBehavior="strict" />;
  }
  return <TextInput label={label} value={String(value)} onChange={(event) => onChange(event.currentTarget.value)} name={name} />;
}

function Fields({ device, profiles }: { device: DeviceWhole; profiles: Profiles }) {
  const { t } = useTranslation();
  const words = useWords();
  const change = useChange(device.id);
  const [own, setOwn] = useState<Settings>(device.settings);
  const rules = Object.entries(profiles.settings).filter(([, rule]) => rule["x-kinds"].includes(device.kind));
  const models = profiles.profiles.filter(({ kind, layer }) => kind === device.kind && layer === "model");
  const base = models.find(({ id }) => id === device.profile)?.settings ?? {};
  const put = (name: string, value: Value) => setOwn({ ...own, [name]: value });
  return (
    <div className={classes.stack}>
      <Select label={t("house.devices.profile")} data={models.map(({ id, title }) => ({ value: id, label: words(title) }))} value={device.profile} onChange={(profile) => profile !== null && change.mutate({ profile })} allowDeselect={false} />
      {rules.map(([name, rule]) => (
        <Field key={name} name={name} rule={rule} value={own[name] ?? base[name] ?? rule.default} onChange={(value) => put(name, value)} />
      ))}
      <Refusal error={change.error} />
      {rules.length > 0 && (
        <div className={classes.actions}>
          <Button loading={change.isPending} onClick={() => change.mutate({ settings: own })}>
            {t("house.devices.save")}
          </Button>
          <Button variant="default" onClick={() => change.mutate({ settings: {} }, { onSuccess: () => setOwn({}) })}>
            {t("house.devices.asModel")}
          </Button>
        </div>
      )}
    </div>
  );
}

/** The settings of one device; what differs from its model is its own. */
export function SettingsForm({ device }: { device: DeviceWhole }) {
  const profiles = useProfiles();
  return profiles.data === undefined ? null : <Fields key={device.revision} device={device} profiles={profiles.data} />;
}
