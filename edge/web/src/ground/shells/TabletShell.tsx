import type { ReactNode } from "react";
import { ConnectionBanner, ConnectionWords } from "../parts/ConnectionWords";
import { LanguageSwitch } from "../parts/LanguageSwitch";
import classes from "./TabletShell.module.css";

interface Props {
  /** What is going on: two short lines. */
  title: ReactNode;
  middle?: ReactNode;
  /** Who sits here. */
  who?: ReactNode;
  /** What can be done about this tablet itself. */
  tools?: ReactNode;
  rail?: ReactNode;
  /** The bottom line; the one action stands at its right end. */
  action?: ReactNode;
  children: ReactNode;
}

/** The frame of a tablet: what is going on above, agenda at the left, the thing to do in the middle, the one action below right. */
export function TabletShell({ title, middle, who, tools, rail, action, children }: Props) {
  return (
    <div className={classes.shell}>
      <header className={classes.head}>
        <div className={classes.title}>{title}</div>
        {middle !== undefined && <div className={classes.middle}>{middle}</div>}
        <div className={classes.right}>
          {who ?? <LanguageSwitch size="lg" />}
          <ConnectionWords />
        </div>
        {tools}
      </header>
      <div className={classes.body}>
        {rail !== undefined && <aside className={classes.rail}>{rail}</aside>}
        <main className={classes.main}>{children}</main>
      </div>
      {action !== undefined && <footer className={classes.foot}>{action}</footer>}
      <ConnectionBanner over="head" />
    </div>
  );
}
