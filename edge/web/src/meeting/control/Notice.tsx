import { Button, Checkbox, TextInput } from "@mantine/core";
import { IconSpeakerphone } from "@tabler/icons-react";
import { useState, type SyntheticEvent } from "react";
import { useTranslation } from "react-i18next";
import { sentence } from "../../ground/http/sentence";
import { useStep } from "../api";
import { useNotice } from "../parts/snapshots";
import classes from "./Control.module.css";

/** One line to all tablets and the hall screen. */
export function Notice({ meeting }: { meeting: string }) {
  const { t } = useTranslation();
  const shown = useNotice(meeting);
  const take = useStep(meeting);
  const [text, setText] = useState("");
  const [urgent, setUrgent] = useState(false);
  const say = (words: string) => take.mutate({ method: "post", path: "/notice", words: { text: words, level: urgent ? "attention" : "info" } }, { onSuccess: () => setText("") });
  const send = (event: SyntheticEvent) => {
    event.preventDefault();
    say(text.trim());
  };
  return (
    <section className={classes.notice}>
      <form onSubmit={send}>
        <TextInput label={t("meeting.notice.label")} placeholder={t("meeting.notice.example")} maxLength={300} value={text} onChange={(event) => setText(event.currentTarget.value)} />
        <Checkbox label={t("meeting.notice.urgent")} checked={urgent} onChange={(event) => setUrgent(event.currentTarget.checked)} />
        <Button type="submit" variant="default" disabled={text.trim() === ""} loading={take.isPending} leftSection={<IconSpeakerphone size={20} />}>
          {t("meeting.notice.send")}
        </Button>
      </form>
      {shown !== undefined && shown.text !== "" && (
        <p className={classes.shown}>
          {t("meeting.notice.shown", { text: shown.text })}
          <Button size="sm" variant="subtle" onClick={() => say("")}>
            {t("meeting.notice.clear")}
          </Button>
        </p>
      )}
      {take.error !== null && <p role="alert">{sentence(t, take.error)}</p>}
    </section>
  );
}
