import classes from "./Areas.module.css";
import { path } from "./model";

/**
 * Lies exactly over a picture or player whose stream is the camera's own, and hides what is masked.
 * `masks`: corners in thousandths of the picture.
 */
export function MaskLayer({ masks }: { masks: readonly (readonly (readonly number[])[])[] }) {
  if (masks.length === 0) return null;
  return (
    <svg className={classes.veil} viewBox="0 0 1000 1000" preserveAspectRatio="none" aria-hidden="true">
      {masks.map((points, index) => (
        <polygon key={index} points={path(points)} />
      ))}
    </svg>
  );
}
