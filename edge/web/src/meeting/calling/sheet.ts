import type { Candidate, ChoiceId } from "../../ground/wire";
import { chosenOf, NOBODY, pressed, spell, type Asked } from "../parts/choice";
import type { Voting } from "../parts/snapshots";
import type { MemberView } from "../api";
import type { Line } from "./clerk";

/** What was heard so far: member -> choice. */
export type Draft = ReadonlyMap<string, string>;

export const CHOICES: readonly ChoiceId[] = ["for", "against", "abstain"];

/** Keys of the sheet. The row moves on by itself when a choice was pressed, in an election when it is full. */
const KEYS: Readonly<Record<string, ChoiceId>> = { "1": "for", "2": "against", "3": "abstain" };
const PLACES = "123456789abcdefghijklmnopqrstuvwxyz";
export const NOBODY_KEY = "-";

/** The key of the candidate at this place of the paper; none for those past the alphabet. */
export const keyAt = (place: number): string => PLACES.charAt(place);

/** What a line says after this candidate was called or taken back; null: nothing any more. The same again where the paper is full. */
export function toggled({ candidates, seats }: Asked, was: string | undefined, id: string): string | null {
  const next = pressed(new Set(chosenOf(candidates, was).map((one) => one.id)), id, seats);
  if (next === null) return was ?? null;
  return next.size === 0 ? null : spell(candidates, next);
}

/** Nothing more can be called on this line: its member's answer is whole. */
export const isWhole = ({ method, candidates, seats }: Asked, choice: string): boolean => method === "question" || choice === NOBODY || chosenOf(candidates, choice).length === seats;

/** What a key says of a line: a choice, null to take it back, undefined when it is no key of the sheet. */
export function keyed(asked: Asked, was: string | undefined, key: string): string | null | undefined {
  if (key === "Delete" || key === "Backspace" || key === "0") return null;
  if (asked.method === "question") return KEYS[key];
  if (key === NOBODY_KEY) return NOBODY;
  const candidate = key.length === 1 ? asked.candidates[PLACES.indexOf(key.toLowerCase())] : undefined;
  return candidate === undefined ? undefined : toggled(asked, was, candidate.id);
}

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

/** Votes of each candidate, in the paper's order. */
export function votesOf(candidates: readonly Candidate[], choices: readonly string[]): { candidate: Candidate; place: number; votes: number }[] {
  return candidates.map((candidate, at) => ({ candidate, place: at + 1, votes: choices.filter((choice) => choice.split(",").includes(candidate.id)).length }));
}

/** How many chose what. */
export function tally(choices: Iterable<string>): Record<ChoiceId, number> {
  const counted: Record<string, number> = { for: 0, against: 0, abstain: 0 };
  for (const choice of choices) counted[choice] = (counted[choice] ?? 0) + 1;
  return counted;
}
