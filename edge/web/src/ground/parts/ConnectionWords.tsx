import { IconCircleCheck, IconCloudOff, IconLoader2 } from "@tabler/icons-react";
import { useTranslation } from "react-i18next";
import { useConnection, useNow } from "../live/source";
import { clock, timeToSecond } from "../words/format";
import classes from "./ConnectionWords.module.css";

const SHORT_MS = 2500;

/** How this page stands with the node, in a few words and a shape. */
export function ConnectionWords() {
  const { t } = useTranslation();
  const { state, since, waiting } = useConnection();
  const now = useNow();
  if (state === "online") {
    return (
      <span className={classes.online} role="status">
        <IconCircleCheck size={20} aria-hidden="true" /> {waiting > 0 && now - since > SHORT_MS ? t("ground.connection.sending", { count: waiting }) : t("ground.connection.online")}
      </span>
    );
  }
  const Icon = state === "connecting" ? IconLoader2 : IconCloudOff;
  return (
    <span className={state === "connecting" ? classes.connecting : classes.offline} role="status">
      <Icon size={20} aria-hidden="true" /> {state === "connecting" ? t("ground.connection.connecting") : t("ground.connection.offline", { age: clock((now - since) / 1000) })}
    </span>
  );
}

/** When the node is away for longer than a blink: how old the screen is, and what is safe. Floats over what cannot be pressed, so that nothing jumps or hides. */
export function ConnectionBanner({ over = "foot" }: { over?: "foot" | "head" }) {
  const { t } = useTranslation();
  const { state, since, waiting } = useConnection();
  const now = useNow();
  if (state !== "offline" || now - since < SHORT_MS) return null;
  return (
    <div className={over === "head" ? classes.bannerHead : classes.banner} role="alert">
      <IconCloudOff size={24} aria-hidden="true" />
      <span>
        {t("ground.connection.stale", { at: timeToSecond(since) })} {waiting > 0 && t("ground.connection.waiting", { count: waiting })}
      </span>
    </div>
  );
}
