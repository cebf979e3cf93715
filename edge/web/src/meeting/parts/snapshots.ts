import { useSnapshot } from "../../ground/live/source";
import { meetingTopic } from "../../ground/post/topics";
import type { AgendaSnapshot, FloorSnapshot, MotionSnapshot, NoticeSnapshot, PageSnapshot, RollSnapshot, TurnoutSnapshot } from "../../ground/wire";

/** The meeting's snapshots, for every page of the meeting room. */
export const useAgenda = (meeting: string) => useSnapshot<AgendaSnapshot>(meetingTopic(meeting, "agenda"));
export const useRoll = (meeting: string) => useSnapshot<RollSnapshot>(meetingTopic(meeting, "roll"));
export const useFloor = (meeting: string) => useSnapshot<FloorSnapshot>(meetingTopic(meeting, "floor"));
export const useMotion = (meeting: string) => useSnapshot<MotionSnapshot>(meetingTopic(meeting, "motion"));

/** The motion with who has voted on it by now. */
export type Voting = MotionSnapshot & Pick<TurnoutSnapshot, "issued" | "cast" | "cast_seats">;

const NOBODY = { issued: null, cast: 0, cast_seats: [] };

/** For screens and the desk's pages; a tablet is told the motion alone. */
export function useVoting(meeting: string): Voting | undefined {
  const motion = useMotion(meeting);
  const turnout = useSnapshot<TurnoutSnapshot>(meetingTopic(meeting, "turnout"));
  if (motion === undefined) return undefined;
  if (turnout === undefined || turnout.motion !== motion.motion) return { ...NOBODY, ...motion };
  const { issued, cast, cast_seats, head } = turnout;
  const newer = head && head.size > (motion.head?.size ?? 0);
  return { ...motion, issued, cast, cast_seats, head: newer ? head : motion.head };
}

export const usePage = (meeting: string) => useSnapshot<PageSnapshot>(meetingTopic(meeting, "page"));
export const useNotice = (meeting: string) => useSnapshot<NoticeSnapshot>(meetingTopic(meeting, "notice"));
