// Generated from broker/topics.py and broker/messages by `python -m broker.schemas`. Do not edit.

/** An instant as RFC 3339 text, UTC. */
export type Instant = string;

/** Retained self-description, once per device. */
export interface About {
  kind: "tablet" | "keypad" | "screen" | "watcher" | "camera" | "seat_unit" | "siren" | "other";
  model: string;
  version: string;
  capabilities: string[];
  /** Of a watcher in which one was installed. */
  detector?: DetectorInUse | null;
}

/** One line of the agenda. */
export interface AgendaItem {
  id: string;
  number: number;
  title: string;
  minutes: number;
  state: "waiting" | "current" | "done";
  started_at?: Instant | null;
  documents: DocumentRef[];
  motions: string[];
}

/** The meeting and its agenda. */
export interface AgendaSnapshot {
  revision: number;
  at: Instant;
  meeting: string;
  title: string;
  /** The deciding body as it is written, for example "Hội đồng nhân dân phường". */
  body: string;
  place: string;
  starts_at: Instant;
  state: "planned" | "open" | "paused" | "closed";
  items: AgendaItem[];
}

/** A minute that a camera slept through, decoded afterwards by a fresh pair of eyes. */
export interface AuditLine {
  camera: string;
  /** When it began. */
  at: Instant;
  /** For how long something went somewhere: above 0, the gate missed it. */
  moved_s: number;
  level?: number | null;
  /** What the gate read at its highest meanwhile, and what it would have opened at, in powers of two. */
  threshold?: number | null;
}

/** Retained. The node has (re)started: devices announce themselves again, tablets repeat what is unanswered. */
export interface Birth {
  session: string;
  at: Instant;
  version: string;
}

/** One who stands for election, in the paper's order. A ballot names him by `id`: c1, c2, ... */
export interface Candidate {
  id: string;
  name: string;
  about: string;
}

/** One option of a question's ballot paper, in the order in which it is drawn. */
export interface Choice {
  id: "for" | "against" | "abstain";
}

/** What the chair said after the close. It stands beside the result and changes no number of it. */
export interface Correction {
  at: Instant;
  text: string;
}

/** The result of a closed motion. All numbers are persons, or weights where the rule weighs. */
export interface Count {
  /** Choice or candidate -> ballots that count. */
  votes: Record<string, number>;
  eligible: number;
  present: number;
  /** Tokens given out for a secret ballot; None for an open one. */
  issued?: number | null;
  /** Ballots that came. */
  cast: number;
  valid: number;
  invalid: number;
  /** Ballots of an election that elect nobody, valid or not. */
  blank: number;
  base: number;
  needed: number;
  /** Of an election: as many are elected as were to be. */
  adopted: boolean;
  elected: string[];
  /** Candidates with equal votes for whom too few seats are left. */
  tied: string[];
}

/**
 * Retained. The configuration a device should have; `signature` is an Ed25519 signature (base64url) by the node's key
 * over the RFC 8785 canonical JSON of {device, revision, configuration}.
 */
export interface Desired {
  revision: number;
  configuration: Record<string, unknown>;
  signature: string;
}

/** What a watcher tells persons from vehicles with, or why it does not use the one that was chosen. */
export interface DetectorInUse {
  name?: string | null;
  licence: string;
  layout: string;
  /** Of its input, width×height in pixels. */
  size: string;
  provider: string;
  since?: Instant | null;
  /** Median of its last pictures, milliseconds on one thread. */
  ms?: number | null;
  code?: string | null;
  facts: Record<string, string | number | boolean | null>;
}

/** A command. Never retained; a device ignores it after `expires`. */
export interface Do {
  id: string;
  kind: "identify" | "restart" | "reload" | "update";
  expires: Instant;
  body: Record<string, unknown>;
}

/** A PDF of the meeting; its bytes come from GET /api/meetings/{meeting}/documents/{id}. */
export interface DocumentRef {
  id: string;
  title: string;
  sha256: string;
  pages: number;
  bytes: number;
}

