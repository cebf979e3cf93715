import { useEffect, useRef } from "react";

/** Single keys, while nobody types, no dialog is open and no modifier is held. The name of a key as KeyboardEvent.key says it, in lower case. */
export function useKeys(keys: Record<string, () => void>): void {
  const current = useRef(keys);
  useEffect(() => {
    current.current = keys;
  });
  useEffect(() => {
    const press = (event: KeyboardEvent) => {
      if (event.ctrlKey || event.altKey || event.metaKey || event.defaultPrevented || taken(event)) return;
      const act = current.current[event.key.toLowerCase()];
      if (act === undefined || event.repeat) return;
      event.preventDefault();
      act();
    };
    window.addEventListener("keydown", press);
    return () => window.removeEventListener("keydown", press);
  }, []);
}

const TYPING = "input:not([type=range]), textarea, select, [contenteditable=true], [role=dialog], [role=listbox]";
const PRESSING = "button, a, [role=button], [role=option], summary";

/** The key belongs to what has the focus: text, or Space and Enter on a button. */
function taken(event: KeyboardEvent): boolean {
  const at = event.target;
  if (!(at instanceof Element)) return false;
  if (at.closest(TYPING) !== null) return true;
  return (event.key === " " || event.key === "Enter") && at.closest(PRESSING) !== null;
}
