import type { Whole } from "./types";

export interface Mark {
  kind: "put_down" | "gone" | "flagged";
  /** Seconds from the clip's first picture. */
  at_s: number;
}

type Timed = Pick<Whole, "clip_started_at" | "put_down_at" | "actor_gone_at" | "at">;

/** Where the moments lie in the clip; none when the clip's own time is not known. */
export function marks(sighting: Timed): Mark[] {
  if (sighting.clip_started_at === null) return [];
  const start = Date.parse(sighting.clip_started_at);
  const moments: [Mark["kind"], string | null][] = [
    ["put_down", sighting.put_down_at],
    ["gone", sighting.actor_gone_at],
    ["flagged", sighting.at],
  ];
  return moments.flatMap(([kind, at]) => (at === null ? [] : [{ kind, at_s: (Date.parse(at) - start) / 1000 }])).filter(({ at_s }) => at_s >= 0);
}

const LEAD_S = 4;

/** Where to begin to watch: a little before it was put down. */
export function beginning(found: Mark[]): number {
  const moment = found.find(({ kind }) => kind === "put_down")?.at_s ?? 0;
  return Math.max(0, moment - LEAD_S);
}
