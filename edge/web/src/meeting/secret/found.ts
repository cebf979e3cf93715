import type { BoxLine } from "../api";
import type { Signature } from "../log/checkpoint";
import type { At } from "./sealed";

export type Finding = "good" | "invalid" | "missing" | "promise";

/**
 * What the tablet finds on the board:
 *   good     its ballot is there, and counts
 *   invalid  it is there, and counts as invalid
 *   missing  the node promised it and left it out: the promise is the proof
 *   promise  it is not there, and what the node answered is no promise either
 */
export function found({ tracker }: At<"boxed">, box: readonly BoxLine[], promise: Signature): Finding {
  const line = box.find((one) => one.tracker === tracker);
  if (line !== undefined) return line.counts ? "good" : "invalid";
  return promise === "invalid" ? "promise" : "missing";
}
