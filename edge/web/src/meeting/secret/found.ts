import type { BoxLine } from "../api";
import type { Signature } from "../log/checkpoint";
import { NOBODY } from "../parts/choice";
import type { At } from "./sealed";

export type Finding = "good" | "blank" | "invalid" | "missing" | "promise";

/**
 * What the tablet finds on the board:
 *   good     its ballot is there, and counts
 *   blank    it is there; it elects nobody, which the rule calls invalid
 *   invalid  it is there, and counts as invalid
 *   missing  the node promised it and left it out: the promise is the proof
 *   promise  it is not there, and what the node answered is no promise either
 */
export function found({ tracker }: At<"boxed">, box: readonly BoxLine[], promise: Signature): Finding {
  const line = box.find((one) => one.tracker === tracker);
  if (line?.counts === false) return line.choice === NOBODY ? "blank" : "invalid";
  if (line !== undefined) return "good";
  return promise === "invalid" ? "promise" : "missing";
}
