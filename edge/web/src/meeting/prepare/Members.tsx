import { Button, Checkbox, Modal, NumberInput, Select, Table, Textarea, TextInput } from "@mantine/core";
import { useDisclosure } from "@mantine/hooks";
import { IconArmchair, IconClipboardText, IconPlus, IconTrash } from "@tabler/icons-react";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { post, put } from "../../ground/http/client";
import { sentence } from "../../ground/http/sentence";
import type { MeetingView, MemberView, MemberWords, Plan } from "../api";
import { SeatPlan } from "../parts/SeatPlan";
import { drawnRows, fillSeats, fittingRows, readList, rowsOfSeats } from "./plan";
import classes from "./Prepare.module.css";

const NEW: MemberWords = { name: "", office: "", seat: null, votes: true, chairs: false, weight: 1 };

const words = ({ id, name, office, seat, votes, chairs, weight }: MemberView): MemberWords => ({ id, name, office, seat, votes, chairs, weight });

function Paste({ onPaste, onClose }: { onPaste: (text: string) => void; onClose: () => void }) {
  const { t } = useTranslation();
  const [text, setText] = useState("");
  return (
    <Modal opened onClose={onClose} title={t("meeting.members.paste")} size="lg">
      <div className={classes.form}>
        <Textarea label={t("meeting.members.pasteLabel")} description={t("meeting.members.pasteText")} rows={10} value={text} onChange={(event) => setText(event.currentTarget.value)} data-autofocus />
        <Button disabled={readList(text).length === 0} onClick={() => onPaste(text)}>
          {t("meeting.members.pasteAdd", { count: readList(text).length })}
        </Button>
      </div>
    </Modal>
  );
}

function Room({ plan, members, onPlan }: { plan: Plan; members: MemberWords[]; onPlan: (plan: Plan) => void }) {
  const { t } = useTranslation();
  const first = plan.seats.length > 0 ? drawnRows(plan) : fittingRows(Math.max(members.length, 2));
  const [rows, setRows] = useState<number | string>(first.rows);
  const [columns, setColumns] = useState<number | string>(first.columns);
  const seats = plan.seats.map((seat) => {
    const member = members.find((one) => one.seat === seat.id);
    return { ...seat, member: member === undefined ? null : seat.id, name: member?.name ?? null, votes: true, weight: 1, present: member !== undefined, tablet: false };
  });
  const roll = { revision: 0, at: "", width: plan.width, height: plan.height, seats, voters: 0, present: 0, quorum: 0 };
  return (
    <section className={classes.block}>
      <h2>{t("meeting.members.room")}</h2>
      <div className={classes.fields}>
        <NumberInput label={t("meeting.members.rows")} min={1} max={26} value={rows} onChange={setRows} w={110} />
        <NumberInput label={t("meeting.members.columns")} min={1} max={30} value={columns} onChange={setColumns} w={110} />
        <Button variant="default" leftSection={<IconArmchair size={20} />} onClick={() => onPlan(rowsOfSeats(Number(rows), Number(columns)))}>
          {t("meeting.members.draw")}
        </Button>
      </div>
      {seats.length > 0 && (
        <div className={classes.drawn}>
          <SeatPlan roll={roll} />
        </div>
      )}
    </section>
  );
}

interface RowProps {
  member: MemberWords;
  place: number;
  plan: Plan;
  weighs: boolean;
  onChange: (change: Partial<MemberWords>) => void;
  onRemove: () => void;
}

function Row({ member, place, plan, weighs, onChange, onRemove }: RowProps) {
  const { t } = useTranslation();
  const label = (key: string) => `${t(key)} ${place}`;
  return (
    <Table.Tr>
      <Table.Td className={classes.place}>{place}</Table.Td>
      <Table.Td>
        <TextInput aria-label={label("meeting.members.name")} value={member.name} onChange={(event) => onChange({ name: event.currentTarget.value })} maxLength={120} />
      </Table.Td>
      <Table.Td>
        <TextInput aria-label={label("meeting.members.office")} value={member.office} onChange={(event) => onChange({ office: event.currentTarget.value })} maxLength={120} />
      </Table.Td>
      <Table.Td>
        <Select aria-label={label("meeting.members.seat")} w={100} searchable clearable value={member.seat} onChange={(seat) => onChange({ seat })} data={plan.seats.map(({ id, label: word }) => ({ value: id, label: word }))} />
      </Table.Td>
      <Table.Td>
        <Checkbox aria-label={label("meeting.members.votes")} checked={member.votes} onChange={(event) => onChange({ votes: event.currentTarget.checked })} />
      </Table.Td>
      <Table.Td>
        <Checkbox aria-label={label("meeting.members.chairs")} checked={member.chairs} onChange={(event) => onChange({ chairs: event.currentTarget.checked })} />
      </Table.Td>
      {weighs && (
        <Table.Td>
          <NumberInput aria-label={label("meeting.members.weight")} w={120} min={1} max={1_000_000} clampBehavior="strict" allowDecimal={false} disabled={!member.votes} value={member.weight} onChange={(weight) => onChange({ weight: Number(weight) || 1 })} />
        </Table.Td>
      )}
      <Table.Td>
        <Button variant="subtle" color="gray" size="sm" leftSection={<IconTrash size={18} />} onClick={onRemove}>
          {t("meeting.remove")}
        </Button>
      </Table.Td>
    </Table.Tr>
  );
}

