import { Button, PasswordInput, TextInput, type PasswordInputProps } from "@mantine/core";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useState, type SyntheticEvent } from "react";
import { useTranslation } from "react-i18next";
import { Link, Navigate, useSearchParams } from "react-router";
import { post } from "../ground/http/client";
import { useSession, useSignIn, type Person } from "../ground/http/session";
import { Refusal } from "../ground/parts/Refusal";
import { Loading } from "../ground/parts/states";
import { Front } from "./Front";
import classes from "./house.module.css";

/** Only a path of this node is a place to go back to. */
function safe(next: string | null): string {
  return next?.startsWith("/") === true && !next.startsWith("//") ? next : "/";
}

/** A password, with the button that shows it named in the reader's language. */
function Secret(props: PasswordInputProps) {
  const { t } = useTranslation();
  return <PasswordInput visibilityToggleButtonProps={{ "aria-label": t("house.login.show") }} {...props} />;
}

function SignIn() {
  const { t } = useTranslation();
  const signIn = useSignIn();
  const [name, setName] = useState("");
  const [password, setPassword] = useState("");
  const submit = (event: SyntheticEvent) => {
    event.preventDefault();
    signIn.mutate({ name, password });
  };
  return (
    <form className={classes.card} onSubmit={submit}>
      <h1>{t("house.login.title")}</h1>
      <Refusal error={signIn.error} />
      <TextInput label={t("house.login.name")} value={name} onChange={(event) => setName(event.currentTarget.value)} autoComplete="username" autoCapitalize="none" required autoFocus />
      <Secret label={t("house.login.password")} value={password} onChange={(event) => setPassword(event.currentTarget.value)} autoComplete="current-password" required />
      <Button type="submit" size="lg" loading={signIn.isPending}>
        {t("house.login.go")}
      </Button>
    </form>
  );
}

function FirstPassword({ person }: { person: Person }) {
  const { t } = useTranslation();
  const client = useQueryClient();
  const [present, setPresent] = useState("");
  const [fresh, setFresh] = useState("");
  const [again, setAgain] = useState("");
  const change = useMutation({
    mutationFn: () => post(`/api/accounts/${person.account}/password`, { present, new: fresh }),
    onSuccess: () => client.invalidateQueries({ queryKey: ["session"] }),
  });
  const differs = again !== "" && again !== fresh;
  const submit = (event: SyntheticEvent) => {
    event.preventDefault();
    if (fresh === again) change.mutate();
  };
  return (
    <form className={classes.card} onSubmit={submit}>
      <h1>{t("house.login.first.title")}</h1>
      <p className="quiet">{t("house.login.first.text", { name: person.name })}</p>
      <Refusal error={change.error} />
      <Secret label={t("house.login.first.present")} value={present} onChange={(event) => setPresent(event.currentTarget.value)} autoComplete="current-password" required />
      <Secret label={t("house.login.first.fresh")} description={t("house.login.first.rule")} value={fresh} onChange={(event) => setFresh(event.currentTarget.value)} autoComplete="new-password" required />
      <Secret
        label={t("house.login.first.again")}
        value={again}
        onChange={(event) => setAgain(event.currentTarget.value)}
        error={differs ? t("house.login.first.differs") : undefined}
        autoComplete="new-password"
        required
      />
      <Button type="submit" size="lg" loading={change.isPending} disabled={differs}>
        {t("house.login.first.go")}
      </Button>
    </form>
  );
}

/** Sign in; with a one-time password, choose one's own first. */
export function LoginPage() {
  const { t } = useTranslation();
  const session = useSession();
  const [query] = useSearchParams();
  if (session.data === undefined && session.error === null) return <Loading />;
  const person = session.data ?? null;
  if (person !== null && person.account !== "" && person.must_change !== true) return <Navigate to={safe(query.get("next"))} replace />;
  return (
    <Front>
      {person?.must_change === true ? <FirstPassword person={person} /> : <SignIn />}
      <Link to="/trust">{t("house.login.trust")}</Link>
    </Front>
  );
}
