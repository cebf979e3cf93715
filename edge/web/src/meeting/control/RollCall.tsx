import { Button, Modal } from "@mantine/core";
import { useMediaQuery } from "@mantine/hooks";
import { IconArrowBackUp, IconEdit, IconListCheck, IconSignature } from "@tabler/icons-react";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { sentence } from "../../ground/http/sentence";
import { may, useSession } from "../../ground/http/session";
import { number, time } from "../../ground/words/format";
import type { Voting } from "../parts/snapshots";
import type { MeetingView, RollCallView } from "../api";
import { countersign, signedLines, type Signer } from "../calling/clerk";
import { sendBack, useCallDeed, useCalls } from "../calling/calls";
import type { Draft } from "../calling/sheet";
import { Chosen } from "../parts/Chosen";
import { chosenOf, type Asked } from "../parts/choice";
import { Called } from "./Called";
import classes from "./RollCall.module.css";
import { RollCallSheet } from "./RollCallSheet";

interface One {
  meeting: MeetingView;
  motion: Voting;
  call: RollCallView;
}

/** Every line, as it stands under the secretary's signature. */
function Lines({ meeting, call, asked }: Pick<One, "meeting" | "call"> & { asked: Asked }) {
  const members = new Map(meeting.members.map((member) => [member.id, member]));
  return (
    <ol className={asked.method === "election" ? `${classes.read ?? ""} ${classes.readNames ?? ""}` : classes.read}>
      {signedLines(call.jws).map(({ member, choice }) => (
        <li key={member}>
          <span>
            <b>{members.get(member)?.label}</b> {members.get(member)?.name ?? member}
          </span>
          <span className={classes.choice}>
            <Chosen choice={choice} names={chosenOf(asked.candidates, choice).map(({ name }) => name)} size={18} />
          </span>
        </li>
      ))}
    </ol>
  );
}

/** The chair reads all lines and signs them, or sends them back. */
function Countersign({ meeting, motion, call, signer, onClose }: One & { signer: Signer; onClose: () => void }) {
  const { t } = useTranslation();
  const small = useMediaQuery("(max-width: 900px)");
  const id = motion.motion ?? "";
  const sign = useCallDeed(meeting.id, id, () => countersign(signer, id, call));
  const back = useCallDeed(meeting.id, id, () => sendBack(meeting.id, id, call.id));
  const error = sign.error ?? back.error;
  return (
    <Modal opened onClose={onClose} title={t("meeting.calling.countersign")} size={1080} fullScreen={small} closeButtonProps={{ "aria-label": t("house.close") }} classNames={{ body: classes.sheet ?? "", content: classes.content ?? "", header: classes.bar ?? "" }}>
      <div className={classes.top}>
        <p className={classes.question}>{motion.title}</p>
        <p className="quiet">{t("meeting.calling.by", { name: call.name, at: time(call.made_at) })}</p>
        <Called asked={motion} choices={call.lines.map(({ choice }) => choice)} />
      </div>
      <div className={classes.lines} tabIndex={0} role="region" aria-label={t("meeting.calling.lines", { count: call.lines.length })}>
        <Lines meeting={meeting} call={call} asked={motion} />
      </div>
      <div className={classes.foot}>
        <p>{t("meeting.calling.means")}</p>
        <div className={classes.deeds}>
          <Button size="lg" loading={sign.isPending} disabled={back.isPending} onClick={() => sign.mutate(undefined, { onSuccess: onClose })} leftSection={<IconSignature size={22} />}>
            {t("meeting.calling.sign")}
          </Button>
          <Button size="lg" variant="default" loading={back.isPending} disabled={sign.isPending} onClick={() => back.mutate(undefined, { onSuccess: onClose })} leftSection={<IconArrowBackUp size={22} />}>
            {t("meeting.calling.back")}
          </Button>
        </div>
        {error !== null && <p role="alert">{sentence(t, error)}</p>}
      </div>
    </Modal>
  );
}

