import { IconAlertTriangle, IconCheck, IconClock, IconPlugConnectedX } from "@tabler/icons-react";
import { useTranslation } from "react-i18next";
import { words } from "../../ground/http/sentence";
import { Ago } from "../../ground/parts/Ago";
import { useHealth, type Camera } from "./data";
import classes from "./Standing.module.css";

type Tone = "good" | "bad" | "wait" | "off";
const ICONS = { good: IconCheck, bad: IconAlertTriangle, wait: IconClock, off: IconPlugConnectedX } as const;
const TONES: Record<string, Tone> = { seen: "good", idle: "good", off: "off", paused: "off", gap: "wait", dark: "wait", moved: "wait", unheard: "wait", nobody: "wait" };

/** How a camera is, in words with their shape. With `why`, also what its watcher says is the matter. */
export function Standing({ camera, why = false }: { camera: Camera; why?: boolean }) {
  const { t } = useTranslation();
  const health = useHealth(camera);
  const known = camera.enabled ? health : null;
  const state = camera.enabled ? (health?.state ?? (camera.watcher === null ? "nobody" : "unheard")) : "paused";
  const tone = TONES[state] ?? "bad";
  const Icon = ICONS[tone];
  return (
    <span className={classes[tone]}>
      <Icon size={18} aria-hidden="true" />
      <span>
        {t(`house.cameras.is.${state}`)}
        {known !== null && (
          <>
            {" · "}
            <Ago at={known.since} />
          </>
        )}
        {why && known?.code && <span className={classes.why}>{words(t, known.code, known.facts)}</span>}
      </span>
    </span>
  );
}
