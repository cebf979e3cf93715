import type { ReactNode } from "react";
import classes from "./Page.module.css";

/** A page of a desk: one title, what can be done, and its content at a comfortable width. */
export function Page({ title, lead, actions, children, wide = false }: { title: string; lead?: ReactNode; actions?: ReactNode; children: ReactNode; wide?: boolean }) {
  return (
    <div className={wide ? classes.wide : classes.page}>
      <div className={classes.head}>
        <div>
          <h1>{title}</h1>
          {lead !== undefined && <p className="quiet">{lead}</p>}
        </div>
        {actions !== undefined && <div className={classes.actions}>{actions}</div>}
      </div>
      {children}
    </div>
  );
}
