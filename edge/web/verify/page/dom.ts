/** Elements, made by hand: a page that is to be read by whoever distrusts it carries no framework. */

type Child = Node | string | null | false;
type Attributes = Record<string, string | boolean | ((event: Event) => void)>;

/** An element: text attributes, `true` for bare ones, functions for `on...` events. */
export function h<K extends keyof HTMLElementTagNameMap>(tag: K, attributes: Attributes = {}, ...children: Child[]): HTMLElementTagNameMap[K] {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (typeof value === "function") element.addEventListener(name.replace(/^on/, ""), value);
    else if (value !== false) element.setAttribute(name, value === true ? "" : value);
  }
  element.append(...children.filter((child): child is Node | string => child !== null && child !== false));
  return element;
}

/** Strokes in a box of 24. Each shape means one thing: right or for, wrong or against, neither, attention. */
const SHAPES = {
  tick: "M5 12.5l5 5L19.5 7",
  cross: "M6.5 6.5l11 11M17.5 6.5l-11 11",
  dash: "M6 12h12",
  person: "M12 11.5a3.5 3.5 0 1 0 0-7 3.5 3.5 0 0 0 0 7M5 19.5c.6-3.400 3.500-5 7-5s6.400 1.600 7 5",
} as const;

export type Shape = keyof typeof SHAPES;

/** A drawn shape, always beside a word and so hidden from screen readers. */
export function mark(shape: Shape, size: number): SVGElement {
  const svg = document.createElementNS("http://www.w3.org/2000/svg", "svg");
  const attributes = { viewBox: "0 0 24 24", width: size, height: size, fill: "none", stroke: "currentColor", "stroke-width": 2.8, "stroke-linecap": "round", "stroke-linejoin": "round", "aria-hidden": "true" };
  for (const [name, value] of Object.entries(attributes)) svg.setAttribute(name, String(value));
  const path = document.createElementNS("http://www.w3.org/2000/svg", "path");
  path.setAttribute("d", SHAPES[shape]);
  svg.append(path);
  return svg;
}