/** The answer to a command. */
export interface Done {
  id: string;
  ok: boolean;
  code?: string | null;
  facts: Record<string, string | number | boolean | null>;
  at: Instant;
}

/** The desk has this page on disk; the watcher may forget it. */
export interface Entered {
  page: string;
  at: Instant;
}

/** Something happened at a device: a button, a tamper contact, a battery warning. */
export interface Event {
  id: string;
  at: Instant;
  facts: Record<string, string | number | boolean | null>;
}

/** One file of a sighting. It is uploaded over HTTPS before the sighting is published. */
export interface EvidenceFile {
  /**
   * `manifest.jws` is the watcher's signature over the manifest's bytes: a detached JWS (RFC 7515, appendix F), ES256. `strip.npz` is what the network
   * saw: cameras/watch/keepsake.py.
   */
  name: "clip.mp4" | "before.jpg" | "act.jpg" | "after.jpg" | "poster.jpg" | "strip.npz" | "manifest.json" | "manifest.jws";
  sha256: string;
  bytes: number;
}

/** The node asks the watcher of a camera for its pictures. They come over a WebSocket to /api/feeds/{id}, which takes the id once. */
export interface Feed {
  id: string;
  /** What is sent now; what was recorded, to be played; small pictures of it; or what is there at all. */
  kind: "live" | "range" | "previews" | "spans";
  /** Capture time; absent only for `live`. */
  start?: Instant | null;
  end?: Instant | null;
  /** How many previews at most. */
  count?: number | null;
}

/** The speaking queue in order, and who speaks. */
export interface FloorSnapshot {
  revision: number;
  at: Instant;
  open: boolean;
  queue: Speaker[];
  speech?: Speech | null;
}

/** What the gate read, step by step; the last step ends at the trace's `at`. */
export interface GateSpan {
  step_s: number;
  /** The highest of each step, in hundredths of a power of two; null where no picture came. */
  level: (number | null)[];
  /** What it had to pass; null while the gate knows nothing yet. */
  threshold: (number | null)[];
  /**
   * How many steps, and `asleep` or why the camera was awake: starting, learning, packets, picture, following, round, long_gop,
   * no_keyframes, intra_refresh; `away` without a connection.
   */
  states: [number, string][];
  /** Steps in which a keyframe came, counted from the first. */
  keys: number[];
}

/** Retained. The gate of a camera, for the plot on its page. */
export interface GateTrace {
  at: Instant;
  recent: GateSpan;
  hour: GateSpan;
}

/** Retained. How a camera is, as its watcher sees it. */
export interface Health {
  state: "seen" | "idle" | "gap" | "covered" | "moved" | "dark" | "unreadable" | "refused" | "off";
  since: Instant;
  at: Instant;
  width?: number | null;
  height?: number | null;
  fps?: number | null;
  /** Where capture times come from just now. */
  clock?: "camera" | "arrival" | "file" | null;
  /** The camera's clock less the watcher's, seconds, where sender reports tell it. */
  clock_offset_s?: number | null;
  code?: string | null;
  /** For example the last words of the native library, without credentials. */
  facts: Record<string, string | number | boolean | null>;
}

/** The answer to a Renew. It replaces every promise before it. */
export interface Lease {
  session: string;
  number: number;
  cameras: Record<string, unknown>;
}

/** One camera is this watcher's alone for so long. */
export interface LeaseHold {
  /** Another one for every holder of the camera; sightings carry it. */
  fence: number;
  lasts_s: number;
}

/** Seconds of one camera as its watcher wrote them down. */
export interface LedgerLine {
  camera: string;
  /** A whole minute. */
  since: Instant;
  /** Letter and count: s45-3g12. s seen, i idle, o off, m moved, d dark, c covered, u unreadable, r refused, g gap, - not known. */
  runs: string;
}

