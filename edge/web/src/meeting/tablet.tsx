import { Button } from "@mantine/core";
import { IconArmchair, IconDeviceTablet, IconDeviceTabletQuestion } from "@tabler/icons-react";
import { useEffect, useState, useSyncExternalStore, type ReactNode } from "react";
import { useTranslation } from "react-i18next";
import { Connection } from "../ground/live/connection";
import { Snapshots } from "../ground/live/snapshots";
import { SourceContext, useNow, type Source } from "../ground/live/source";
import { Empty, Failure, Loading } from "../ground/parts/states";
import { Refused } from "../ground/http/client";
import { TabletShell } from "../ground/shells/TabletShell";
import { useAgenda, useMotion, useRoll } from "./parts/snapshots";
import { Announcer } from "./tablet/Announcer";
import { CheckIn } from "./tablet/CheckIn";
import { DeskContext, useDesk, useView } from "./tablet/context";
import { TabletDesk, type Me } from "./tablet/desk";
import { useDisplay, useDressed } from "./tablet/display";
import { DisplayButton } from "./tablet/DisplaySheet";
import { Outcome } from "./tablet/Outcome";
import { Room } from "./tablet/Room";
import { Vote } from "./tablet/Vote";
import { useWitness } from "./tablet/witness";
import classes from "./tablet/Page.module.css";

const NOTHING: Source = { snapshots: new Snapshots(), connection: new Connection() };
const SEEN = "dinh.seen.motion";

function Plain({ children }: { children: ReactNode }) {
  const agenda = useAgenda(useDesk().meeting);
  return <TabletShell title={<b>{agenda?.title ?? "Đình"}</b>} tools={<DisplayButton />}>{children}</TabletShell>;
}

/** The node asks which tablet this is: the whole screen says its seat for a few seconds. */
function Identify() {
  const { t } = useTranslation();
  const desk = useDesk();
  const { identify, me } = useView();
  const shown = useNow(500) - identify < 6000;
  if (!shown) return null;
  return (
    <div className={classes.identify} role="alert">
      <IconDeviceTablet size={96} stroke={1.2} aria-hidden="true" />
      <p>{me === null ? desk.device : t("meeting.seat", { label: me.label })}</p>
    </div>
  );
}

/** Which screen the meeting asks for: a vote first, then its result if this tablet was there, else the room. */
function Inside({ me }: { me: Me }) {
  const desk = useDesk();
  const agenda = useAgenda(desk.meeting);
  const motion = useMotion(desk.meeting);
  const [left, setLeft] = useState<string>();
  const [seen, setSeen] = useState(() => localStorage.getItem(SEEN));
  const id = motion?.motion ?? null;
  const there = useWitness(motion);
  if (agenda === undefined) return <Loading lines={6} />;
  if (motion?.state === "open" && id !== null && left !== id) {
    return (
      <Frame me={me}>
        <Vote key={id} motion={motion} me={me} onLeave={() => setLeft(id)} />
      </Frame>
    );
  }
  if (motion?.state === "closed" && motion.count && id !== null && there && seen !== id) {
    const leave = () => {
      localStorage.setItem(SEEN, id);
      setSeen(id);
    };
    return (
      <Frame me={me}>
        <Outcome motion={motion} count={motion.count} onLeave={leave} />
      </Frame>
    );
  }
  return <Room agenda={agenda} me={me} onVote={() => setLeft(undefined)} />;
}

function Frame({ me, children }: { me: Me; children: ReactNode }) {
  const { t } = useTranslation();
  const agenda = useAgenda(useDesk().meeting);
  const who = (
    <span>
      <b>{t("meeting.seat", { label: me.label })}</b> {me.name}
    </span>
  );
  return (
    <TabletShell title={<b>{agenda?.title}</b>} who={who} tools={<DisplayButton />}>
      {children}
    </TabletShell>
  );
}

/** The meeting is over, and nobody has checked in on this tablet. */
function Ended() {
  const { t } = useTranslation();
  return (
    <Empty title={t("meeting.tablet.ended")} icon={<IconArmchair size={64} stroke={1.3} />}>
      {t("meeting.tablet.endedText")}
    </Empty>
  );
}

function Screen({ seat }: { seat: string | null }) {
  const { t } = useTranslation();
  const desk = useDesk();
  const { phase, me, resuming } = useView();
  const roll = useRoll(desk.meeting);
  const closed = useAgenda(desk.meeting)?.state === "closed";
  if (phase === "starting") return <Loading />;
  if (phase === "unreachable") return <Failure error={new Refused("http.unreachable", {}, 0)} />;
  if (phase === "unknown") {
    return (
      <Empty title={t("meeting.tablet.unknown")} icon={<IconDeviceTabletQuestion size={64} stroke={1.3} />} action={<Button size="lg" component="a" href="/enrol">{t("meeting.tablet.enrol")}</Button>}>
        {t("meeting.tablet.unknownText")}
      </Empty>
    );
  }
  if (phase === "no_meeting") {
    return (
      <Plain>
        <Empty title={t("meeting.tablet.noMeeting")} icon={<IconArmchair size={64} stroke={1.3} />}>
          {t("meeting.tablet.noMeetingText")}
        </Empty>
      </Plain>
    );
  }
  // The close sends everybody home by the roll; whoever sat here keeps his receipts on this tablet.
  const away = me !== null && !closed && roll?.seats.some((one) => one.member === me.member && !one.present) === true;
  if (me !== null && !(away && !resuming)) return <Inside me={me} />;
  if (resuming) return <Plain>{<Loading lines={6} />}</Plain>;
  return <Plain>{closed ? <Ended /> : <CheckIn seat={seat} />}</Plain>;
}

function Meeting({ desk }: { desk: TabletDesk }) {
  useSyncExternalStore(desk.subscribe, desk.now);
  return (
    <SourceContext value={desk.post ?? NOTHING}>
      <Screen key={desk.meeting} seat={desk.seat} />
      {desk.now().me !== null && <Announcer />}
      <Identify />
    </SourceContext>
  );
}

/** A member's tablet. */
export function TabletPage() {
  useDressed(useDisplay());
  const [desk] = useState(() => new TabletDesk());
  useEffect(() => {
    desk.start();
    return () => desk.stop();
  }, [desk]);
  return (
    <DeskContext value={desk}>
      <Meeting desk={desk} />
    </DeskContext>
  );
}
