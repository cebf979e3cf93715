import { IconAlertTriangle, IconCircleCheck, IconClock } from "@tabler/icons-react";
import type { ReactNode } from "react";
import { QrCode } from "../../ground/parts/QrCode";
import { takesFocus } from "../tablet/focus";
import classes from "./Slip.module.css";

const SHAPES = { done: IconCircleCheck, waiting: IconClock, outside: IconAlertTriangle };

interface Props {
  label?: string;
  small: boolean;
  state: keyof typeof SHAPES;
  /** Where the ballot is, in one line: what a screen reader is led to when it has left. */
  line: string;
  /** What finds it again, once it is taken. */
  code?: { name: string; letters: string; qr: string; label: string } | undefined;
  actions: ReactNode;
  children: ReactNode;
}

/** A ballot that was cast, open or secret: what became of it, and the code by which it is found. */
export function Slip({ label, small, state, line, code, actions, children }: Props) {
  const Shape = SHAPES[state];
  return (
    <section className={small ? classes.small : classes.slip} aria-label={label}>
      <div className={classes.main}>
        <p className={classes[state]} {...(small ? {} : { ref: takesFocus, tabIndex: -1 })}>
          <Shape size="1.75rem" aria-hidden="true" /> {line}
        </p>
        {children}
        <div className={classes.actions}>{actions}</div>
      </div>
      {code && (
        <div className={classes.code}>
          <QrCode text={code.qr} size={small ? 124 : 190} label={code.label} />
          <p>{code.name}</p>
          <p className={classes.letters}>{code.letters}</p>
        </div>
      )}
    </section>
  );
}