/** Kept by the watcher and sent again until the desk has it. Safe to repeat: the same seconds are the same line. */
export interface LedgerPage {
  page: string;
  lines: LedgerLine[];
  audits: AuditLine[];
}

/** The vote log's newest signed head: a C2SP tlog-checkpoint, as text. */
export interface LogHead {
  size: number;
  root: string;
  checkpoint: string;
}

/** Retained. The newest small picture of a camera, so that an administrator sees what it sees. */
export interface Look {
  at: Instant;
  jpeg_base64: string;
}

/** The node's answer to one ask, published after the commit. */
export interface MeetingAnswer {
  id: string;
  at: Instant;
  ok: boolean;
  code?: string | null;
  facts: Record<string, string | number | boolean | null>;
  /**
   * check_in and resume: {member, seat, label, name, receipts: [Receipt]}; cast: Receipt; speak: {request};
   * token: {motion, blind_signature}.
   */
  body: Record<string, unknown>;
}

/**
 * What a tablet asks. Safe to repeat with the same id until it is answered.
 *
 * kind      body
 * check_in  {pin | badge, key: public JWK (ES256), proof: JWS over {meeting, device, kid, at} by that key}
 * resume    {key, proof}: the same key comes back after a reload; answered with the seat and all receipts
 * speak     {kind: speak | question}
 * withdraw  {request}
 * cast      {ballot: compact JWS, see docs/design/votes.md}
 * token     {token: compact JWS with a blinded message, see docs/design/votes.md}: the right to one secret ballot
 */
export interface MeetingAsk {
  id: string;
  at: Instant;
  kind: "check_in" | "resume" | "speak" | "withdraw" | "cast" | "token";
  body: Record<string, unknown>;
}

/** The motion that the meeting is at, or none. It is the same from the opening to the close; who has voted by now is the turnout's. */
export interface MotionSnapshot {
  revision: number;
  at: Instant;
  motion?: string | null;
  item?: string | null;
  title: string;
  text: string;
  state?: "draft" | "open" | "closed" | null;
  opened_at?: Instant | null;
  closed_at?: Instant | null;
  /** The frozen ballot paper, exactly the bytes whose SHA-256 is signed. */
  paper_base64?: string | null;
  paper_sha256?: string | null;
  method: "question" | "election";
  choices: Choice[];
  candidates: Candidate[];
  /** Of an election: how many are to be elected, and so the most that a ballot may choose. */
  seats: number;
  secret?: SecretKey | null;
  rule?: RuleView | null;
  may_change: boolean;
  /** Persons who may vote. */
  eligible: number;
  count?: Count | null;
  /** Oldest first. */
  corrections: Correction[];
  head?: LogHead | null;
}

/** One line from the chair to all, or nothing. */
export interface NoticeSnapshot {
  revision: number;
  at: Instant;
  level: "info" | "attention";
  text: string;
}

/** Where the presenter is in a document. */
export interface PageSnapshot {
  revision: number;
  at: Instant;
  document?: string | null;
  page: number;
}

/** Recordings that are kept past their age because of a sighting. */
export interface Pin {
  sighting: string;
  camera: string;
  since: Instant;
  /** What is kept: capture times. */
  until: Instant;
  kept_until: Instant;
  /** Of the files that hold it; two pins may hold one file. */
  bytes: number;
}

/** Retained. What a watcher keeps for sightings, the newest first. Told again now and then, and answered with what may go. */
export interface Pins {
  at: Instant;
  pins: Pin[];
}

/** Proof that a ballot is in the vote log (RFC 6962 inclusion proof under a signed checkpoint). */
export interface Receipt {
  motion: string;
  /** Eight characters in two groups, read aloud and found on the public board. */
  code: string;
  index: number;
  size: number;
  /** The log entry's own bytes as text: what is hashed behind 0x00 into the leaf. It holds the ballot as it was signed. */
  entry: string;
  leaf_sha256: string;
  proof: string[];
  checkpoint: string;
  ballot_sha256: string;
}

