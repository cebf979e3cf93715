/**
 * The node's clock, as far as its answers tell it. A tablet's own clock may be minutes off and must not change what a
 * speech timer shows. HTTP's Date header has whole seconds, which is enough for a timer.
 */
let offset_ms = 0;

/** Take the Date header of an answer. */
export function hearClock(header: string | null): void {
  const said = header === null ? Number.NaN : Date.parse(header);
  if (Number.isNaN(said)) return;
  const difference = said + 500 - Date.now();
  if (Math.abs(difference - offset_ms) > 1000) offset_ms = Math.abs(difference) > 1500 ? difference : 0;
}

/** Milliseconds since 1970 by the node's clock. */
export function nodeNow(): number {
  return Date.now() + offset_ms;
}
