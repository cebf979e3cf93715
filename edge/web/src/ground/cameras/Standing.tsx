import { useTranslation } from "react-i18next";
import { words } from "../http/sentence";
import { useSnapshot } from "../live/source";
import { State, type Tone } from "../parts/State";
import { cameraTopic } from "../post/topics";
import { date, dateTime, time } from "../words/format";
import type { Health } from "../wire";
import classes from "./Standing.module.css";

export interface Watched {
  id: string;
  enabled: boolean;
  watcher: string | null;
  health: Health | null;
}

const TONES: Record<string, Tone> = { seen: "good", idle: "good", off: "off", paused: "off", gap: "wait", dark: "wait", moved: "wait", unheard: "wait" };
/** Said by the node of a camera that no watcher speaks for. */
const SILENT: Record<string, string> = { "cameras.nobody_watches": "nobody", "cameras.watcher_unheard": "lost" };

/** How its watcher sees it, newest word first. */
export function useHealth(camera: Watched): Health | null {
  return useSnapshot<Health>(cameraTopic(camera.id, "health")) ?? camera.health;
}

/** 08:30 of today, else with its day. */
function sinceWhen(at: string): string {
  return date(at) === date(Date.now()) ? time(at) : dateTime(at);
}

/** How a camera is, in words with their shape. With `why`, also what is the matter. */
export function Standing({ camera, why = false }: { camera: Watched; why?: boolean }) {
  const { t } = useTranslation();
  const health = useHealth(camera);
  const known = camera.enabled ? health : null;
  const unknown = camera.watcher === null ? "nobody" : "unheard";
  const state = camera.enabled ? (SILENT[health?.code ?? ""] ?? health?.state ?? unknown) : "paused";
  return (
    <State tone={TONES[state] ?? "bad"}>
      {t(`house.cameras.is.${state}`)}
      {known !== null && (
        <>
{" "}
          <time dateTime={known.since}>{t("house.cameras.since", { at: sinceWhen(known.since) })}</time>
        </>
      )}
      {why && known?.code && <span className={classes.why}>{words(t, known.code, known.facts)}</span>}
    </State>
  );
}