/** These sightings were dismissed: what was kept for them ages like everything else. */
export interface Released {
  sightings: string[];
  at: Instant;
}

/** A watcher asks for its leases, every few seconds. The answer counts from when this was asked, on the watcher's own clock. */
export interface Renew {
  /** One for each start of the program. */
  session: string;
  number: number;
  /** The newest answer that was taken; 0 before the first. */
  heard: number;
  /** Cameras that it has at this moment; what is missing here it has let go. */
  held: string[];
  /** The watcher's wall clock, from which the desk learns how far that is off. */
  at: Instant;
}

/** Retained. The revision that a device applied, or refused with the reason. */
export interface Reported {
  revision: number;
  applied: boolean;
  code?: string | null;
  facts: Record<string, string | number | boolean | null>;
  at: Instant;
}

/** Who sits where and who is here. The plan is `width` x `height` units, the podium at the top edge. */
export interface RollSnapshot {
  revision: number;
  at: Instant;
  width: number;
  height: number;
  seats: Seat[];
  voters: number;
  present: number;
  quorum: number;
}

/** The rule of a vote as people read it. */
export interface RuleView {
  id: string;
  body: string;
  base: "all" | "present" | "cast";
  /** Threshold as a fraction, "1/2" or "2/3". */
  share: string;
  /** True: more than the share. False: at least the share. */
  strict: boolean;
  /** Votes for that are needed now; None while the base is not yet known. */
  needed?: number | null;
  citation: string;
  verified: boolean;
  secrecy: "open" | "secret";
  /** True: `needed` and every number of the count are weights, not persons. */
  weights: boolean;
  /** What a ballot of an election is that elects nobody. */
  blank: "valid" | "invalid";
}

/** One seat of the drawn plan. Coordinates are in plan units (see RollSnapshot). */
export interface Seat {
  id: string;
  label: string;
  x: number;
  y: number;
  member?: string | null;
  name?: string | null;
  /** What the member is: "Chủ tịch", "Đại biểu". */
  office?: string | null;
  votes: boolean;
  /** Votes that the member carries where a rule weighs. */
  weight: number;
  present: boolean;
  since?: Instant | null;
  /** A tablet holds this seat's key now and is online. */
  tablet: boolean;
}

/** The public half of a secret vote's key (RFC 9474); n and e are base64url. */
export interface SecretKey {
  scheme: "RSABSSA-SHA384-PSS-Randomized";
  n: string;
  e: string;
}

/** The desk has the sighting and its evidence on disk; the watcher may forget it. */
export interface Settled {
  sighting: string;
  at: Instant;
  ok: boolean;
  code?: string | null;
  facts: Record<string, string | number | boolean | null>;
}

/** What a network that is only being tried thought of a sighting. Nobody sees it before the verdict. */
export interface Shadow {
  model: string;
  score: number;
  threshold: number;
}

/** A candidate that a watcher flagged. Kept in its spool and published again until it is settled. */
export interface Sighting {
  id: string;
  camera: string;
  watcher: string;
  /** When it was flagged, capture time. */
  at: Instant;
  put_down_at: Instant;
  actor_gone_at?: Instant | null;
  /** Where the capture time comes from: RTCP sender reports, arrival at the node, or the file's own time line. */
  clock: "camera" | "arrival" | "file";
  /** The camera's clock less the watcher's, seconds, where sender reports tell it: also when it is too far off to be used. */
  clock_offset_s?: number | null;
  box: [number, number, number, number];
  width: number;
  height: number;
  score: number;
  threshold: number;
  reason: "left" | "thrown";
  /**
   * Facts behind the flag, as cameras/watch/evidence.py `explain` lists them, and `agent`, the kind of actor, where a detector told it.
   * The officer's page makes the sentences.
   */
  explanation: Record<string, string | number | boolean | null>;
  /** The network, or the last layer that its node has learned, by which it was judged. */
  model: string;
  shadow?: Shadow | null;
  /** The lease under which it was seen. */
  fence?: number | null;
  /** Files that the manifest names and that the watcher had to throw away for want of room. */
  given_up: string[];
  evidence: EvidenceFile[];
}

