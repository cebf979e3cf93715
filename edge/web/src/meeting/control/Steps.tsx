import { Button } from "@mantine/core";
import { useEffect, useRef } from "react";
import { useTranslation } from "react-i18next";
import { sentence } from "../../ground/http/sentence";
import { useStep } from "../api";
import type { NamedStep } from "./next";
import classes from "./Control.module.css";

/** The one big button and, below it, what else could be done now. Ctrl+Enter presses the big one. */
export function Steps({ meeting, steps }: { meeting: string; steps: NamedStep[] }) {
  const { t } = useTranslation();
  const take = useStep(meeting);
  const [first, ...rest] = steps;
  const big = useRef<HTMLButtonElement>(null);
  useEffect(() => {
    const key = (event: KeyboardEvent) => {
      // A dialog above has a meaning of its own for these keys.
      if (event.key === "Enter" && event.ctrlKey && document.querySelector("[role=dialog]") === null) big.current?.click();
    };
    window.addEventListener("keydown", key);
    return () => window.removeEventListener("keydown", key);
  }, []);
  if (first === undefined) return null;
  return (
    <div className={classes.steps}>
      <button ref={big} type="button" className={classes.big} disabled={take.isPending} onClick={() => take.mutate(first)}>
        <span>{t(`meeting.step.${first.name}`, first.facts)}</span>
        <kbd>Ctrl Enter</kbd>
      </button>
      <p className={classes.error} role="alert">
        {take.error !== null && sentence(t, take.error)}
      </p>
      <div className={classes.others}>
        {rest.map((step) => (
          <Button key={step.name + step.path} variant="default" disabled={take.isPending} onClick={() => take.mutate(step)}>
            {t(`meeting.step.${step.name}`, step.facts)}
          </Button>
        ))}
      </div>
    </div>
  );
}
