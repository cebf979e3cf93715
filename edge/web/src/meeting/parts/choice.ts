import type { Candidate, ChoiceId } from "../../ground/wire";

/** A ballot of an election on which nobody is chosen. */
export const NOBODY = "none";
const QUESTION: readonly string[] = ["for", "against", "abstain"];

/** What a motion asks, as far as a result or a ballot needs it. */
export interface Asked {
  method: "question" | "election";
  candidates: Candidate[];
  seats: number;
  /** Says what a ballot is that elects nobody. */
  rule?: { blank?: "valid" | "invalid" } | null;
}

export function isAnswer(choice: string): choice is ChoiceId {
  return QUESTION.includes(choice);
}

/** The chosen after this one was pressed; null when the paper is full. Where one is elected, another takes his place. */
export function pressed(chosen: ReadonlySet<string>, id: string, seats: number): ReadonlySet<string> | null {
  if (chosen.has(id)) return new Set([...chosen].filter((one) => one !== id));
  if (seats === 1) return new Set([id]);
  return chosen.size < seats ? new Set([...chosen, id]) : null;
}

/** The one spelling of an election's choice: chosen ids in the paper's order. */
export function spell(candidates: { id: string }[], chosen: ReadonlySet<string>): string {
  const ids = candidates.map(({ id }) => id).filter((id) => chosen.has(id));
  return ids.length === 0 ? NOBODY : ids.join(",");
}

/** The candidates that a choice names, in the paper's order. */
export function chosenOf<One extends { id: string }>(candidates: One[], choice: string | undefined): One[] {
  const ids = new Set(choice?.split(","));
  return candidates.filter(({ id }) => ids.has(id));
}

/** Vietnamese lists go by the given name, which is the last word; then by the whole name. */
export function byName(a: string, b: string): number {
  const given = (name: string) => name.trim().split(/\s+/).at(-1) ?? "";
  return given(a).localeCompare(given(b), "vi") || a.localeCompare(b, "vi");
}
