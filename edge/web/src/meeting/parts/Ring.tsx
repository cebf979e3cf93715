import { Digits } from "../../ground/parts/Digits";
import { clock } from "../../ground/words/format";
import classes from "./Ring.module.css";

/** A timer as a ring that empties; over time it is full, in the colour of attention, and counts on with a minus. */
export function Ring({ left_s, limit_s, size }: { left_s: number; limit_s: number; size: number }) {
  const over = left_s < 0;
  const share = over ? 1 : Math.min(1, left_s / Math.max(1, limit_s));
  const around = 2 * Math.PI * 44;
  return (
    <div className={classes.ring} style={{ width: size, height: size }}>
      <svg viewBox="0 0 100 100" aria-hidden="true">
        <circle cx="50" cy="50" r="44" className={classes.track} />
        <circle cx="50" cy="50" r="44" className={over ? classes.over : classes.left} strokeDasharray={`${around * share} ${around}`} transform="rotate(-90 50 50)" />
      </svg>
      <span className={over ? classes.lateWords : classes.words} style={{ fontSize: size * 0.22 }} role="timer">
        <Digits>{clock(left_s)}</Digits>
      </span>
    </div>
  );
}
