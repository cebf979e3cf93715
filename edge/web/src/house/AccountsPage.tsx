import { Button, Checkbox, Drawer, Modal, TextInput } from "@mantine/core";
import { IconPlus } from "@tabler/icons-react";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useState, type SyntheticEvent } from "react";
import { useTranslation } from "react-i18next";
import { get, patch, post, remove } from "../ground/http/client";
import { useSession } from "../ground/http/session";
import { Loaded } from "../ground/parts/states";
import { Page } from "../ground/shells/Page";
import { dateTime } from "../ground/words/format";
import classes from "./house.module.css";
import type { Account, OneTime, OpenSession } from "./model";
import { Refusal, State } from "./parts";

const ROLES = ["administrator", "secretary", "chair", "member", "officer", "auditor", "screen"] as const;
const LIST = ["accounts"];

function Roles({ value, onChange }: { value: string[]; onChange: (roles: string[]) => void }) {
  const { t } = useTranslation();
  return (
    <Checkbox.Group label={t("house.accounts.roles")} value={value} onChange={onChange}>
      <div className={classes.stack} style={{ paddingTop: 8 }}>
        {ROLES.map((role) => (
          <Checkbox key={role} value={role} label={t(`house.role.${role}`)} description={t(`house.roleText.${role}`)} />
        ))}
      </div>
    </Checkbox.Group>
  );
}

/** A one-time password, shown once. */
function Shown({ made, onClose }: { made: OneTime | null; onClose: () => void }) {
  const { t } = useTranslation();
  return (
    <Modal opened={made !== null} onClose={onClose} title={t("house.accounts.once")} closeButtonProps={{ "aria-label": t("house.close") }}>
      <div className={classes.stack}>
        <p>{t("house.accounts.onceText", { name: made?.account.name ?? "" })}</p>
        <p>
          {t("house.accounts.login")}: <strong>{made?.account.login}</strong>
        </p>
        <p className={classes.code} style={{ fontSize: "var(--t-lead)", letterSpacing: "0.08em" }}>
          {made?.password}
        </p>
        <Button onClick={onClose}>{t("house.accounts.noted")}</Button>
      </div>
    </Modal>
  );
}

function Add({ onMade }: { onMade: (made: OneTime) => void }) {
  const { t } = useTranslation();
  const client = useQueryClient();
  const [login, setLogin] = useState("");
  const [name, setName] = useState("");
  const [roles, setRoles] = useState<string[]>([]);
  const make = useMutation({
    mutationFn: () => post<OneTime>("/api/accounts", { login, name, roles }),
    onSuccess: async (made) => {
      await client.invalidateQueries({ queryKey: LIST });
      onMade(made);
    },
  });
  const submit = (event: SyntheticEvent) => {
    event.preventDefault();
    make.mutate();
  };
  return (
    <form className={classes.stack} onSubmit={submit}>
      <TextInput label={t("house.accounts.name")} value={name} onChange={(event) => setName(event.currentTarget.value)} required data-autofocus />
      <TextInput label={t("house.accounts.login")} description={t("house.accounts.loginRule")} value={login} onChange={(event) => setLogin(event.currentTarget.value)} pattern="[\p{L}\p{N}_.\-]{2,40}" autoCapitalize="none" required />
      <Roles value={roles} onChange={setRoles} />
      <Refusal error={make.error} />
      <Button type="submit" loading={make.isPending} disabled={roles.length === 0}>
        {t("house.accounts.make")}
      </Button>
    </form>
  );
}

function Sessions({ account }: { account: Account }) {
  const { t } = useTranslation();
  const client = useQueryClient();
  const key = [...LIST, account.id, "sessions"];
  const sessions = useQuery({ queryKey: key, queryFn: () => get<OpenSession[]>(`/api/accounts/${account.id}/sessions`) });
  const end = useMutation({
    mutationFn: (id: string) => remove(`/api/accounts/${account.id}/sessions?only=${id}`),
    onSuccess: () => client.invalidateQueries({ queryKey: key }),
  });
  return (
    <Loaded query={sessions}>
      {(found) =>
        found.length === 0 ? (
          <p className="quiet">{t("house.accounts.noSessions")}</p>
        ) : (
          <ul className={classes.list}>
            {found.map((one) => (
              <li key={one.id} className={classes.row}>
                <span className={classes.words}>
                  {one.mine ? t("house.accounts.thisBrowser") : one.address}
                  <small>{t("house.accounts.since", { at: dateTime(one.created_at) })}</small>
                </span>
                {!one.mine && (
                  <Button variant="default" size="sm" onClick={() => end.mutate(one.id)}>
                    {t("house.accounts.end")}
                  </Button>
                )}
              </li>
            ))}
          </ul>
        )
      }
    </Loaded>
  );
}