/** One roll call that waits, as chair and secretary see it. */
function Waiting({ meeting, motion, call, signer, own }: One & { signer: Signer | null; own: boolean }) {
  const { t } = useTranslation();
  const [reading, setReading] = useState(false);
  const back = useCallDeed(meeting.id, motion.motion ?? "", () => sendBack(meeting.id, motion.motion ?? "", call.id));
  return (
    <li>
      <p>
        <b>{t("meeting.calling.waits", { count: call.lines.length })}</b>
        <small className="quiet">{t("meeting.calling.by", { name: call.name, at: time(call.made_at) })}</small>
      </p>
      <Called asked={motion} choices={call.lines.map(({ choice }) => choice)} />
      {signer !== null && (
        <Button size="lg" onClick={() => setReading(true)} leftSection={<IconSignature size={22} />}>
          {t("meeting.calling.read")}
        </Button>
      )}
      {own && (
        <Button variant="default" size="lg" loading={back.isPending} onClick={() => back.mutate(undefined)} leftSection={<IconArrowBackUp size={22} />}>
          {t("meeting.calling.withdraw")}
        </Button>
      )}
      {back.error !== null && <p role="alert">{sentence(t, back.error)}</p>}
      {reading && signer !== null && <Countersign meeting={meeting} motion={motion} call={call} signer={signer} onClose={() => setReading(false)} />}
    </li>
  );
}

/** Votes by roll call while an open vote runs: the secretary enters them, the chair countersigns. */
export function RollCall({ meeting, motion }: { meeting: MeetingView; motion: Voting }) {
  const { t } = useTranslation();
  const person = useSession().data;
  const calls = useCalls(meeting.id, motion).data ?? [];
  const [draft, setDraft] = useState<Draft>(new Map());
  const [open, setOpen] = useState(false);
  const [settled, setSettled] = useState<string[]>([]);
  const account = person?.account ?? "";
  const waiting = calls.filter(({ state }) => state === "waiting");
  const counted = calls.filter(({ state }) => state === "counted").flatMap((call) => call.lines);
  const returned = calls.filter((call) => call.state === "returned" && call.account === account && !settled.includes(call.id)).at(-1);
  const mend = (call: RollCallView) => {
    setDraft(new Map(signedLines(call.jws).map(({ member, choice }) => [member, choice])));
    setSettled([...settled, call.id]);
    setOpen(true);
  };
  const secretary = may(person, "secretary");
  if (!secretary && waiting.length === 0 && counted.length === 0) return null;
  return (
    <section className={classes.calls} aria-label={t("meeting.calling.title")}>
      <div className={classes.head}>
        <h2>
          <IconListCheck size={22} aria-hidden="true" /> {t("meeting.calling.title")}
        </h2>
        {counted.length > 0 && <p className="quiet">{t("meeting.calling.counted", { count: counted.length, number: number(counted.length) })}</p>}
        {secretary && (
          <Button size="lg" variant={waiting.length === 0 ? "light" : "default"} onClick={() => setOpen(true)} leftSection={<IconEdit size={22} />}>
            {t(draft.size === 0 ? "meeting.calling.enter" : "meeting.calling.goOn", { count: draft.size })}
          </Button>
        )}
      </div>
      {returned && secretary && (
        <div className={classes.returned} role="status">
          <p>{t("meeting.calling.returned")}</p>
          <Button size="lg" variant="default" onClick={() => mend(returned)}>
            {t("meeting.calling.mend")}
          </Button>
        </div>
      )}
      {waiting.length > 0 && (
        <ul className={classes.waiting}>
          {waiting.map((call) => {
            const own = call.account === account;
            const signer: Signer | null = may(person, "chair") && !own ? { meeting: meeting.id, account, role: "chair" } : null;
            return <Waiting key={call.id} meeting={meeting} motion={motion} call={call} signer={signer} own={own} />;
          })}
        </ul>
      )}
      {open && (
        <RollCallSheet
          meeting={meeting}
          motion={motion}
          waiting={new Set(waiting.flatMap((call) => call.lines.map(({ member }) => member)))}
          signer={{ meeting: meeting.id, account, role: "secretary" }}
          draft={draft}
          onDraft={setDraft}
          onClose={() => setOpen(false)}
        />
      )}
    </section>
  );
}