/** A place in the speaking queue. */
export interface Speaker {
  request: string;
  seat: string;
  label: string;
  name: string;
  kind: "speak" | "question";
  asked_at: Instant;
}

/** Who has the floor. Remaining time = limit_s - spoken_s - (running ? now - running_since : 0). */
export interface Speech {
  request: string;
  seat: string;
  label: string;
  name: string;
  kind: "speak" | "question";
  limit_s: number;
  spoken_s: number;
  running_since?: Instant | null;
  state: "called" | "speaking" | "paused";
}

/** Retained. `offline` is also the last will, so the broker says it when the device cannot. */
export interface Status {
  state: "online" | "offline";
  session: string;
  /** When it was said; absent in a last will, which is written before it is true. */
  at?: Instant | null;
}

/**
 * Who has voted on the motion that the meeting is at, never how. For screens and pages of the desk: what a hall casts at once is
 * not sent back to every tablet of it.
 */
export interface TurnoutSnapshot {
  revision: number;
  at: Instant;
  motion?: string | null;
  /** Tokens given out for a secret ballot; None for an open one. */
  issued?: number | null;
  /** Ballots that came: persons who have voted. */
  cast: number;
  /** Of a secret ballot: seats that took a token. */
  cast_seats: string[];
  head?: LogHead | null;
}

export const topicRows = {
  birth: { pattern: "dinh/1/node/birth", retained: true },
  status: { pattern: "dinh/1/devices/{device}/status", retained: true },
  about: { pattern: "dinh/1/devices/{device}/about", retained: true },
  desired: { pattern: "dinh/1/devices/{device}/desired", retained: true },
  reported: { pattern: "dinh/1/devices/{device}/reported", retained: true },
  do: { pattern: "dinh/1/devices/{device}/do", retained: false },
  done: { pattern: "dinh/1/devices/{device}/done", retained: false },
  event: { pattern: "dinh/1/devices/{device}/event/{kind}", retained: false },
  agenda: { pattern: "dinh/1/meetings/{meeting}/agenda", retained: true },
  roll: { pattern: "dinh/1/meetings/{meeting}/roll", retained: true },
  floor: { pattern: "dinh/1/meetings/{meeting}/floor", retained: true },
  motion: { pattern: "dinh/1/meetings/{meeting}/motion", retained: true },
  turnout: { pattern: "dinh/1/meetings/{meeting}/turnout", retained: true },
  page: { pattern: "dinh/1/meetings/{meeting}/page", retained: true },
  notice: { pattern: "dinh/1/meetings/{meeting}/notice", retained: true },
  ask: { pattern: "dinh/1/meetings/{meeting}/ask/{device}", retained: false },
  answer: { pattern: "dinh/1/meetings/{meeting}/answer/{device}", retained: false },
  health: { pattern: "dinh/1/cameras/{camera}/health", retained: true },
  look: { pattern: "dinh/1/cameras/{camera}/look", retained: true },
  sighting: { pattern: "dinh/1/cameras/{camera}/sighting", retained: false },
  settled: { pattern: "dinh/1/cameras/{camera}/settled", retained: false },
  feed: { pattern: "dinh/1/cameras/{camera}/feed", retained: false },
  gate: { pattern: "dinh/1/cameras/{camera}/gate", retained: true },
  ledger: { pattern: "dinh/1/devices/{device}/ledger", retained: false },
  entered: { pattern: "dinh/1/devices/{device}/entered", retained: false },
  pins: { pattern: "dinh/1/devices/{device}/pins", retained: true },
  released: { pattern: "dinh/1/devices/{device}/released", retained: false },
  renew: { pattern: "dinh/1/devices/{device}/renew", retained: false },
  lease: { pattern: "dinh/1/devices/{device}/lease", retained: false },
} as const;

