import { Button, SegmentedControl } from "@mantine/core";
import { IconPresentation } from "@tabler/icons-react";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { useParams } from "react-router";
import { Loaded } from "../ground/parts/states";
import { dateTime } from "../ground/words/format";
import { useMeeting, type MeetingView } from "./api";
import classes from "./control/Control.module.css";
import { Live } from "./control/Live";
import { Prepare } from "./prepare/Prepare";

export { MeetingsPage } from "./prepare/Meetings";

type View = "live" | "prepare";

function Meeting({ meeting }: { meeting: MeetingView }) {
  const { t } = useTranslation();
  const ready = meeting.members.length > 0 && meeting.items.length > 0;
  const [view, setView] = useState<View>(meeting.state === "planned" && !ready ? "prepare" : "live");
  return (
    <>
      <div className={`${classes.head ?? ""} no-print`}>
        <div className={classes.headWords}>
          <h1>{meeting.title}</h1>
          <p className="quiet">
            {meeting.body} · {dateTime(meeting.starts_at)} · {meeting.place} · <b>{t(`meeting.state.${meeting.state}`)}</b>
          </p>
        </div>
        <div className={classes.links}>
          <SegmentedControl
            aria-label={t("meeting.control.view")}
            value={view}
            onChange={(value) => setView(value)}
            data={[
              { value: "prepare", label: t("meeting.control.prepare") },
              { value: "live", label: t("meeting.control.live") },
            ]}
          />
          <Button component="a" href={`/hall/${meeting.id}`} target="_blank" rel="noreferrer" variant="default" leftSection={<IconPresentation size={20} />}>
            {t("meeting.control.hall")}
          </Button>
        </div>
      </div>
      {view === "live" ? <Live meeting={meeting} /> : <Prepare meeting={meeting} />}
    </>
  );
}

/** The chair's and the secretary's page of one meeting. */
export function ControlPage() {
  const { meeting = "" } = useParams();
  const query = useMeeting(meeting);
  return <Loaded query={query}>{(data) => <Meeting key={data.id} meeting={data} />}</Loaded>;
}
