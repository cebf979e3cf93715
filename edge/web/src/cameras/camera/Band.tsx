import { useId } from "react";
import { useTranslation } from "react-i18next";
import classes from "./Ledger.module.css";
import { DAY_MINUTES, STATES, type LedgerDay, type MinuteState } from "./ledger";

/** Ground, ink and drawing of each state: told apart without colours, too. Paths in a tile of 8 x 8. */
const LOOKS: Record<MinuteState, { ground: string; ink: string; draw: string }> = {
  seen: { ground: "var(--for)", ink: "var(--for)", draw: "" },
  idle: { ground: "var(--for-soft)", ink: "var(--for)", draw: "M0 2h8M0 6h8" },
  off: { ground: "var(--abstain-soft)", ink: "var(--abstain)", draw: "M4 3v2" },
  moved: { ground: "var(--waiting-soft)", ink: "var(--waiting)", draw: "M0 8L8 0M-2 2L2 -2M6 10L10 6" },
  dark: { ground: "var(--ink)", ink: "var(--quiet)", draw: "M2 4h4" },
  covered: { ground: "var(--against-soft)", ink: "var(--against)", draw: "M2 0v8M6 0v8" },
  unreadable: { ground: "var(--attention-soft)", ink: "var(--attention)", draw: "M4 1v6M1 4h6" },
  refused: { ground: "var(--attention-soft)", ink: "var(--attention)", draw: "M0 0L8 8M8 0L0 8" },
  gap: { ground: "var(--attention)", ink: "var(--attention-soft)", draw: "M0 8L8 0M-2 2L2 -2M6 10L10 6" },
};

/** The drawings that bands and swatches under this component may use as `url(#id-state)`. */
export function Drawings({ id }: { id: string }) {
  return (
    <defs>
      {STATES.map((state) => (
        <pattern key={state} id={`${id}-${state}`} width="8" height="8" patternUnits="userSpaceOnUse">
          <rect width="8" height="8" style={{ fill: LOOKS[state].ground }} />
          <path d={LOOKS[state].draw} style={{ stroke: LOOKS[state].ink, strokeWidth: 1.6, fill: "none" }} />
        </pattern>
      ))}
    </defs>
  );
}

export function Swatch({ state }: { state: MinuteState }) {
  const id = useId();
  return (
    <svg className={classes.swatch} width="24" height="24" aria-hidden="true">
      <Drawings id={id} />
      <rect width="24" height="24" rx="4" fill={`url(#${id}-${state})`} />
    </svg>
  );
}

/** A day as a band of 24 hours. What it says is said in words beside it; `label` names it. */
export function Band({ day, label }: { day: LedgerDay; label: string }) {
  const { t } = useTranslation();
  const id = useId();
  return (
    <div className={classes.band}>
      <svg width="100%" height="40" role="img" aria-label={label}>
        <Drawings id={id} />
        {day.runs.map(({ state, start, minutes }) => (
          <rect key={start} x={`${(start / DAY_MINUTES) * 100}%`} y="0" width={`${Math.max(0.12, (minutes / DAY_MINUTES) * 100)}%`} height="40" fill={`url(#${id}-${state})`}>
            <title>{t(`camera.ledger.state.${state}`)}</title>
          </rect>
        ))}
      </svg>
      <div className={classes.hours} aria-hidden="true">
        {[0, 4, 8, 12, 16, 20].map((hour) => (
          <span key={hour} style={{ left: `${(hour / 24) * 100}%` }}>
            {String(hour).padStart(2, "0")}:00
          </span>
        ))}
      </div>
    </div>
  );
}
