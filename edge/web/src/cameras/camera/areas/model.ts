/** What is drawn on a camera's picture. Corners in thousandths of its width and height; cameras/domain/areas.py decides what is allowed. */

export type Corner = [number, number];
export const KINDS = ["watch", "never", "mask"] as const;
export type Kind = (typeof KINDS)[number];

export interface Area {
  key: string;
  kind: Kind;
  name: string;
  points: Corner[];
}

export interface Drawn {
  zones: { name: string; kind: "watch" | "never"; points: Corner[] }[];
  masks: { name: string; points: Corner[] }[];
}

export const FEWEST = 3;
export const MOST = 32;
const SCALE = 1000;

let made = 0;

export function fresh(kind: Kind, name: string): Area {
  made += 1;
  return { key: `new-${made}`, kind, name, points: [] };
}

export function opened({ zones, masks }: Drawn): Area[] {
  return [...zones.map((zone, index) => ({ ...zone, key: `zone-${index}` })), ...masks.map((mask, index) => ({ ...mask, kind: "mask" as const, key: `mask-${index}` }))];
}

export function closed(areas: Area[]): Drawn {
  const zones = areas.flatMap(({ kind, name, points }) => (kind === "mask" ? [] : [{ name: name.trim(), kind, points }]));
  const masks = areas.filter(({ kind }) => kind === "mask").map(({ name, points }) => ({ name: name.trim(), points }));
  return { zones, masks };
}

export function within(value: number): number {
  return Math.round(Math.min(Math.max(value, 0), SCALE));
}

export function moved([x, y]: Corner, dx: number, dy: number): Corner {
  return [within(x + dx), within(y + dy)];
}

/** A new corner halfway to the next one; the first ones of an area stand around the middle of the picture. */
export function halfway(points: Corner[], after: number): Corner {
  const [from, to] = [points[after], points[(after + 1) % points.length]];
  if (points.length < FEWEST || from === undefined || to === undefined) return ([[350, 350], [650, 350], [650, 650]] as Corner[])[points.length] ?? [500, 500];
  return [within((from[0] + to[0]) / 2), within((from[1] + to[1]) / 2)];
}

/** What still keeps an area from being saved. */
export function wanting({ name, points }: Area): "corners" | "crossing" | "name" | null {
  if (points.length < FEWEST) return "corners";
  if (crosses(points)) return "crossing";
  return name.trim() === "" ? "name" : null;
}

function turn(a: Corner, b: Corner, c: Corner): number {
  return Math.sign((b[0] - a[0]) * (c[1] - a[1]) - (b[1] - a[1]) * (c[0] - a[0]));
}

function cut([a, b]: [Corner, Corner], [c, d]: [Corner, Corner]): boolean {
  return turn(a, b, c) !== turn(a, b, d) && turn(c, d, a) !== turn(c, d, b);
}

/** Two edges that are not neighbours cross. What touches is left to the node to refuse. */
export function crosses(points: Corner[]): boolean {
  const edges = points.map((point, index): [Corner, Corner] => [point, points[(index + 1) % points.length] ?? point]);
  return edges.some((one, i) => edges.some((other, j) => j > i + 1 && !(i === 0 && j === edges.length - 1) && cut(one, other)));
}

export const path = (points: readonly (readonly number[])[]): string => points.map((point) => point.join(",")).join(" ");
