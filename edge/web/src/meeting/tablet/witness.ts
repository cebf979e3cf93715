import { useEffect } from "react";
import type { MotionSnapshot } from "../../ground/wire";

const WATCHED = "dinh.watched.motion";

/** Whether this tablet saw this vote while it was open: who checks in later is not shown old results. */
export function useWitness(motion: MotionSnapshot | undefined): boolean {
  const id = motion?.motion ?? null;
  const running = motion?.state === "open" ? id : null;
  useEffect(() => {
    if (running !== null) localStorage.setItem(WATCHED, running);
  }, [running]);
  return id !== null && localStorage.getItem(WATCHED) === id;
}
