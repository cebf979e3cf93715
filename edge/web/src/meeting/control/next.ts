import type { FloorSnapshot, Speaker } from "../../ground/wire";
import type { Voting } from "../parts/snapshots";
import type { ItemView, MeetingView, MotionView, Step } from "../api";

/** A step that the chair or the secretary can take, and how it is called: `meeting.step.<name>`. */
export interface NamedStep extends Step {
  name: string;
  facts: Record<string, string | number>;
}

const step = (name: string, path: string, words?: unknown, facts: NamedStep["facts"] = {}): NamedStep => ({ name, method: "post", path, facts, words });

export const call = (speaker: Speaker, limit_s: number): NamedStep =>
  step("call", `/floor/${speaker.request}/call`, { limit_s }, { label: speaker.label, name: speaker.name });

export const openMotion = (motion: MotionView): NamedStep => step("open_motion", `/motions/${motion.id}/open`, undefined, { title: motion.title });

const startItem = (item: ItemView): NamedStep => step("start_item", `/items/${item.id}/start`, undefined, { number: item.number, title: item.title });

interface Now {
  meeting: MeetingView;
  floor: FloorSnapshot | undefined;
  motion: Voting | undefined;
}

/** What fits before and after the running of a meeting. */
function frame(meeting: MeetingView): NamedStep[] | null {
  if (meeting.state === "planned") return [step("open", "/state", { state: "open" })];
  if (meeting.state === "paused") return [step("resume", "/state", { state: "open" }), step("close", "/state", { state: "closed" })];
  return meeting.state === "closed" ? [] : null;
}

function speech(floor: FloorSnapshot | undefined): NamedStep[] | null {
  if (!floor?.speech) return null;
  const { state, label, name } = floor.speech;
  const facts = { label, name };
  const stop = step("speech_stop", "/floor/speech/stop", undefined, facts);
  if (state === "called") return [step("speech_start", "/floor/speech/start", undefined, facts), stop];
  if (state === "paused") return [step("speech_resume", "/floor/speech/start", undefined, facts), stop];
  return [stop, step("speech_pause", "/floor/speech/pause", undefined, facts)];
}

/** Back to the item that was finished last, if any was. */
function back(items: ItemView[]): NamedStep[] {
  const done = items.filter(({ state }) => state === "done").sort((a, b) => (a.finished_at ?? "").localeCompare(b.finished_at ?? ""));
  return done.slice(-1).map(({ number, title }) => step("back", "/items/back", undefined, { number, title }));
}

/** On with the agenda; the queue is opened and closed beside it. */
function onward(meeting: MeetingView, current: ItemView | undefined, floor: FloorSnapshot | undefined): NamedStep[] {
  const waiting = meeting.items.find(({ state }) => state === "waiting");
  const queue = floor?.open === true ? [step("floor_close", "/floor/close")] : [step("floor_open", "/floor/open")];
  if (current !== undefined) return [step("finish_item", `/items/${current.id}/finish`, undefined, { number: current.number }), ...queue];
  const next = waiting === undefined ? step("close", "/state", { state: "closed" }) : startItem(waiting);
  return floor?.open === true ? [next, ...queue] : [next];
}

/** Secret ballots are still on the way: the chair may close without them, and sees how many. */
function leave(voting: string | null, motion: Voting | undefined): NamedStep[] {
  const on_the_way = (motion?.issued ?? 0) - (motion?.cast ?? 0);
  if (voting === null || motion?.secret == null || on_the_way <= 0) return [];
  return [step("close_motion_leave", `/motions/${voting}/close`, { leave: true }, { count: on_the_way })];
}

/**
 * The steps that make sense now, the likeliest first: that one is the big button, the rest stand below it.
 * A vote that runs comes before a speech, a speech before the queue, the queue before a motion in draft, that before the next item.
 */
export function nextSteps({ meeting, floor, motion }: Now, limit_s: number): NamedStep[] {
  const framed = frame(meeting);
  if (framed !== null) return framed;
  const voting = motion?.state === "open" && motion.motion ? motion.motion : null;
  const current = meeting.items.find(({ state }) => state === "current");
  const drafts = voting === null ? (current?.motions ?? []).filter(({ state }) => state === "draft") : [];
  return [
    ...(voting === null ? [] : [step("close_motion", `/motions/${voting}/close`, undefined, { title: motion?.title ?? "" })]),
    ...leave(voting, motion),
    ...(speech(floor) ?? floor?.queue.slice(0, 1).map((speaker) => call(speaker, limit_s)) ?? []),
    ...drafts.map(openMotion),
    ...onward(meeting, current, floor),
    ...(voting === null ? [...back(meeting.items), step("pause", "/state", { state: "paused" })] : []),
  ];
}
