import { Button } from "@mantine/core";
import { IconCheck, IconDeviceMobile, IconX } from "@tabler/icons-react";
import { useMutation, useQuery } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import { get, post } from "../../ground/http/client";
import { sentence } from "../../ground/http/sentence";
import { may, useSession } from "../../ground/http/session";
import { QrCode } from "../../ground/parts/QrCode";
import { time } from "../../ground/words/format";
import type { MemberView } from "../api";
import classes from "./Control.module.css";

interface Invitation {
  url: string;
  expires_at: string;
}

interface Device {
  id: string;
  state: string;
  code: string | null;
  meeting: string | null;
  seat: string | null;
}

const waitingAt = (meeting: string, seat: string) => async () => (await get<Device[]>("/api/devices")).find((device) => device.state === "waiting" && device.meeting === meeting && device.seat === seat) ?? null;

/** The phone has shown its code: the same one stands on its screen. */
function Compare({ device }: { device: Device }) {
  const { t } = useTranslation();
  const place = { meeting: device.meeting, seat: device.seat };
  const decide = useMutation({ mutationFn: (deed: "accept" | "refuse") => post(`/api/devices/${device.id}/${deed}`, deed === "accept" ? place : undefined) });
  if (decide.isSuccess) return <p role="status">{t(decide.variables === "accept" ? "meeting.invite.done" : "meeting.invite.refused")}</p>;
  return (
    <>
      <p>{t("meeting.invite.compare")}</p>
      <p className={classes.code}>{device.code}</p>
      <Button size="lg" loading={decide.isPending} onClick={() => decide.mutate("accept")} leftSection={<IconCheck size={22} />}>
        {t("meeting.invite.accept")}
      </Button>
      <Button size="lg" variant="default" disabled={decide.isPending} onClick={() => decide.mutate("refuse")} leftSection={<IconX size={22} />}>
        {t("meeting.invite.refuse")}
      </Button>
      {decide.error !== null && <p role="alert">{sentence(t, decide.error)}</p>}
    </>
  );
}

function Shown({ invitation, meeting, seat }: { invitation: Invitation; meeting: string; seat: string }) {
  const { t } = useTranslation();
  const come = useQuery({ queryKey: ["invited", meeting, seat, invitation.url], queryFn: waitingAt(meeting, seat), refetchInterval: (query) => (query.state.data ? false : 2000) });
  if (come.data) return <Compare device={come.data} />;
  return (
    <>
      <QrCode text={invitation.url} size={280} label={t("meeting.invite.qr")} />
      <p>{t("meeting.invite.scan", { until: time(invitation.expires_at) })}</p>
    </>
  );
}

/** A member's own phone becomes the device of his seat: one code to scan, one to compare, then his PIN. */
export function Invite({ meeting, member }: { meeting: string; member: MemberView }) {
  const { t } = useTranslation();
  const person = useSession().data;
  const seat = member.seat ?? "";
  const words = { kind: "tablet", name: t("meeting.invite.name", { label: member.label ?? seat }), meeting, seat };
  const open = useMutation({ mutationFn: () => post<Invitation>("/api/enrolments", words) });
  if (seat === "" || !may(person, "secretary", "administrator")) return null;
  if (open.data) return <Shown invitation={open.data} meeting={meeting} seat={seat} />;
  return (
    <>
      <Button variant="light" loading={open.isPending} onClick={() => open.mutate()} leftSection={<IconDeviceMobile size={22} />}>
        {t("meeting.invite.open")}
      </Button>
      {open.error !== null && <p role="alert">{sentence(t, open.error)}</p>}
    </>
  );
}
