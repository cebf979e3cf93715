import { Button, Modal, SegmentedControl, Table, TextInput } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { get } from "../../ground/http/client";
import { sentence } from "../../ground/http/sentence";
import type { ChoiceId, FloorSnapshot, RollSnapshot } from "../../ground/wire";
import { number, time } from "../../ground/words/format";
import type { Voting } from "../parts/snapshots";
import { useStep, type MeetingView, type MemberView, type ResultView } from "../api";
import { isAnswer } from "../parts/choice";
import { Mark } from "../parts/Mark";
import { SeatPlan } from "../parts/SeatPlan";
import classes from "./Control.module.css";
import { Invite } from "./Invite";

function Member({ meeting, member, onClose }: { meeting: string; member: MemberView; onClose: () => void }) {
  const { t } = useTranslation();
  const take = useStep(meeting);
  const [reason, setReason] = useState("");
  const set = (present: boolean) => take.mutate({ method: "post", path: `/members/${member.id}/presence`, words: { present, reason } }, { onSuccess: onClose });
  return (
    <Modal opened onClose={onClose} title={`${member.label ?? ""} ${member.name}`}>
      <div className={classes.member}>
        <p>
          {member.office} · {member.present && member.since ? t("meeting.roll.since", { at: time(member.since) }) : t("meeting.plan.absent")}
          {member.reason !== "" && ` (${member.reason})`}
        </p>
        <p className="quiet">{member.tablet ? t("meeting.roll.tablet") : t("meeting.roll.noTablet")}</p>
        {member.present ? (
          <>
            <TextInput label={t("meeting.roll.reason")} value={reason} onChange={(event) => setReason(event.currentTarget.value)} />
            <Button variant="default" loading={take.isPending} onClick={() => set(false)}>
              {t("meeting.roll.markAbsent")}
            </Button>
          </>
        ) : (
          <Button loading={take.isPending} onClick={() => set(true)}>
            {t("meeting.roll.markPresent")}
          </Button>
        )}
        {take.error !== null && <p role="alert">{sentence(t, take.error)}</p>}
        <Invite meeting={meeting} member={member} />
      </div>
    </Modal>
  );
}

function Roll({ members, onMember }: { members: MemberView[]; onMember: (id: string) => void }) {
  const { t } = useTranslation();
  return (
    <div className={classes.roll}>
      <Table verticalSpacing={4} fz="md">
        <Table.Tbody>
          {members.map((member) => (
            <Table.Tr key={member.id}>
              <Table.Td>
                <b>{member.label}</b>
              </Table.Td>
              <Table.Td>{member.name}</Table.Td>
              <Table.Td className={member.present ? classes.here : classes.away}>{member.present ? t("meeting.plan.present") : t("meeting.plan.absent")}</Table.Td>
              <Table.Td>
                <Button size="xs" variant="subtle" onClick={() => onMember(member.id)}>
                  {t("meeting.roll.change")}
                </Button>
              </Table.Td>
            </Table.Tr>
          ))}
        </Table.Tbody>
      </Table>
    </div>
  );
}

function Count({ roll }: { roll: RollSnapshot | undefined }) {
  const { t } = useTranslation();
  if (roll === undefined) return null;
  const short = roll.present < roll.quorum;
  const facts = { quorum: number(roll.quorum) };
  return (
    <p>
      <b>{t("meeting.roll.count", { present: number(roll.present), voters: number(roll.voters) })}</b>
      <br />
      <span className={short ? classes.short : "quiet"}>{short ? t("meeting.roll.short", facts) : t("meeting.roll.quorum", facts)}</span>
    </p>
  );
}

const CHOICES: ChoiceId[] = ["for", "against", "abstain"];

/** How each seat voted: only of a question, only after the close, and only where the rule makes the vote an open one. The board says it. */
function useChosen(meeting: MeetingView, motion: Voting | undefined): Record<string, ChoiceId> | undefined {
  const shown = motion?.state === "closed" && motion.method === "question" && motion.rule?.secrecy === "open";
  const current = meeting.items.find(({ state }) => state === "current");
  const board = useQuery({
    queryKey: ["result", meeting.id, motion?.motion],
    queryFn: () => get<ResultView>(`/api/meetings/${meeting.id}/motions/${motion?.motion ?? ""}`),
    enabled: shown && motion.item === current?.id,
  }).data;
  if (!shown || motion.item !== current?.id || board?.motion.state !== "closed") return undefined;
  return Object.fromEntries(board.board.flatMap(({ seat, choice, counts }) => (counts && isAnswer(choice) ? [[seat, choice]] : [])));
}

function Plan({ meeting, roll, floor, motion, onMember }: Props & { onMember: (id: string | null) => void }) {
  const { t } = useTranslation();
  const voting = motion?.state === "open";
  const chosen = useChosen(meeting, motion);
  return (
    <>
      {roll !== undefined && roll.seats.length > 0 && (
        <SeatPlan roll={roll} hands={floor?.queue.map(({ seat }) => seat) ?? []} speaker={floor?.speech?.seat} cast={voting ? motion.cast_seats : undefined} chosen={chosen} onSeat={(seat) => onMember(seat.member ?? null)} />
      )}
      <ul className={classes.legend}>
        <li data-kind="present">{t("meeting.plan.present")}</li>
        <li data-kind="absent">{t("meeting.plan.absent")}</li>
        <li data-kind="hand">{t("meeting.plan.legendHand")}</li>
        {voting && <li data-kind="cast">{t("meeting.plan.legendCast")}</li>}
        {chosen !== undefined &&
          CHOICES.map((choice) => (
            <li key={choice} data-kind="choice">
              <Mark choice={choice} size={11} /> {t(`meeting.choice.${choice}`)}
            </li>
          ))}
      </ul>
    </>
  );
}

interface Props {
  meeting: MeetingView;
  roll: RollSnapshot | undefined;
  floor: FloorSnapshot | undefined;
  motion: Voting | undefined;
}

/** The room: who is here, whose hand is up and in which order, who has cast, never how. */
export function Presence({ meeting, roll, floor, motion }: Props) {
  const { t } = useTranslation();
  const [view, setView] = useState("plan");
  const [chosen, setChosen] = useState<string | null>(null);
  const member = meeting.members.find(({ id }) => id === chosen);
  return (
    <aside className={classes.room} aria-label={t("meeting.plan.title")}>
      <div className={classes.roomHead}>
        <Count roll={roll} />
        <SegmentedControl
          aria-label={t("meeting.roll.view")}
          value={view}
          onChange={setView}
          data={[
            { value: "plan", label: t("meeting.roll.plan") },
            { value: "list", label: t("meeting.roll.list") },
          ]}
        />
      </div>
      {view === "list" ? <Roll members={meeting.members} onMember={setChosen} /> : <Plan meeting={meeting} roll={roll} floor={floor} motion={motion} onMember={setChosen} />}
      {member && <Member key={member.id} meeting={meeting.id} member={member} onClose={() => setChosen(null)} />}
    </aside>
  );
}
