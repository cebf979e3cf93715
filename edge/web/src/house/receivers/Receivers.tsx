import { Button, Switch } from "@mantine/core";
import { IconPlus } from "@tabler/icons-react";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import type { TFunction } from "i18next";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import type { components } from "../../ground/api.gen";
import { get, patch, post } from "../../ground/http/client";
import { words } from "../../ground/http/sentence";
import { Empty, Loaded } from "../../ground/parts/states";
import { number } from "../../ground/words/format";
import classes from "../house.module.css";
import { Refusal, State, type Tone } from "../parts";
import { NewReceiver, SUBJECTS } from "./NewReceiver";

type Receiver = components["schemas"]["ConnectorShown"];
type Probe = components["schemas"]["ProbeResult"];
const KEY = ["connectors"];
const TONES: Record<Receiver["state"], Tone> = { on: "good", off: "off", gone: "bad" };

/** What a receiver is told of, in words; what was set by other means, as it stands. */
function told(t: TFunction, { wants }: Receiver): string {
  const named = new Map<string, string>(Object.entries(SUBJECTS).map(([name, want]) => [want, t(`house.receivers.subject.${name}`)]));
  return wants.map((want) => named.get(want) ?? want).join(", ");
}

function Answered({ probe }: { probe: Probe }) {
  const { t } = useTranslation();
  return <State tone={probe.ok ? "good" : "bad"}>{probe.ok ? t("house.receivers.works", { ms: number(probe.ms) }) : words(t, probe.code ?? "reporting.answered", probe.facts ?? {})}</State>;
}

function Line({ receiver }: { receiver: Receiver }) {
  const { t } = useTranslation();
  const client = useQueryClient();
  const [sure, setSure] = useState(false);
  const change = useMutation({
    mutationFn: (state: "on" | "off" | "removed") => patch(`/api/connectors/${receiver.id}`, { state }),
    onSuccess: () => Promise.all([client.invalidateQueries({ queryKey: KEY }), client.invalidateQueries({ queryKey: ["reports"] })]),
  });
  const probe = useMutation({ mutationFn: () => post<Probe>(`/api/connectors/${receiver.id}/test`) });
  return (
    <li className={classes.row}>
      <span className={classes.words}>
        <strong>{receiver.name}</strong> · {t(`house.receivers.kind.${receiver.kind}`)}
        <small className={classes.mono}>{receiver.url}</small>
        <small>{told(t, receiver)}</small>
        {receiver.waiting > 0 && <small>{t("house.health.reportsWaiting", { count: receiver.waiting })}</small>}
        {probe.data !== undefined && <Answered probe={probe.data} />}
        <Refusal error={change.error ?? probe.error} />
      </span>
      <State tone={TONES[receiver.state]}>{t(`house.receivers.is.${receiver.state}`)}</State>
      <span className={classes.actions}>
        <Switch label={t("house.receivers.send")} checked={receiver.state === "on"} onChange={(event) => change.mutate(event.currentTarget.checked ? "on" : "off")} style={{ alignSelf: "center" }} />
        <Button variant="default" loading={probe.isPending} onClick={() => probe.mutate()}>
          {t("house.receivers.test")}
        </Button>
        <Button color="lacquer" variant={sure ? "filled" : "light"} loading={change.isPending} onClick={() => (sure ? change.mutate("removed") : setSure(true))}>
          {t(sure ? "house.receivers.removeSure" : "house.receivers.remove")}
        </Button>
      </span>
    </li>
  );
}

/** The systems outside that are told of confirmed cases: whether each works, and a new one. */
export function Receivers() {
  const { t } = useTranslation();
  const receivers = useQuery({ queryKey: KEY, queryFn: () => get<Receiver[]>("/api/connectors"), refetchInterval: 10_000 });
  const [adding, setAdding] = useState(false);
  return (
    <section className={classes.below} aria-labelledby="receivers">
      <div className={classes.between}>
        <h2 id="receivers">{t("house.receivers.title")}</h2>
        <Button leftSection={<IconPlus size={20} />} onClick={() => setAdding(true)}>
          {t("house.receivers.add")}
        </Button>
      </div>
      <Loaded query={receivers}>
        {(found) =>
          found.length === 0 ? (
            <Empty title={t("house.receivers.none")}>{t("house.receivers.noneText")}</Empty>
          ) : (
            <ul className={classes.list}>
              {found.map((receiver) => (
                <Line key={receiver.id} receiver={receiver} />
              ))}
            </ul>
          )
        }
      </Loaded>
      {adding && <NewReceiver onClose={() => setAdding(false)} />}
    </section>
  );
}
