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
import { date, dateTime, number, parseDateTime } from "../../ground/words/format";
import { useCreate, useMeetings, useRules, type MeetingLine } from "../api";
import classes from "./Prepare.module.css";

const ORDER: MeetingState[] = ["open", "paused", "planned", "closed"];
const COLOURS = { open: "jade", paused: "amber", planned: "indigo", closed: "gray" };

function NewMeeting({ onClose }: { onClose: () => void }) {
  const { t, i18n } = useTranslation();
  const create = useCreate();
  const rules = useRules();
  const navigate = useNavigate();
  const [form, setForm] = useState(() => ({ title: "", body: "", place: "", day: date(Date.now() + 86_400_000), at: "08:00", rule: "" }));
  const field = (name: "title" | "body" | "place" | "day" | "at") => ({ value: form[name], onChange: (event: React.ChangeEvent<HTMLInputElement>) => setForm({ ...form, [name]: event.currentTarget.value }) });
  const open = rules.data?.filter(({ secrecy, method }) => secrecy === "open" && method === "question") ?? [];
  const starts = parseDateTime(form.day, form.at);
  const send = (event: SyntheticEvent) => {
    event.preventDefault();
    const { title, body, place, rule } = form;
    if (starts === null) return;
    const words = { title, body, place, starts_at: starts.toISOString(), ...(rule === "" ? {} : { rule }) };
    create.mutate(words, { onSuccess: ({ id }) => void navigate(`/control/${id}`) });
  };
  return (
    <Modal opened onClose={onClose} title={t("meeting.create.title")} size="lg">
      <form className={classes.form} onSubmit={send}>
        <TextInput label={t("meeting.create.name")} placeholder={t("meeting.create.nameExample")} required maxLength={300} data-autofocus {...field("title")} />
        <TextInput label={t("meeting.create.body")} placeholder={t("meeting.create.bodyExample")} required maxLength={300} {...field("body")} />
        <TextInput label={t("meeting.create.place")} maxLength={300} {...field("place")} />
        <div className={classes.fields}>
          <TextInput label={t("meeting.create.day")} placeholder="05/03/2026" required inputMode="numeric" w={160} {...field("day")} />
          <TextInput label={t("meeting.create.at")} placeholder="08:30" required w={110} {...field("at")} />
        </div>
        {starts === null && <p role="alert">{t("meeting.create.badTime")}</p>}
        <Select
          label={t("meeting.create.rule")}
          description={open.find(({ id }) => id === form.rule)?.citation ?? t("meeting.create.ruleText")}
          value={form.rule === "" ? null : form.rule}
          onChange={(rule) => setForm({ ...form, rule: rule ?? "" })}
          data={open.map((rule) => ({ value: rule.id, label: i18n.language === "en" ? rule.title_en : rule.title }))}
        />
        {create.error !== null && <p role="alert">{sentence(t, create.error)}</p>}
        <Button type="submit" loading={create.isPending} disabled={starts === null}>
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
