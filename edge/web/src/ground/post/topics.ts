/** Topics as broker/topics writes them. */
const ROOT = "dinh/1";

export type MeetingTopic = "agenda" | "roll" | "floor" | "motion" | "page" | "notice";

export const MEETING_TOPICS: readonly MeetingTopic[] = ["agenda", "roll", "floor", "motion", "page", "notice"];

export const BIRTH = `${ROOT}/node/birth`;

export const meetingTopic = (meeting: string, what: MeetingTopic) => `${ROOT}/meetings/${meeting}/${what}`;
export const askTopic = (meeting: string, device: string) => `${ROOT}/meetings/${meeting}/ask/${device}`;
export const answerTopic = (meeting: string, device: string) => `${ROOT}/meetings/${meeting}/answer/${device}`;
export const deviceTopic = (device: string, what: "status" | "about" | "desired" | "reported" | "do" | "done") =>
  `${ROOT}/devices/${device}/${what}`;
export const cameraTopic = (camera: string, what: "health" | "look") => `${ROOT}/cameras/${camera}/${what}`;
