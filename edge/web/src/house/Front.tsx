import type { ReactNode } from "react";
import { LanguageSwitch } from "../ground/parts/LanguageSwitch";
import classes from "./house.module.css";

/** The frame of the pages that a stranger sees: the node's name, the language, one card. */
export function Front({ children, wide = false }: { children: ReactNode; wide?: boolean }) {
  return (
    <main className={classes.front}>
      <div className={wide ? classes.wideSheet : classes.sheet}>
        <div className={classes.brand}>
          <span>
            <img src="/dinh.svg" alt="" width={36} height={36} />
            Đình
          </span>
          <LanguageSwitch size="lg" />
        </div>
        {children}
      </div>
    </main>
  );
}
