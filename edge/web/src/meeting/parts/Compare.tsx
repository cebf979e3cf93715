import { Button, Textarea } from "@mantine/core";
import { IconScale } from "@tabler/icons-react";
import { useMutation } from "@tanstack/react-query";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { sentence } from "../../ground/http/sentence";
import { number } from "../../ground/words/format";
import { compare, readKept } from "../log/grown";
import classes from "./Compare.module.css";
import found from "./Found.module.css";

/** Somebody kept a head of the log, from the hall screen, the minutes or a receipt: has the log only grown since? */
export function Compare({ meeting, log_key }: { meeting: string; log_key: string }) {
  const { t } = useTranslation();
  const [text, setText] = useState("");
  const kept = readKept(text);
  const comparing = useMutation({ mutationFn: async () => (kept === null ? null : compare(meeting, kept, log_key)) });
  const told = comparing.data;
  return (
    <form
      className={`no-print ${classes.compare ?? ""}`}
      onSubmit={(event) => {
        event.preventDefault();
        comparing.mutate();
      }}
    >
      <Textarea
        label={t("meeting.compare.label")}
        description={t("meeting.compare.hint")}
        error={text.trim() !== "" && kept === null ? t("meeting.compare.unread") : null}
        autosize
        minRows={2}
        maxRows={6}
        size="md"
        spellCheck={false}
        value={text}
        onChange={(event) => {
          setText(event.currentTarget.value);
          comparing.reset();
        }}
      />
      <Button type="submit" variant="default" size="md" disabled={kept === null} loading={comparing.isPending} leftSection={<IconScale size={20} />}>
        {t("meeting.compare.do")}
      </Button>
      <div role="status">
        {told && <p className={told.found === "grown" ? found.good : found.bad}>{t(`meeting.compare.${told.found}`, { size: number(told.size) })}</p>}
        {comparing.error !== null && <p className={found.bad}>{sentence(t, comparing.error)}</p>}
      </div>
    </form>
  );
}