export type TopicName = keyof typeof topicRows;

/** What each topic carries. */
export interface Payloads {
  birth: Birth;
  status: Status;
  about: About;
  desired: Desired;
  reported: Reported;
  do: Do;
  done: Done;
  event: Event;
  agenda: AgendaSnapshot;
  roll: RollSnapshot;
  floor: FloorSnapshot;
  motion: MotionSnapshot;
  turnout: TurnoutSnapshot;
  page: PageSnapshot;
  notice: NoticeSnapshot;
  ask: MeetingAsk;
  answer: MeetingAnswer;
  health: Health;
  look: Look;
  sighting: Sighting;
  settled: Settled;
  feed: Feed;
  gate: GateTrace;
  ledger: LedgerPage;
  entered: Entered;
  pins: Pins;
  released: Released;
  renew: Renew;
  lease: Lease;
}

/** Builds topics. Ids must fit one topic level. */
export const topics = {
  birth: () => "dinh/1/node/birth",
  status: (device: string) => `dinh/1/devices/${device}/status`,
  about: (device: string) => `dinh/1/devices/${device}/about`,
  desired: (device: string) => `dinh/1/devices/${device}/desired`,
  reported: (device: string) => `dinh/1/devices/${device}/reported`,
  do: (device: string) => `dinh/1/devices/${device}/do`,
  done: (device: string) => `dinh/1/devices/${device}/done`,
  event: (device: string, kind: string) => `dinh/1/devices/${device}/event/${kind}`,
  agenda: (meeting: string) => `dinh/1/meetings/${meeting}/agenda`,
  roll: (meeting: string) => `dinh/1/meetings/${meeting}/roll`,
  floor: (meeting: string) => `dinh/1/meetings/${meeting}/floor`,
  motion: (meeting: string) => `dinh/1/meetings/${meeting}/motion`,
  turnout: (meeting: string) => `dinh/1/meetings/${meeting}/turnout`,
  page: (meeting: string) => `dinh/1/meetings/${meeting}/page`,
  notice: (meeting: string) => `dinh/1/meetings/${meeting}/notice`,
  ask: (meeting: string, device: string) => `dinh/1/meetings/${meeting}/ask/${device}`,
  answer: (meeting: string, device: string) => `dinh/1/meetings/${meeting}/answer/${device}`,
  health: (camera: string) => `dinh/1/cameras/${camera}/health`,
  look: (camera: string) => `dinh/1/cameras/${camera}/look`,
  sighting: (camera: string) => `dinh/1/cameras/${camera}/sighting`,
  settled: (camera: string) => `dinh/1/cameras/${camera}/settled`,
  feed: (camera: string) => `dinh/1/cameras/${camera}/feed`,
  gate: (camera: string) => `dinh/1/cameras/${camera}/gate`,
  ledger: (device: string) => `dinh/1/devices/${device}/ledger`,
  entered: (device: string) => `dinh/1/devices/${device}/entered`,
  pins: (device: string) => `dinh/1/devices/${device}/pins`,
  released: (device: string) => `dinh/1/devices/${device}/released`,
  renew: (device: string) => `dinh/1/devices/${device}/renew`,
  lease: (device: string) => `dinh/1/devices/${device}/lease`,
} as const;

const ID = /^[a-z0-9_-]{1,40}$/;

/** The row that a topic belongs to and the ids in it, or null. */
export function matchTopic(topic: string): { name: TopicName; ids: Record<string, string> } | null {
  const levels = topic.split("/");
  for (const name of Object.keys(topicRows) as TopicName[]) {
    const wanted = topicRows[name].pattern.split("/");
    const ids: Record<string, string> = {};
    const fits = wanted.every((want, at) => {
      const level = levels[at] ?? "";
      if (!want.startsWith("{")) return want === level;
      ids[want.slice(1, -1)] = level;
      return ID.test(level);
    });
    if (fits && wanted.length === levels.length) return { name, ids };
  }
  return null;
}
