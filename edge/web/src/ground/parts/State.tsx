import { IconAlertTriangle, IconCheck, IconClock, IconPlugConnectedX } from "@tabler/icons-react";
import type { ReactNode } from "react";
import classes from "./State.module.css";

export type Tone = "good" | "bad" | "wait" | "off";
const ICONS = { good: IconCheck, bad: IconAlertTriangle, wait: IconClock, off: IconPlugConnectedX } as const;

/** A state in words with its shape: colour alone says nothing. */
export function State({ tone, children }: { tone: Tone; children: ReactNode }) {
  const Icon = ICONS[tone];
  return (
    <span className={`${classes.state ?? ""} ${classes[tone] ?? ""}`}>
      <Icon size={18} aria-hidden="true" />
      <span>{children}</span>
    </span>
  );
}
