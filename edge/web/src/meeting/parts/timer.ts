import { nodeNow } from "../../ground/http/clock";
import { useNow } from "../../ground/live/source";
import type { AgendaItem, Speech } from "../../ground/wire";

/** Seconds that are left of a speech, negative when it is over time. */
export function remaining(speech: Speech, now: number = nodeNow()): number {
  const running = speech.running_since ? Math.max(0, (now - Date.parse(speech.running_since)) / 1000) : 0;
  return speech.limit_s - speech.spoken_s - running;
}

/** The same, kept up to date a few times a second. */
export function useRemaining(speech: Speech): number {
  useNow(250);
  return remaining(speech);
}

/** Seconds left of the minutes planned for an item; undefined while it has not begun. */
export function itemLeft(item: AgendaItem, now: number = nodeNow()): number | undefined {
  return item.started_at ? item.minutes * 60 - (now - Date.parse(item.started_at)) / 1000 : undefined;
}
