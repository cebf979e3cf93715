import { Badge, Button, Modal, Select, TextInput } from "@mantine/core";
import { useDisclosure } from "@mantine/hooks";
import { IconCalendarPlus, IconChevronRight, IconUsersGroup } from "@tabler/icons-react";
import { useState, type SyntheticEvent } from "react";
import { useTranslation } from "react-i18next";
import { Link, useNavigate } from "react-router";
import { sentence } from "../../ground/http/sentence";
import { may, useSession } from "../../ground/http/session";
import { Empty, Loaded } from "../../ground/parts/states";
import { Page } from "../../ground/shells/Page";
import type { MeetingState } from "../../ground/wire";
import { dateTime, number } from "../../ground/words/format";
import { useCreate, useMeetings, useRules, type MeetingLine } from "../api";
import classes from "./Prepare.module.css";

const ORDER: MeetingState[] = ["open", "paused", "planned", "closed"];
const COLOURS = { open: "jade", paused: "amber", planned: "indigo", closed: "gray" };

/** Tomorrow at eight, as a datetime-local field writes it. */
function tomorrow(): string {
  const day = new Date(Date.now() + 86_400_000);
  const pad = (part: number) => String(part).padStart(2, "0");
  return `${day.getFullYear()}-${pad(day.getMonth() + 1)}-${pad(day.getDate())}T08:00`;
}

function NewMeeting({ onClose }: { onClose: () => void }) {
  const { t, i18n } = useTranslation();
  const create = useCreate();
  const rules = useRules();
  const navigate = useNavigate();
  const [form, setForm] = useState({ title: "", body: "", place: "", starts_at: tomorrow(), rule: "" });
  const field = (name: "title" | "body" | "place" | "starts_at") => ({ value: form[name], onChange: (event: React.ChangeEvent<HTMLInputElement>) => setForm({ ...form, [name]: event.currentTarget.value }) });
  const open = rules.data?.filter(({ secrecy }) => secrecy === "open") ?? [];
  const send = (event: SyntheticEvent) => {
    event.preventDefault();
    const { rule, ...rest } = form;
    const words = { ...rest, starts_at: new Date(form.starts_at).toISOString(), ...(rule === "" ? {} : { rule }) };
    create.mutate(words, { onSuccess: ({ id }) => void navigate(`/control/${id}`) });
  };
  return (
    <Modal opened onClose={onClose} title={t("meeting.create.title")} size="lg">
      <form className={classes.form} onSubmit={send}>
        <TextInput label={t("meeting.create.name")} placeholder={t("meeting.create.nameExample")} required maxLength={300} data-autofocus {...field("title")} />
        <TextInput label={t("meeting.create.body")} placeholder={t("meeting.create.bodyExample")} required maxLength={300} {...field("body")} />
        <TextInput label={t("meeting.create.place")} maxLength={300} {...field("place")} />
        <TextInput label={t("meeting.create.starts")} type="datetime-local" required {...field("starts_at")} />
        <Select
          label={t("meeting.create.rule")}
          description={open.find(({ id }) => id === form.rule)?.citation ?? t("meeting.create.ruleText")}
          value={form.rule === "" ? null : form.rule}
          onChange={(rule) => setForm({ ...form, rule: rule ?? "" })}
          data={open.map((rule) => ({ value: rule.id, label: i18n.language === "en" ? rule.title_en : rule.title }))}
        />
        {create.error !== null && <p role="alert">{sentence(t, create.error)}</p>}
        <Button type="submit" loading={create.isPending}>
          {t("meeting.create.save")}
        </Button>
      </form>
    </Modal>
  );
}

function Line({ meeting }: { meeting: MeetingLine }) {
  const { t } = useTranslation();
  return (
    <Link className={classes.line} to={`/control/${meeting.id}`}>
      <span className={classes.when}>{dateTime(meeting.starts_at)}</span>
      <span className={classes.what}>
        <b>{meeting.title}</b>
        <small>
          {meeting.body} · {meeting.place} · {t("meeting.list.counts", { members: number(meeting.members), items: number(meeting.items) })}
        </small>
      </span>
      <Badge color={COLOURS[meeting.state]} variant="light" size="lg" tt="none">
        {t(`meeting.state.${meeting.state}`)}
      </Badge>
      <IconChevronRight size={22} aria-hidden="true" />
    </Link>
  );
}

/** All meetings, the running ones first. */
export function MeetingsPage() {
  const { t } = useTranslation();
  const query = useMeetings();
  const session = useSession();
  const [creating, { open, close }] = useDisclosure(false);
  const mayCreate = may(session.data, "secretary");
  const create = (
    <Button leftSection={<IconCalendarPlus size={20} />} onClick={open}>
      {t("meeting.create.title")}
    </Button>
  );
  return (
    <Page title={t("meeting.list.title")} actions={mayCreate ? create : undefined}>
      <Loaded query={query}>
        {(meetings) =>
          meetings.length === 0 ? (
            <Empty title={t("meeting.list.empty")} icon={<IconUsersGroup size={44} stroke={1.4} />}>
              {t("meeting.list.emptyText")}
            </Empty>
          ) : (
            <div className={classes.lines}>
              {[...meetings]
                .sort((a, b) => ORDER.indexOf(a.state) - ORDER.indexOf(b.state) || b.starts_at.localeCompare(a.starts_at))
                .map((meeting) => (
                  <Line key={meeting.id} meeting={meeting} />
                ))}
            </div>
          )
        }
      </Loaded>
      {creating && <NewMeeting onClose={close} />}
    </Page>
  );
}
