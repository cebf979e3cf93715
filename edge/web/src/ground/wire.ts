import type { AgendaItem, AgendaSnapshot, Choice, MotionSnapshot, Speech } from "./wire.gen";

/** The words of the wire, and names for the closed lists in them. */
export type * from "./wire.gen";

export type MeetingState = AgendaSnapshot["state"];
export type ItemState = AgendaItem["state"];
export type MotionState = NonNullable<MotionSnapshot["state"]>;
export type ChoiceId = Choice["id"];
export type SpeechKind = Speech["kind"];
