import { Button, Modal, Textarea } from "@mantine/core";
import { useDisclosure } from "@mantine/hooks";
import { IconPencilExclamation } from "@tabler/icons-react";
import { useQueryClient } from "@tanstack/react-query";
import { useState, type SyntheticEvent } from "react";
import { useTranslation } from "react-i18next";
import { sentence } from "../../ground/http/sentence";
import { may, useSession } from "../../ground/http/session";
import { useStep } from "../api";
import classes from "./Control.module.css";

function Form({ meeting, motion, onDone }: { meeting: string; motion: string; onDone: () => void }) {
  const { t } = useTranslation();
  const client = useQueryClient();
  const take = useStep(meeting);
  const [text, setText] = useState("");
  const send = (event: SyntheticEvent) => {
    event.preventDefault();
    const done = async () => {
      await client.invalidateQueries({ queryKey: ["result", meeting, motion] });
      onDone();
    };
    take.mutate({ method: "post", path: `/motions/${motion}/corrections`, words: { text: text.trim() } }, { onSuccess: () => void done() });
  };
  return (
    <form className={classes.member} onSubmit={send}>
      <p>{t("meeting.correct.text")}</p>
      <Textarea label={t("meeting.correct.label")} placeholder={t("meeting.correct.example")} value={text} onChange={(event) => setText(event.currentTarget.value)} autosize minRows={4} maxLength={2000} data-autofocus />
      {take.error !== null && (
        <p className={classes.error} role="alert">
          {sentence(t, take.error)}
        </p>
      )}
      <Button type="submit" size="lg" disabled={text.trim() === ""} loading={take.isPending}>
        {t("meeting.correct.save")}
      </Button>
    </form>
  );
}

/** The chair alone puts something right after the close. Nothing is shown to anybody else. */
export function Correct({ meeting, motion }: { meeting: string; motion: string }) {
  const { t } = useTranslation();
  const [open, { open: show, close }] = useDisclosure(false);
  if (!may(useSession().data, "chair")) return null;
  return (
    <>
      <Button variant="default" onClick={show} leftSection={<IconPencilExclamation size={20} />}>
        {t("meeting.correct.open")}
      </Button>
      <Modal opened={open} onClose={close} title={t("meeting.correct.title")} size="lg">
        <Form meeting={meeting} motion={motion} onDone={close} />
      </Modal>
    </>
  );
}