/** Plan and members are saved together; the plan first, because a member's seat must exist. */
function useSave(meeting: MeetingView) {
  const client = useQueryClient();
  return useMutation({
    mutationFn: async ({ plan, members }: { plan: Plan; members: MemberWords[] }) => {
      const path = `/api/meetings/${meeting.id}`;
      const seated = new Set(plan.seats.map(({ id }) => id));
      const vacated = meeting.members.some(({ seat }) => seat !== null && !seated.has(seat));
      if (vacated) await post(`${path}/members`, members.map((member) => ({ ...member, seat: null })));
      if (plan !== meeting.plan) await put(`${path}/plan`, plan);
      await post(`${path}/members`, members);
    },
    onSettled: () => client.invalidateQueries({ queryKey: ["meeting", meeting.id] }),
  });
}

/** Who takes part and where they sit. Nothing is saved until the one button is pressed. */
export function Members({ meeting }: { meeting: MeetingView }) {
  const { t } = useTranslation();
  const [members, setMembers] = useState<MemberWords[]>(() => meeting.members.map(words));
  const [plan, setPlan] = useState(meeting.plan);
  const [weighs, setWeighs] = useState(() => meeting.members.some(({ weight }) => weight !== 1));
  const [pasting, { open, close }] = useDisclosure(false);
  const save = useSave(meeting);
  const change = (index: number, part: Partial<MemberWords>) => setMembers(members.map((member, at) => (at === index ? { ...member, ...part } : member)));
  const paste = (text: string) => {
    setMembers(fillSeats([...members, ...readList(text).map((one) => ({ ...NEW, ...one }))], plan));
    close();
  };
  const draw = (drawn: Plan) => {
    setPlan(drawn);
    setMembers(fillSeats(members, drawn));
  };
  const heads = ["name", "office", "seat", "votes", "chairs"] as const;
  const weigh = (on: boolean) => {
    setWeighs(on);
    if (!on) setMembers(members.map((member) => ({ ...member, weight: 1 })));
  };
  return (
    <div className={classes.two}>
      <section className={classes.block}>
        <div className={classes.blockHead}>
          <h2>{t("meeting.members.title")}</h2>
          <Button variant="default" leftSection={<IconClipboardText size={20} />} onClick={open}>
            {t("meeting.members.paste")}
          </Button>
        </div>
        {members.length > 0 && (
          <div className={classes.scroll}>
            <Table verticalSpacing={4}>
              <Table.Thead>
                <Table.Tr>
                  <Table.Td />
                  {heads.map((head) => (
                    <Table.Th key={head}>{t(`meeting.members.${head}`)}</Table.Th>
                  ))}
                  {weighs && <Table.Th>{t("meeting.members.weight")}</Table.Th>}
                  <Table.Td />
                </Table.Tr>
              </Table.Thead>
              <Table.Tbody>
                {members.map((member, index) => (
                  <Row key={index} member={member} place={index + 1} plan={plan} weighs={weighs} onChange={(part) => change(index, part)} onRemove={() => setMembers(members.filter((_, at) => at !== index))} />
                ))}
              </Table.Tbody>
            </Table>
          </div>
        )}
        <Checkbox label={t("meeting.members.weighs")} description={t("meeting.members.weighsText")} checked={weighs} onChange={(event) => weigh(event.currentTarget.checked)} />
        <div className={classes.fields}>
          <Button variant="default" leftSection={<IconPlus size={20} />} onClick={() => setMembers(fillSeats([...members, NEW], plan))}>
            {t("meeting.members.add")}
          </Button>
          <Button loading={save.isPending} disabled={members.some(({ name }) => name.trim() === "")} onClick={() => save.mutate({ plan, members })}>
            {t("meeting.members.save")}
          </Button>
        </div>
        {save.isSuccess && <p role="status">{t("meeting.saved")}</p>}
        {save.error !== null && <p role="alert">{sentence(t, save.error)}</p>}
      </section>
      <Room plan={plan} members={members} onPlan={draw} />
      {pasting && <Paste onPaste={paste} onClose={close} />}
    </div>
  );
}
