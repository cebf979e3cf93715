import type { ChoiceId } from "../../ground/wire";
import type { Voting } from "../parts/snapshots";
import type { MemberView } from "../api";
import type { Line } from "./clerk";

/** What was heard so far: member -> choice. */
export type Draft = ReadonlyMap<string, ChoiceId>;

export const CHOICES: readonly ChoiceId[] = ["for", "against", "abstain"];

/** Keys of the sheet. The row moves on by itself when a choice was pressed. */
export const KEYS: Readonly<Record<string, ChoiceId>> = { "1": "for", "2": "against", "3": "abstain" };

export interface Row {
  member: MemberView;
  /** He has voted by another door, or stands on a roll call that waits. */
  done: boolean;
  /** Why nothing can be entered for him. */
  closed: "absent" | "final" | "waits" | null;
}

/** Every voter in the order of the list. `waiting`: members whose called vote waits for the chair. */
export function rows(members: MemberView[], motion: Voting, waiting: ReadonlySet<string>): Row[] {
  const cast = new Set(motion.cast_seats);
  return members
    .filter(({ votes }) => votes)
    .map((member) => {
      const voted = member.seat !== null && cast.has(member.seat);
      const waits = waiting.has(member.id);
      const closed = waits ? "waits" : !member.present ? "absent" : voted && !motion.may_change ? "final" : null;
      return { member, done: voted || waits, closed };
    });
}

/** The rows that are shown: all voters, or those who are here and have not voted; what has been entered stays in sight. */
export function shown(all: Row[], every: boolean, draft: Draft): Row[] {
  return every ? all : all.filter(({ member, done, closed }) => draft.has(member.id) || (!done && closed === null));
}

/** The next row without a choice after this one, else the next row; stays at the end. */
export function onward(list: Row[], at: number, draft: Draft): number {
  const open = list.findIndex(({ member, closed }, index) => index > at && closed === null && !draft.has(member.id));
  return open === -1 ? Math.min(at + 1, list.length - 1) : open;
}

/** Lines in the order of the list, as they are signed. */
export function lines(all: Row[], draft: Draft): Line[] {
  return all.flatMap(({ member, closed }) => {
    const choice = closed === null ? draft.get(member.id) : undefined;
    return choice === undefined ? [] : [{ member: member.id, choice }];
  });
}

/** How many chose what. */
export function tally(choices: Iterable<string>): Record<ChoiceId, number> {
  const counted: Record<string, number> = { for: 0, against: 0, abstain: 0 };
  for (const choice of choices) counted[choice] = (counted[choice] ?? 0) + 1;
  return counted;
}
