import { useEffect, useState } from "react";
import { useNow } from "../../ground/live/source";
import type { View } from "./days";
import { openFeed } from "./feed";

export interface Preview {
  at: number;
  url: string;
}

const COUNT = 60;
/** A stretch that is still going on has new pictures now and then. */
const FRESH_MS = 120_000;
/** A line that is only passed over asks for nothing. */
const CALM_MS = 250;
const AGAIN_MS = 3000;
const NOTHING = "cameras.not_recorded";

/** Small pictures of what is in view, fetched once somebody looks for a place there; they come one after the other. */
export function usePreviews(camera: string, { start, end }: View, wanted: boolean): Preview[] {
  const now = useNow(FRESH_MS / 4);
  const round = end > now ? Math.floor(now / FRESH_MS) : 0;
  const [found, setFound] = useState<{ start: number; previews: Preview[] }>({ start: 0, previews: [] });
  useEffect(() => {
    if (!wanted) return;
    const made: Preview[] = [];
    let at = 0;
    let close: (() => void) | undefined;
    const ask = () => {
      const feed = openFeed(camera, { kind: "previews", start, end, count: COUNT }, {
        preview: (next) => (at = next),
        bytes: (data) => {
          made.push({ at, url: URL.createObjectURL(new Blob([data], { type: "image/jpeg" })) });
          setFound({ start, previews: [...made] });
        },
        end: (error) => {
          const growing = round > 0; // the next pictures may be written any moment
          if (made.length === 0 && (growing || (error !== null && error.code !== NOTHING))) timer = window.setTimeout(ask, AGAIN_MS);
        },
      });
      close = feed.close;
    };
    let timer = window.setTimeout(ask, CALM_MS);
    return () => {
      window.clearTimeout(timer);
      close?.();
      for (const { url } of made) URL.revokeObjectURL(url);
      setFound({ start: 0, previews: [] });
    };
  }, [camera, start, end, round, wanted]);
  return found.start === start ? found.previews : [];
}

/** The preview closest to a moment, if one is near enough to say anything about it. */
export function nearest(previews: Preview[], at: number, within: number): Preview | null {
  const best = previews.reduce<Preview | null>((found, one) => (found === null || Math.abs(one.at - at) < Math.abs(found.at - at) ? one : found), null);
  return best !== null && Math.abs(best.at - at) <= within ? best : null;
}
