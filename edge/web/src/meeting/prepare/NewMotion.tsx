import { Button, Select, Textarea, TextInput } from "@mantine/core";
import { useState, type SyntheticEvent } from "react";
import { useTranslation } from "react-i18next";
import { sentence } from "../../ground/http/sentence";
import { useRules, useStep, type MeetingView, type RuleLine } from "../api";
import { ruleLine } from "../parts/rule";
import { Candidates, EMPTY, readySlate } from "./Candidates";
import classes from "./Prepare.module.css";

interface ChoiceProps {
  rules: RuleLine[];
  rule: string;
  onRule: (rule: string) => void;
}

/** Rules in two groups: what decides a question, and what elects people. A secret one says so. */
function RuleChoice({ rules, rule, onRule }: ChoiceProps) {
  const { t, i18n } = useTranslation();
  const chosen = rules.find(({ id }) => id === rule);
  const words = ({ title, title_en, secrecy }: RuleLine) => {
    const said = i18n.language === "en" ? title_en : title;
    return secrecy === "secret" && !/kín|secret/.test(said) ? t("meeting.motion.secret", { title: said }) : said;
  };
  const group = (method: RuleLine["method"]) => ({ group: t(`meeting.motion.group.${method}`), items: rules.filter((one) => one.method === method).map((one) => ({ value: one.id, label: words(one) })) });
  return (
    <Select
      label={t("meeting.motion.rule")}
      description={chosen && `${ruleLine(t, chosen)} ${chosen.citation}`}
      value={rule}
      allowDeselect={false}
      onChange={(id) => id !== null && onRule(id)}
      data={[group("question"), group("election")]}
    />
  );
}

/** A motion in draft: what is decided, or who stands for election, and by which rule. */
export function NewMotion({ meeting, item, onDone }: { meeting: MeetingView; item: string; onDone: () => void }) {
  const { t } = useTranslation();
  const take = useStep(meeting.id);
  const rules = useRules().data ?? [];
  const [form, setForm] = useState({ title: "", text: "", rule: meeting.rule });
  const [slate, setSlate] = useState(EMPTY);
  const election = rules.find(({ id }) => id === form.rule)?.method === "election";
  const ready = election ? readySlate(slate) : { candidates: [], seats: 0 };
  const send = (event: SyntheticEvent) => {
    event.preventDefault();
    if (ready !== null) take.mutate({ method: "post", path: "/motions", words: { item, ...form, ...ready } }, { onSuccess: onDone });
  };
  const example = election ? t("meeting.election.example") : t("meeting.motion.titleExample");
  return (
    <form className={classes.form} onSubmit={send}>
      <RuleChoice rules={rules} rule={form.rule} onRule={(rule) => setForm({ ...form, rule })} />
      <TextInput label={t("meeting.motion.title")} placeholder={example} required maxLength={300} autoFocus value={form.title} onChange={(event) => setForm({ ...form, title: event.currentTarget.value })} />
      <Textarea label={t("meeting.motion.text")} rows={3} maxLength={8000} value={form.text} onChange={(event) => setForm({ ...form, text: event.currentTarget.value })} />
      {election && <Candidates slate={slate} onChange={setSlate} />}
      <div className={classes.fields}>
        <Button type="submit" loading={take.isPending} disabled={ready === null}>
          {t("meeting.motion.save")}
        </Button>
        <Button variant="subtle" onClick={onDone}>
          {t("meeting.cancel")}
        </Button>
      </div>
      {take.error !== null && <p role="alert">{sentence(t, take.error)}</p>}
    </form>
  );
}
