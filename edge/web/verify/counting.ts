/** The count, done again in whole numbers. */

import type { Json, JsonObject } from "./json.ts";
import { chosenBy, needed, type Paper } from "./paper.ts";
import type { Fields } from "./reading.ts";

/** What came: choice and weight of each ballot that counts, and what stood around it. */
export interface Cast {
  ballots: { choice: string; weight: bigint }[];
  present: bigint;
  /** What the chair chose, where that is known. */
  chair: string | null;
  /** Tokens of a secret vote. */
  issued: bigint | null;
}

const sum = (weights: bigint[]) => weights.reduce((whole, one) => whole + one, 0n);

/** The result entry as it must be. */
export function count(paper: Paper, { ballots, present, chair, issued }: Cast): JsonObject {
  const read = ballots.map(({ choice, weight }) => ({ chosen: chosenBy(paper, choice), weight }));
  const counted = paper.choices.length > 0 ? paper.choices : paper.candidates.map(({ id }) => id);
  const votes = new Map(counted.map((one) => [one, sum(read.filter(({ chosen }) => chosen?.includes(one)).map(({ weight }) => weight))]));
  const came = sum(read.map(({ weight }) => weight));
  const blank = sum(read.filter(({ chosen }) => chosen?.length === 0).map(({ weight }) => weight));
  const strange = sum(read.filter(({ chosen }) => chosen === null).map(({ weight }) => weight));
  const invalid = paper.rule.text("blank") === "invalid" ? strange + blank : strange;
  const word = paper.rule.text("base");
  const base = word === "all" ? paper.weight : word === "present" ? present : came - invalid;
  const wanted = needed(paper.rule, base);
  const { elected, tied } = winners(paper, votes, wanted);
  const isAdopted = paper.choices.length > 0 ? adopted(paper.rule, votes, base, chair) : BigInt(elected.length) === paper.seats;
  return new Map<string, Json>([
    ["votes", votes],
    ["eligible", paper.weight],
    ["present", present],
    ["issued", issued],
    ["cast", came],
    ["valid", came - invalid],
    ["invalid", invalid],
    ["blank", blank],
    ["base", base],
    ["needed", wanted],
    ["adopted", isAdopted],
    ["elected", elected],
    ["tied", tied],
  ]);
}

function adopted(rule: Fields, votes: Map<string, bigint>, base: bigint, chair: string | null): boolean {
  const [yes, no] = [votes.get("for") ?? 0n, votes.get("against") ?? 0n];
  const [number, of] = rule.share("share");
  const isTie = yes === no && yes > 0n && yes * of === base * number;
  return (yes > 0n && yes >= needed(rule, base)) || (isTie && rule.text("tie") === "chair" && chair === "for");
}

/** A candidate with enough votes is elected when he and all who are as good have a seat; tied, when only those who are better have. */
function winners(paper: Paper, votes: Map<string, bigint>, wanted: bigint): { elected: string[]; tied: string[] } {
  const of = (id: string) => votes.get(id) ?? 0n;
  const enough = paper.candidates.map(({ id }) => id).filter((id) => of(id) > 0n && of(id) >= wanted);
  const asGood = (id: string) => enough.filter((other) => of(other) >= of(id)).length;
  const better = (id: string) => enough.filter((other) => of(other) > of(id)).length;
  const elected = enough.filter((id) => BigInt(asGood(id)) <= paper.seats);
  return { elected, tied: enough.filter((id) => !elected.includes(id) && BigInt(better(id)) < paper.seats) };
}
