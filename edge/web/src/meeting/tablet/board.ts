import type { ResultView } from "../api";
import type { Vote } from "./desk";

export type Cast = NonNullable<Vote["cast"]>;
export type Found = "found" | "missing" | "replaced" | "open" | "unknown";

/** Whether the public board shows this ballot: at its place in the log, with the same code and the same choice. */
export function onBoard(result: Pick<ResultView, "motion" | "board"> | undefined, { choice, receipt }: Pick<Cast, "choice" | "receipt">): Found {
  if (result === undefined) return "unknown";
  if (result.motion.state !== "closed") return "open";
  const line = result.board.find(({ code, index }) => code === receipt.code && index === receipt.index);
  if (line?.choice !== choice) return "missing";
  return line.counts ? "found" : "replaced";
}
