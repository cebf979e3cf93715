import { Button, Modal, SegmentedControl } from "@mantine/core";
import { useMediaQuery } from "@mantine/hooks";
import { IconSend } from "@tabler/icons-react";
import { useEffect, useMemo, useRef, useState, type KeyboardEvent } from "react";
import { useTranslation } from "react-i18next";
import { sentence } from "../../ground/http/sentence";
import { number } from "../../ground/words/format";
import type { Voting } from "../parts/snapshots";
import type { MeetingView } from "../api";
import { sendCall, type Signer } from "../calling/clerk";
import { useCallDeed } from "../calling/calls";
import { isWhole, keyed, lines, onward, rows, shown, type Draft, type Row } from "../calling/sheet";
import { chosenOf, NOBODY, type Asked } from "../parts/choice";
import { Called } from "./Called";
import { CallKeys, Legend } from "./CallKeys";
import classes from "./RollCall.module.css";

/** So that what is signed stays below 64 KiB. */
const MOST_LINES = { question: 400, election: 120 };

interface LineProps {
  asked: Asked;
  row: Row;
  chosen: string | undefined;
  current: boolean;
  onChoose: (choice: string | null) => void;
  onFocus: () => void;
}

/** One member. The row is one stop for the keyboard; a finger has large keys. */
function MemberLine({ asked, row, chosen, current, onChoose, onFocus }: LineProps) {
  const { t } = useTranslation();
  const self = useRef<HTMLDivElement>(null);
  useEffect(() => {
    if (current) self.current?.focus();
  }, [current]);
  const { member, closed, done } = row;
  const note = closed === null ? (done ? t("meeting.calling.again") : null) : t(`meeting.calling.why.${closed}`);
  return (
    <div
      ref={self}
      className={classes.line}
      role={asked.method === "election" ? "group" : "radiogroup"}
      aria-label={[member.label, member.name, note].filter(Boolean).join(" ")}
      aria-disabled={closed !== null}
      data-current={current}
      tabIndex={current ? 0 : -1}
      data-autofocus={current ? true : undefined}
      onFocus={onFocus}
    >
      <span className={classes.who}>
        <b>{member.label}</b>
        <span>
          {member.name}
          {note !== null && <small>{note}</small>}
        </span>
      </span>
      <CallKeys asked={asked} chosen={chosen} closed={closed !== null} onChoose={onChoose} />
      {asked.method === "election" && chosen !== undefined && <span className={classes.named}>{chosen === NOBODY ? t("meeting.election.blank") : chosenOf(asked.candidates, chosen).map(({ name }) => name).join(", ")}</span>}
    </div>
  );
}

interface Props {
  meeting: MeetingView;
  motion: Voting;
  waiting: ReadonlySet<string>;
  signer: Signer;
  draft: Draft;
  onDraft: (draft: Draft) => void;
  onClose: () => void;
}

/** Moving and choosing without a pointer: arrows, Home, End, the keys of the choices, Delete, Ctrl+Enter. `press` says whether it took the key. */
function useSheetKeys(list: Row[], at: number, go: (at: number) => void, press: (row: Row, key: string) => boolean, send: () => void) {
  return (event: KeyboardEvent) => {
    const row = list[at];
    const moves: Record<string, number> = { ArrowDown: at + 1, ArrowUp: at - 1, Enter: at + 1, Home: 0, End: list.length - 1, PageDown: at + 8, PageUp: at - 8 };
    const move = moves[event.key];
    if (event.key === "Enter" && event.ctrlKey) send();
    else if (event.ctrlKey || event.altKey || event.metaKey) return;
    else if (move !== undefined) go(Math.max(0, Math.min(list.length - 1, move)));
    else if (row === undefined || !press(row, event.key)) return;
    event.preventDefault();
    event.stopPropagation();
  };
}

