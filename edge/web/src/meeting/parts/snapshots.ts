import { useSnapshot } from "../../ground/live/source";
import { meetingTopic } from "../../ground/post/topics";
import type { AgendaSnapshot, FloorSnapshot, MotionSnapshot, NoticeSnapshot, PageSnapshot, RollSnapshot } from "../../ground/wire";

/** The meeting's snapshots, for every page of the meeting room. */
export const useAgenda = (meeting: string) => useSnapshot<AgendaSnapshot>(meetingTopic(meeting, "agenda"));
export const useRoll = (meeting: string) => useSnapshot<RollSnapshot>(meetingTopic(meeting, "roll"));
export const useFloor = (meeting: string) => useSnapshot<FloorSnapshot>(meetingTopic(meeting, "floor"));
export const useMotion = (meeting: string) => useSnapshot<MotionSnapshot>(meetingTopic(meeting, "motion"));
export const usePage = (meeting: string) => useSnapshot<PageSnapshot>(meetingTopic(meeting, "page"));
export const useNotice = (meeting: string) => useSnapshot<NoticeSnapshot>(meetingTopic(meeting, "notice"));
