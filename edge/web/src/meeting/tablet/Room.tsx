import { Button, Drawer } from "@mantine/core";
import { useDisclosure } from "@mantine/hooks";
import { IconChecklist, IconFileOff, IconList, IconPlayerPlay, IconSpeakerphone } from "@tabler/icons-react";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { nodeNow } from "../../ground/http/clock";
import { useNow } from "../../ground/live/source";
import { Digits } from "../../ground/parts/Digits";
import { Empty } from "../../ground/parts/states";
import { TabletShell } from "../../ground/shells/TabletShell";
import type { AgendaItem, AgendaSnapshot } from "../../ground/wire";
import { clock } from "../../ground/words/format";
import { useFloor, useMotion, useNotice, usePage } from "../parts/snapshots";
import { itemLeft } from "../parts/timer";
import { Reader } from "../reader/Reader";
import { Agenda } from "./Agenda";
import { useDesk } from "./context";
import { DisplayButton } from "./DisplaySheet";
import type { Me } from "./desk";
import { Floor } from "./Floor";
import { ReceiptsButton } from "./Receipts";
import classes from "./Room.module.css";

function Left({ item }: { item: AgendaItem }) {
  const { t } = useTranslation();
  useNow();
  const left = itemLeft(item, nodeNow());
  if (left === undefined) return null;
  return (
    <p className={left < 0 ? classes.over : classes.left}>
      <b>
        <Digits>{clock(left)}</Digits>
      </b> <span>{left < 0 ? t("meeting.item.over") : t("meeting.item.left")}</span>
    </p>
  );
}

function Documents({ item }: { item: AgendaItem }) {
  const { t } = useTranslation();
  const desk = useDesk();
  const presented = usePage(desk.meeting);
  const [chosen, setChosen] = useState<string>();
  const shown = item.documents.find(({ id }) => id === chosen) ?? item.documents.find(({ id }) => id === presented?.document) ?? item.documents[0];
  if (shown === undefined) {
    return (
      <Empty title={item.title} icon={<IconFileOff size={44} stroke={1.4} />}>
        {t("meeting.reader.none")}
      </Empty>
    );
  }
  return (
    <>
      {item.documents.length > 1 && (
        <div className={classes.documents} role="tablist" aria-label={t("meeting.reader.choose")}>
          {item.documents.map((document) => (
            <button key={document.id} type="button" role="tab" aria-selected={document.id === shown.id} className={document.id === shown.id ? classes.tabHere : classes.tab} title={document.title} onClick={() => setChosen(document.id)}>
              {document.title}
            </button>
          ))}
        </div>
      )}
      <Reader meeting={desk.meeting} document={shown} presented={presented} />
    </>
  );
}

function Who({ me }: { me: Me }) {
  const { t } = useTranslation();
  return (
    <p className={classes.who}>
      <b>{t("meeting.seat", { label: me.label })}</b> <span>{me.name}</span>
    </p>
  );
}

/** After the close: thanks, and where the receipts are. */
function Over() {
  const { t } = useTranslation();
  return (
    <>
      <p className={classes.thanks}>{t("meeting.tablet.over", { receipts: t("meeting.receipts.heading") })}</p>
      <ReceiptsButton />
    </>
  );
}

function useShown(agenda: AgendaSnapshot) {
  const [chosen, setChosen] = useState<string>();
  const current = agenda.items.find(({ state }) => state === "current");
  const shown = agenda.items.find(({ id }) => id === chosen) ?? current ?? agenda.items.find(({ state }) => state === "waiting") ?? agenda.items[0];
  return { current, shown, setChosen, away: chosen !== undefined && current !== undefined && chosen !== current.id };
}

/** The meeting as a member has it before him: agenda, document, his place in the queue, the one action. */
export function Room({ agenda, me, onVote }: { agenda: AgendaSnapshot; me: Me; onVote: () => void }) {
  const { t } = useTranslation();
  const desk = useDesk();
  const [open, { open: show, close }] = useDisclosure(false);
  const { current, shown, setChosen, away } = useShown(agenda);
  const motion = useMotion(desk.meeting);
  const notice = useNotice(desk.meeting);
  const floor = useFloor(desk.meeting);
  const choose = (item: string) => {
    setChosen(item);
    close();
  };
  const rail = (
    <>
      <Agenda agenda={agenda} shown={shown?.id} onShow={choose} />
      {agenda.state !== "closed" && (
        <div className={classes.receipts}>
          <ReceiptsButton />
        </div>
      )}
    </>
  );
  const title = (
    <>
      <p className={classes.meeting} title={agenda.title}>{agenda.title}</p>
      <h1 className={classes.now}>{current === undefined ? t(`meeting.state.${agenda.state}`) : t("meeting.item.current", { number: current.number, title: current.title })}</h1>
    </>
  );
  return (
    <TabletShell title={title} middle={current && <Left item={current} />} who={<Who me={me} />} tools={<DisplayButton />} rail={rail} action={agenda.state === "closed" ? <Over /> : <Floor floor={floor} me={me} open={agenda.state === "open"} />}>
      {notice !== undefined && notice.text !== "" && (
        <p className={notice.level === "attention" ? classes.attention : classes.notice} role="status">
          <IconSpeakerphone size={24} aria-hidden="true" /> {notice.text}
        </p>
      )}
      <div className={classes.tools}>
        <Button className={classes.agendaButton ?? ""} size="lg" variant="default" onClick={show} leftSection={<IconList size={22} />}>
          {t("meeting.agenda.title")}
        </Button>
        {away && (
          <Button size="lg" variant="light" onClick={() => setChosen(undefined)} leftSection={<IconPlayerPlay size={22} />}>
            {t("meeting.item.back")}
          </Button>
        )}
        {motion?.state === "open" && (
          <Button size="lg" onClick={onVote} leftSection={<IconChecklist size={22} />}>
            {t("meeting.vote.return")}
          </Button>
        )}
      </div>
      {shown === undefined ? <Empty title={t("meeting.agenda.empty")} /> : <Documents key={shown.id} item={shown} />}
      <Drawer opened={open} onClose={close} title={agenda.title} size="sm">
        {rail}
      </Drawer>
    </TabletShell>
  );
}
