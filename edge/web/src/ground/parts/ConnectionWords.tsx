import { IconCircleCheck, IconCloudOff, IconLoader2 } from "@tabler/icons-react";
import { useTranslation } from "react-i18next";
import { useConnection, useNow } from "../live/source";
import { clock, time } from "../words/format";
import classes from "./ConnectionWords.module.css";

/** How this page stands with the node, in words and shape; how old what is shown is, and what waits to be sent. */
export function ConnectionWords() {
  const { t } = useTranslation();
  const { state, since, waiting } = useConnection();
  const now = useNow();
  const young = now - since < 3000;
  if (state === "online") {
    return (
      <span className={classes.online} role="status">
        <IconCircleCheck size={20} aria-hidden="true" /> {waiting > 0 && !young ? t("ground.connection.sending", { count: waiting }) : t("ground.connection.online")}
      </span>
    );
  }
  if (state === "connecting") {
    return (
      <span className={classes.connecting} role="status">
        <IconLoader2 size={20} aria-hidden="true" /> {t("ground.connection.connecting")}
      </span>
    );
  }
  return (
    <span className={classes.offline} role="status">
      <IconCloudOff size={20} aria-hidden="true" />
      <span>
        {t("ground.connection.offline", { age: clock((now - since) / 1000), at: time(since) })}
        {waiting > 0 && ` ${t("ground.connection.waiting", { count: waiting })}`}
      </span>
    </span>
  );
}
