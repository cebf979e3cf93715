import { IconCheck, IconMinus, IconX } from "@tabler/icons-react";
import type { ChoiceId } from "../../ground/wire";
import classes from "./Mark.module.css";

const SHAPES = { for: IconCheck, against: IconX, abstain: IconMinus };

/** The shape of a choice: tick, cross, dash. Always beside its word. */
export function Mark({ choice, size = 28 }: { choice: ChoiceId; size?: number }) {
  const Shape = SHAPES[choice];
  return (
    <span className={`${classes.mark ?? ""} ${classes[choice] ?? ""}`} style={{ width: `${size / 10}rem`, height: `${size / 10}rem` }} aria-hidden="true">
      <Shape size={`${size / 16}rem`} stroke={2.6} />
    </span>
  );
}
