import { Button, FileButton, NumberInput, TextInput } from "@mantine/core";
import { useDisclosure } from "@mantine/hooks";
import { IconArrowDown, IconArrowUp, IconChecklist, IconFileTypePdf, IconPlus, IconTrash, IconUpload } from "@tabler/icons-react";
import { useState, type SyntheticEvent } from "react";
import { useTranslation } from "react-i18next";
import { sentence } from "../../ground/http/sentence";
import { bytes } from "../../ground/words/format";
import { useAddDocument, useStep, type ItemView, type MeetingView } from "../api";
import { shortHash } from "../parts/hash";
import { NewMotion } from "./NewMotion";
import classes from "./Prepare.module.css";

function Documents({ meeting, item }: { meeting: string; item: ItemView }) {
  const { t } = useTranslation();
  const add = useAddDocument(meeting, item.id);
  const take = (pdf: File | null) => {
    if (pdf !== null) add.mutate({ pdf, title: pdf.name.replace(/\.pdf$/i, "") });
  };
  return (
    <>
      {item.documents.map((document) => (
        <p key={document.id} className={classes.document}>
          <IconFileTypePdf size={20} aria-hidden="true" />
          <a href={`/api/meetings/${meeting}/documents/${document.id}`} target="_blank" rel="noreferrer">
            {document.title}
          </a>
          <small>
            {t("meeting.items.pages", { count: document.pages })} · {bytes(document.bytes)} · {shortHash(document.sha256)}
          </small>
        </p>
      ))}
      <FileButton accept="application/pdf" onChange={take}>
        {(props) => (
          <Button {...props} variant="default" size="sm" loading={add.isPending} leftSection={<IconUpload size={18} />}>
            {t("meeting.items.upload")}
          </Button>
        )}
      </FileButton>
      {add.error !== null && <p role="alert">{sentence(t, add.error)}</p>}
    </>
  );
}

function Item({ meeting, item }: { meeting: MeetingView; item: ItemView }) {
  const { t } = useTranslation();
  const take = useStep(meeting.id);
  const [drafting, { open, close }] = useDisclosure(false);
  const waiting = item.state === "waiting";
  const move = (number: number) => take.mutate({ method: "patch", path: `/items/${item.id}`, words: { number } });
  return (
    <li className={classes.item}>
      <span className={classes.number}>{item.number}</span>
      <div className={classes.itemBody}>
        <div className={classes.blockHead}>
          <h2>{item.title}</h2>
          <span className="quiet">
            {t("meeting.minutes", { count: item.minutes })} · {t(`meeting.agenda.state.${item.state}`)}
          </span>
        </div>
        <Documents meeting={meeting.id} item={item} />
        {item.motions.map((motion) => (
          <p key={motion.id} className={classes.document}>
            <IconChecklist size={20} aria-hidden="true" /> {motion.title} <small>{t(`meeting.motion.state.${motion.state}`)}</small>
          </p>
        ))}
        {drafting ? (
          <NewMotion meeting={meeting} item={item.id} onDone={close} />
        ) : (
          <div className={classes.fields}>
            <Button variant="default" size="sm" leftSection={<IconPlus size={18} />} onClick={open}>
              {t("meeting.motion.add")}
            </Button>
            {waiting && (
              <>
                <Button variant="subtle" color="gray" size="sm" disabled={item.number === 1} leftSection={<IconArrowUp size={18} />} onClick={() => move(item.number - 1)}>
                  {t("meeting.items.up")}
                </Button>
                <Button variant="subtle" color="gray" size="sm" disabled={item.number === meeting.items.length} leftSection={<IconArrowDown size={18} />} onClick={() => move(item.number + 1)}>
                  {t("meeting.items.down")}
                </Button>
                <Button variant="subtle" color="gray" size="sm" leftSection={<IconTrash size={18} />} onClick={() => take.mutate({ method: "delete", path: `/items/${item.id}` })}>
                  {t("meeting.remove")}
                </Button>
              </>
            )}
          </div>
        )}
        {take.error !== null && <p role="alert">{sentence(t, take.error)}</p>}
      </div>
    </li>
  );
}

/** The agenda with its papers and motions. */
export function Items({ meeting }: { meeting: MeetingView }) {
  const { t } = useTranslation();
  const take = useStep(meeting.id);
  const [title, setTitle] = useState("");
  const [minutes, setMinutes] = useState<number | string>(15);
  const add = (event: SyntheticEvent) => {
    event.preventDefault();
    take.mutate({ method: "post", path: "/items", words: { title: title.trim(), minutes: Number(minutes) } }, { onSuccess: () => setTitle("") });
  };
  return (
    <div className={classes.one}>
      <ol className={classes.items}>
        {meeting.items.map((item) => (
          <Item key={item.id} meeting={meeting} item={item} />
        ))}
      </ol>
      <form className={classes.addItem} onSubmit={add}>
        <TextInput label={t("meeting.items.title")} placeholder={t("meeting.items.example")} required maxLength={300} value={title} onChange={(event) => setTitle(event.currentTarget.value)} />
        <NumberInput label={t("meeting.items.minutes")} min={1} max={1440} value={minutes} onChange={setMinutes} />
        <Button type="submit" loading={take.isPending} disabled={title.trim() === ""} leftSection={<IconPlus size={20} />}>
          {t("meeting.items.add")}
        </Button>
      </form>
      {take.error !== null && <p role="alert">{sentence(t, take.error)}</p>}
    </div>
  );
}
