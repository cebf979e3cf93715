import type { Box } from "./types";

/** A part of a picture, in shares of the picture's size (0 to 1). */
export interface Part {
  x: number;
  y: number;
  width: number;
  height: number;
}

const ROOM = 3.2;
const LEAST = 0.3;

/**
 * The neighbourhood of a box in the shape `aspect` (width over height): wide enough to see who stands there, never
 * outside the picture. A small far-away bag becomes large enough to be judged.
 */
export function near(box: Box, width: number, height: number, aspect: number): Part {
  const [x0, y0, x1, y1] = box;
  let high = Math.max((y1 - y0) * ROOM, ((x1 - x0) * ROOM) / aspect, height * LEAST);
  high = Math.min(high, height, width / aspect);
  const wide = high * aspect;
  const x = clamp((x0 + x1) / 2 - wide / 2, 0, width - wide);
  const y = clamp((y0 + y1) / 2 - high / 2, 0, height - high);
  return { x: x / width, y: y / height, width: wide / width, height: high / height };
}

/** Where a box lies within a part, in shares of the part. */
export function within(part: Part, box: Box, width: number, height: number): Part {
  const [x0, y0, x1, y1] = box;
  return {
    x: (x0 / width - part.x) / part.width,
    y: (y0 / height - part.y) / part.height,
    width: (x1 - x0) / width / part.width,
    height: (y1 - y0) / height / part.height,
  };
}

export const WHOLE: Part = { x: 0, y: 0, width: 1, height: 1 };

/** A part as CSS inset percentages. */
export function placed({ x, y, width, height }: Part): { left: string; top: string; width: string; height: string } {
  const percent = (share: number) => `${(share * 100).toFixed(3)}%`;
  return { left: percent(x), top: percent(y), width: percent(width), height: percent(height) };
}

function clamp(value: number, low: number, high: number): number {
  return Math.min(Math.max(value, low), Math.max(low, high));
}