function Edit({ account, onReset }: { account: Account; onReset: (made: OneTime) => void }) {
  const { t } = useTranslation();
  const client = useQueryClient();
  const me = useSession().data?.account === account.id;
  const [name, setName] = useState(account.name);
  const [roles, setRoles] = useState(account.roles);
  const done = () => client.invalidateQueries({ queryKey: LIST });
  const change = useMutation({ mutationFn: (body: object) => patch(`/api/accounts/${account.id}`, body), onSuccess: done });
  const reset = useMutation({ mutationFn: () => post<OneTime>(`/api/accounts/${account.id}/password`), onSuccess: onReset });
  return (
    <div className={classes.stack}>
      <TextInput label={t("house.accounts.name")} value={name} onChange={(event) => setName(event.currentTarget.value)} />
      <Roles value={roles} onChange={setRoles} />
      <Refusal error={change.error ?? reset.error} />
      <Button onClick={() => change.mutate({ name, roles })} loading={change.isPending} disabled={roles.length === 0}>
        {t("house.devices.save")}
      </Button>
      <h2>{t("house.accounts.sessions")}</h2>
      <Sessions account={account} />
      {!me && (
        <div className={classes.actions}>
          <Button variant="default" onClick={() => reset.mutate()} loading={reset.isPending}>
            {t("house.accounts.reset")}
          </Button>
          <Button color="lacquer" variant="light" onClick={() => change.mutate({ disabled: !account.disabled })}>
            {t(account.disabled ? "house.accounts.enable" : "house.accounts.disable")}
          </Button>
        </div>
      )}
    </div>
  );
}

function Line({ account, onOpen }: { account: Account; onOpen: () => void }) {
  const { t } = useTranslation();
  const key = account.disabled ? "disabled" : account.must_change ? "oneTime" : "active";
  const tone = account.disabled ? "off" : account.must_change ? "wait" : "good";
  return (
    <li>
      <button type="button" className={classes.row} onClick={onOpen}>
        <span className={classes.words}>
          <strong>{account.name}</strong> · {account.login}
          <small>{account.roles.map((role) => t(`house.role.${role}`)).join(", ")}</small>
        </span>
        <State tone={tone}>{t(`house.accounts.is.${key}`)}</State>
      </button>
    </li>
  );
}

/** Who may sign in, with what rights, and from where they are signed in now. */
export function AccountsPage() {
  const { t } = useTranslation();
  const accounts = useQuery({ queryKey: LIST, queryFn: () => get<Account[]>("/api/accounts") });
  const [adding, setAdding] = useState(false);
  const [chosen, setChosen] = useState<string | null>(null);
  const [made, setMade] = useState<OneTime | null>(null);
  const account = accounts.data?.find(({ id }) => id === chosen);
  const label = { "aria-label": t("house.close") };
  const take = (one: OneTime) => {
    setAdding(false);
    setMade(one);
  };
  return (
    <Page
      title={t("house.accounts.title")}
      lead={t("house.accounts.lead")}
      actions={
        <Button leftSection={<IconPlus size={20} />} onClick={() => setAdding(true)}>
          {t("house.accounts.add")}
        </Button>
      }
    >
      <Loaded query={accounts}>
        {(found) => (
          <ul className={classes.list}>
            {found.map((one) => (
              <Line key={one.id} account={one} onOpen={() => setChosen(one.id)} />
            ))}
          </ul>
        )}
      </Loaded>
      <Modal opened={adding} onClose={() => setAdding(false)} title={t("house.accounts.add")} size="lg" closeButtonProps={label}>
        <Add onMade={take} />
      </Modal>
      <Drawer opened={account !== undefined} onClose={() => setChosen(null)} position="right" size="lg" title={<strong>{account?.name}</strong>} closeButtonProps={label}>
        {account !== undefined && <Edit key={account.id} account={account} onReset={take} />}
      </Drawer>
      <Shown made={made} onClose={() => setMade(null)} />
    </Page>
  );
}
