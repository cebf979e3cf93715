/** A ref that takes the focus as soon as its element is there, so that a screen reader and a keyboard stand where the news is. */
export const takesFocus = (element: HTMLElement | null): void => element?.focus({ preventScroll: true });
