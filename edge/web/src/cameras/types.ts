/** What the officer's HTTP doors say; cameras/desk/models.py is where it is decided. */

export type State = "suspected" | "flagged" | "unsure" | "confirmed" | "rejected" | "reported" | "closed";
export type Verdict = "confirmed" | "rejected" | "unsure";
export const REASONS = ["no_waste", "own_bin", "sanitation", "attended", "animal", "light", "other"] as const;
export type Reason = (typeof REASONS)[number];

/** x0, y0, x1, y1 in pixels of a picture of `width` x `height`. */
export type Box = [number, number, number, number];

export interface Brief {
  id: string;
  camera: string;
  camera_name: string;
  at: string;
  put_down_at: string;
  state: State;
  score: number;
  reason: "left" | "thrown";
  poster: string | null;
  revision: number;
  viewer: string | null;
  judged_by: string | null;
  judged_at: string | null;
  rejected_as: Reason | null;
  undo_until: string | null;
}

export interface CaseEvent {
  number: number;
  at: string;
  what: "flagged" | "judged" | "undone" | "reported" | "closed";
  by: string;
  before: State;
  after: State;
  reason: Reason | null;
  note: string;
  reference: string | null;
}

export interface Evidence {
  name: string;
  sha256: string;
  bytes: number;
  url: string;
}

export interface Whole extends Brief {
  actor_gone_at: string | null;
  clock: "camera" | "arrival" | "file";
  box: Box;
  width: number;
  height: number;
  threshold: number;
  base: number;
  level: number;
  explanation: Record<string, string | number | boolean | null>;
  model: string;
  watcher: string;
  received_at: string;
  address: string | null;
  latitude: number | null;
  longitude: number | null;
  clip_started_at: string | null;
  masks: [number, number][][];
  evidence: Evidence[];
  events: CaseEvent[];
}

export interface CameraDay {
  camera: string;
  camera_name: string;
  open: number;
  confirmed: number;
  rejected: number;
  watched: number;
  blind: number;
  state: string | null;
}

export interface Summary {
  day: string;
  open: number;
  quiet: number;
  confirmed: number;
  rejected: number;
  unsure: number;
  flagged: number;
  cameras: CameraDay[];
  hours: number[];
}

export interface Judging {
  id: string;
  verdict: Verdict;
  reason?: Reason;
  note: string;
  revision: number;
}
