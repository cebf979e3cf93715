import { Button, Textarea } from "@mantine/core";
import { IconArrowBackUp, IconCheck, IconQuestionMark, IconX } from "@tabler/icons-react";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { useNow } from "../ground/live/source";
import { clock } from "../ground/words/format";
import { REASONS, type Brief, type Reason, type Verdict as Said, type Whole } from "./types";
import { useKeys } from "./useKeys";
import classes from "./Verdict.module.css";

export type Give = (verdict: Said, reason?: Reason) => void;

const OPEN = new Set(["suspected", "flagged", "unsure"]);

function Key({ name }: { name: string }) {
  return (
    <kbd className={classes.key} aria-hidden="true">
      {name}
    </kbd>
  );
}

interface VerdictProps {
  sighting: Whole;
  note: string;
  onNote: (note: string) => void;
  onGive: Give;
}

/** The verdict: one key each. A rejection is one key too, because its reasons are the keys. */
export function Verdict({ sighting, note, onNote, onGive }: VerdictProps) {
  const { t } = useTranslation();
  const [open, setOpen] = useState(false);
  const judged = !OPEN.has(sighting.state);
  useKeys(
    judged
      ? {}
      : {
          "1": () => onGive("confirmed"),
          ...Object.fromEntries(REASONS.map((reason, index) => [String(index + 2), () => onGive("rejected", reason)])),
          "9": () => onGive("unsure"),
        },
  );
  if (judged) return <Judged sighting={sighting} />;
  return (
    <section className={classes.verdict} aria-label={t("desk.verdict.title")}>
      <Button fullWidth size="md" className={classes.confirm ?? ""} leftSection={<IconCheck size={20} />} rightSection={<Key name="1" />} aria-keyshortcuts="1" justify="space-between" onClick={() => onGive("confirmed")}>
        {t("desk.verdict.confirmed")}
      </Button>
      <Button className={classes.more ?? ""} variant="default" leftSection={<IconX size={20} />} aria-expanded={open} onClick={() => setOpen(!open)}>
        {t("desk.verdict.reject")}
      </Button>
      <fieldset className={classes.reasons} data-open={open}>
        <legend>{t("desk.verdict.rejectAs")}</legend>
        {REASONS.map((reason, index) => (
          <button key={reason} type="button" className={classes.reason} aria-keyshortcuts={String(index + 2)} onClick={() => onGive("rejected", reason)}>
            <Key name={String(index + 2)} />
            {t(`desk.reasons.${reason}`)}
          </button>
        ))}
      </fieldset>
      <Button className={classes.unsure ?? ""} variant="default" leftSection={<IconQuestionMark size={20} />} rightSection={<Key name="9" />} aria-keyshortcuts="9" justify="space-between" onClick={() => onGive("unsure")}>
        {t("desk.verdict.unsure")}
      </Button>
      <Textarea className={classes.note ?? ""} size="sm" autosize minRows={1} maxRows={4} maxLength={1000} value={note} onChange={(event) => onNote(event.currentTarget.value)} placeholder={t("desk.verdict.note")} aria-label={t("desk.verdict.note")} />
    </section>
  );
}

function Judged({ sighting }: { sighting: Whole }) {
  const { t } = useTranslation();
  return (
    <p className={classes.judged}>
      <b>{t(`desk.state.${sighting.state}`)}</b>
      {sighting.rejected_as !== null && ` · ${t(`desk.reasons.${sighting.rejected_as}`)}`}
      {sighting.judged_by !== null && <span className="quiet"> {t("desk.verdict.by", { by: sighting.judged_by })}</span>}
    </p>
  );
}

interface LastProps {
  last: Brief;
  busy: boolean;
  onUndo: () => void;
}

/** The verdict just given, as long as it can be taken back. */
export function Last({ last, busy, onUndo }: LastProps) {
  const { t } = useTranslation();
  const now = useNow();
  const left_s = last.undo_until === null ? 0 : (Date.parse(last.undo_until) - now) / 1000;
  useKeys(left_s > 0 && !busy ? { u: onUndo } : {});
  if (left_s <= 0) return null;
  return (
    <div className={classes.last} role="status">
      <span>
        <b>{t(`desk.state.${last.state}`)}</b>
        {last.rejected_as !== null && ` · ${t(`desk.reasons.${last.rejected_as}`)}`}
        <br />
        <span className="quiet">
          {last.camera_name} · {t("desk.undo.left", { left: clock(left_s) })}
        </span>
      </span>
      <Button variant="default" size="sm" loading={busy} leftSection={<IconArrowBackUp size={18} />} rightSection={<Key name="U" />} aria-keyshortcuts="U" onClick={onUndo}>
        {t("desk.undo.do")}
      </Button>
    </div>
  );
}