/** The sheet that the secretary fills in while the names are called. */
export function RollCallSheet({ meeting, motion, waiting, signer, draft, onDraft, onClose }: Props) {
  const { t } = useTranslation();
  const small = useMediaQuery("(max-width: 900px)");
  const [every, setEvery] = useState(false);
  const [at, setAt] = useState(0);
  const all = useMemo(() => rows(meeting.members, motion, waiting), [meeting.members, motion, waiting]);
  const list = shown(all, every, draft);
  const entered = lines(all, draft);
  const send = useCallDeed(meeting.id, motion.motion ?? "", async () => {
    const most = MOST_LINES[motion.method];
    for (let from = 0; from < entered.length; from += most) {
      await sendCall(signer, { id: motion.motion ?? "", paper: motion.paper_sha256 ?? "" }, entered.slice(from, from + most));
    }
  });
  const choose = (row: Row, choice: string | null) => {
    if (row.closed !== null) return;
    const next = new Map(draft);
    if (choice === null) next.delete(row.member.id);
    else next.set(row.member.id, choice);
    onDraft(next);
    if (choice !== null && isWhole(motion, choice)) setAt(onward(list, list.indexOf(row), next));
  };
  const press = (row: Row, key: string) => {
    const choice = keyed(motion, draft.get(row.member.id), key);
    if (choice === undefined) return false;
    choose(row, choice);
    return true;
  };
  const finish = () => {
    if (entered.length === 0 || send.isPending) return;
    send.mutate(undefined, {
      onSuccess: () => {
        onDraft(new Map());
        onClose();
      },
    });
  };
  const keys = useSheetKeys(list, at, setAt, press, finish);
  const open = all.filter(({ member, closed, done }) => closed === null && !done && !draft.has(member.id)).length;
  return (
    <Modal opened onClose={onClose} title={t("meeting.calling.title")} size={1080} fullScreen={small} closeButtonProps={{ "aria-label": t("house.close") }} classNames={{ body: classes.sheet ?? "", content: classes.content ?? "", header: classes.bar ?? "" }} trapFocus onKeyDown={(event) => event.key === "Enter" && event.ctrlKey && finish()}>
      <div className={classes.top}>
        <p className={classes.question}>{motion.title}</p>
        <Legend asked={motion} />
        <div className={classes.tools}>
          <SegmentedControl
            size="md"
            aria-label={t("meeting.calling.filter")}
            value={every ? "all" : "open"}
            onChange={(value) => {
              setEvery(value === "all");
              setAt(0);
            }}
            data={[
              { value: "open", label: t("meeting.calling.open") },
              { value: "all", label: t("meeting.calling.all") },
            ]}
          />
          <p className={classes.hint}>{t(`meeting.calling.${motion.method === "election" ? "electionKeys" : "keys"}`)}</p>
        </div>
      </div>
      <div className={classes.lines} onKeyDown={keys}>
        {list.length === 0 && <p className="quiet">{t("meeting.calling.nobody")}</p>}
        {list.map((row, index) => (
          <MemberLine key={row.member.id} asked={motion} row={row} chosen={draft.get(row.member.id)} current={index === Math.min(at, list.length - 1)} onChoose={(choice) => choose(row, choice)} onFocus={() => setAt(index)} />
        ))}
      </div>
      <div className={classes.foot}>
        <p role="status">
          <b>{t("meeting.calling.progress", { entered: number(entered.length), open: number(open) })}</b>
        </p>
        {motion.method === "question" && <Called asked={motion} choices={entered.map(({ choice }) => choice)} />}
        <Button size="lg" disabled={entered.length === 0} loading={send.isPending} onClick={finish} leftSection={<IconSend size={22} />} rightSection={<kbd className={classes.ctrl}>Ctrl Enter</kbd>}>
          {t("meeting.calling.send")}
        </Button>
        {send.error !== null && <p role="alert">{sentence(t, send.error)}</p>}
      </div>
    </Modal>
  );
}
