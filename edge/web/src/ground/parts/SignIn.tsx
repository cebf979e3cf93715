import { Button, PasswordInput, TextInput } from "@mantine/core";
import type { SyntheticEvent } from "react";
import { useTranslation } from "react-i18next";
import { Refusal } from "./Refusal";
import classes from "./SignIn.module.css";

/** How a camera is reached by ONVIF; this page forgets it when it is left. */
export interface Access {
  address: string;
  user: string;
  password: string;
}

interface SignInProps {
  access: Access;
  error: Error | null;
  pending: boolean;
  onChange: (access: Access) => void;
  onSubmit: () => void;
  onBack?: () => void;
}

/** The camera's address, user and password. */
export function SignIn({ access, error, pending, onChange, onSubmit, onBack }: SignInProps) {
  const { t } = useTranslation();
  const submit = (event: SyntheticEvent) => {
    event.preventDefault();
    onSubmit();
  };
  return (
    <form className={classes.form} onSubmit={submit} autoComplete="off">
      <TextInput label={t("onvif.address")} description={t("onvif.addressText")} placeholder="10.0.0.9" value={access.address} onChange={(event) => onChange({ ...access, address: event.currentTarget.value.trim() })} autoCapitalize="none" required />
      <TextInput label={t("onvif.user")} value={access.user} onChange={(event) => onChange({ ...access, user: event.currentTarget.value })} autoCapitalize="none" autoComplete="off" />
      <PasswordInput
        label={t("onvif.password")}
        description={t("onvif.passwordText")}
        value={access.password}
        onChange={(event) => onChange({ ...access, password: event.currentTarget.value })}
        autoComplete="new-password"
        visibilityToggleButtonProps={{ "aria-label": t("onvif.show") }}
      />
      <Refusal error={error} />
      <div className={classes.actions}>
        {onBack !== undefined && (
          <Button variant="default" onClick={onBack}>
            {t("onvif.back")}
          </Button>
        )}
        <Button type="submit" loading={pending}>
          {t("onvif.ask")}
        </Button>
      </div>
    </form>
  );
}
