import { useLayoutEffect, useSyncExternalStore } from "react";

/** How this tablet shows the meeting. It belongs to the tablet, not to who sits at it, and stays over a reload. */
export interface Display {
  /** `large`: everything that is read or pressed is 1.4 times as big. */
  size: "normal" | "large";
  /** `strong`: black on white, for a room in full sun. */
  contrast: "normal" | "strong";
  /** Questions, choices and receipts are said aloud, where the tablet has a voice. */
  voice: "off" | "on";
}

const KEY = "dinh.display";
const START: Display = { size: "normal", contrast: "normal", voice: "off" };
const calls = new Set<() => void>();
let shown: Display | undefined;

function kept(): Display {
  try {
    const found = JSON.parse(localStorage.getItem(KEY) ?? "{}") as Partial<Display>;
    return {
      size: found.size === "large" ? "large" : "normal",
      contrast: found.contrast === "strong" ? "strong" : "normal",
      voice: found.voice === "on" ? "on" : "off",
    };
  } catch {
    return START;
  }
}

export function display(): Display {
  shown ??= kept();
  return shown;
}

export function setDisplay(part: Partial<Display>): void {
  shown = { ...display(), ...part };
  localStorage.setItem(KEY, JSON.stringify(shown));
  for (const call of calls) call();
}

function subscribe(call: () => void): () => void {
  calls.add(call);
  return () => calls.delete(call);
}

export function useDisplay(): Display {
  return useSyncExternalStore(subscribe, display);
}

/** Dresses the page as long as a tablet's screen is on it: tokens.css and the modules of the tablet read these. */
export function useDressed({ size, contrast }: Display): void {
  useLayoutEffect(() => {
    const { dataset } = document.documentElement;
    dataset.size = size;
    dataset.contrast = contrast;
    return () => {
      delete dataset.size;
      delete dataset.contrast;
    };
  }, [size, contrast]);
}
