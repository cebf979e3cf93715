/** The words of the wire that pages read, as broker/messages writes them. Times are RFC 3339. */

export interface DocumentRef {
  id: string;
  title: string;
  sha256: string;
  pages: number;
  bytes: number;
}

export type MeetingState = "planned" | "open" | "paused" | "closed";
export type ItemState = "waiting" | "current" | "done";
export type MotionState = "draft" | "open" | "closed";
export type ChoiceId = "for" | "against" | "abstain";

interface Snapshot {
  revision: number;
  at: string;
}

export interface AgendaItem {
  id: string;
  number: number;
  title: string;
  minutes: number;
  state: ItemState;
  started_at?: string | null;
  documents: DocumentRef[];
  motions: string[];
}

export interface AgendaSnapshot extends Snapshot {
  meeting: string;
  title: string;
  body: string;
  place: string;
  starts_at: string;
  state: MeetingState;
  items: AgendaItem[];
}

export interface Seat {
  id: string;
  label: string;
  x: number;
  y: number;
  member?: string | null;
  name?: string | null;
  office?: string | null;
  votes: boolean;
  present: boolean;
  since?: string | null;
  tablet: boolean;
}

export interface RollSnapshot extends Snapshot {
  width: number;
  height: number;
  seats: Seat[];
  voters: number;
  present: number;
  quorum: number;
}

export type SpeechKind = "speak" | "question";

export interface Speaker {
  request: string;
  seat: string;
  label: string;
  name: string;
  kind: SpeechKind;
  asked_at: string;
}

export interface Speech {
  request: string;
  seat: string;
  label: string;
  name: string;
  kind: SpeechKind;
  limit_s: number;
  spoken_s: number;
  running_since?: string | null;
  state: "called" | "speaking" | "paused";
}

export interface FloorSnapshot extends Snapshot {
  open: boolean;
  queue: Speaker[];
  speech?: Speech | null;
}

export interface RuleView {
  id: string;
  body: string;
  base: "all" | "present" | "cast";
  share: string;
  strict: boolean;
  needed?: number | null;
  citation: string;
  verified: boolean;
}

export interface Count {
  votes: Record<string, number>;
  eligible: number;
  present: number;
  cast: number;
  base: number;
  needed: number;
  adopted: boolean;
}

export interface LogHead {
  size: number;
  root: string;
  checkpoint: string;
}

export interface MotionSnapshot extends Snapshot {
  motion?: string | null;
  item?: string | null;
  title: string;
  text: string;
  state?: MotionState | null;
  opened_at?: string | null;
  closed_at?: string | null;
  paper_base64?: string | null;
  paper_sha256?: string | null;
  choices: { id: ChoiceId }[];
  rule?: RuleView | null;
  may_change: boolean;
  eligible: number;
  cast: number;
  cast_seats: string[];
  count?: Count | null;
  head?: LogHead | null;
}

export interface PageSnapshot extends Snapshot {
  document?: string | null;
  page: number;
}

export interface NoticeSnapshot extends Snapshot {
  level: "info" | "attention";
  text: string;
}

export interface Receipt {
  motion: string;
  code: string;
  index: number;
  size: number;
  leaf_sha256: string;
  proof: string[];
  checkpoint: string;
  ballot_sha256: string;
}

export interface Birth {
  session: string;
  at: string;
  version: string;
}
