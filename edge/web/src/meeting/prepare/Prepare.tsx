import { Tabs } from "@mantine/core";
import { IconFileText, IconKey, IconUsers } from "@tabler/icons-react";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import type { MeetingView } from "../api";
import { Items } from "./Items";
import { Members } from "./Members";
import { Pins } from "./Pins";
import classes from "./Prepare.module.css";

/** What the secretary prepares: who and where, what and which papers, how they check in. */
export function Prepare({ meeting }: { meeting: MeetingView }) {
  const { t } = useTranslation();
  const [tab, setTab] = useState<string | null>("members");
  return (
    <Tabs value={tab} onChange={setTab} className={classes.tabs ?? ""} keepMounted={false}>
      <Tabs.List className="no-print">
        <Tabs.Tab value="members" leftSection={<IconUsers size={20} />}>
          {t("meeting.prepare.members", { count: meeting.members.length })}
        </Tabs.Tab>
        <Tabs.Tab value="items" leftSection={<IconFileText size={20} />}>
          {t("meeting.prepare.items", { count: meeting.items.length })}
        </Tabs.Tab>
        <Tabs.Tab value="pins" leftSection={<IconKey size={20} />}>
          {t("meeting.prepare.pins")}
        </Tabs.Tab>
      </Tabs.List>
      <Tabs.Panel value="members">
        <Members key={meeting.members.length + meeting.plan.seats.length} meeting={meeting} />
      </Tabs.Panel>
      <Tabs.Panel value="items">
        <Items meeting={meeting} />
      </Tabs.Panel>
      <Tabs.Panel value="pins">
        <Pins meeting={meeting} />
      </Tabs.Panel>
    </Tabs>
  );
}
