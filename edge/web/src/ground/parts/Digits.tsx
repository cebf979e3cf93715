import classes from "./Digits.module.css";

/** Numbers that change while they are read: every digit as wide as the next, because the font has no tabular ones. */
export function Digits({ children }: { children: string }) {
  return (
    <span className={classes.digits}>
      <span className="sr-only">{children}</span>
      {Array.from(children, (sign, place) => (
        <span key={place} aria-hidden="true" className={/\d/.test(sign) ? classes.digit : undefined}>
          {sign}
        </span>
      ))}
    </span>
  );
}
