import { topics } from "../wire.gen";

/** Topics by what they are about, on the generated table. */
export type MeetingTopic = "agenda" | "roll" | "floor" | "motion" | "turnout" | "page" | "notice";

/** What a tablet is told: all but the turnout, which is for screens. */
export const TABLET_TOPICS: readonly MeetingTopic[] = ["agenda", "roll", "floor", "motion", "page", "notice"];

export const BIRTH = topics.birth();

export const meetingTopic = (meeting: string, what: MeetingTopic) => topics[what](meeting);
export const askTopic = topics.ask;
export const answerTopic = topics.answer;
export const deviceTopic = (device: string, what: "status" | "about" | "desired" | "reported" | "do" | "done") => topics[what](device);
export const cameraTopic = (camera: string, what: "health" | "look" | "gate") => topics[what](camera);
