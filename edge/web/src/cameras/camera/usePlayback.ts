import { useEffect, useRef, useState } from "react";
import { Refused } from "../../ground/http/client";
import { codecName } from "../../ground/words/format";
import type { Run } from "./feed";
import { Film, playable } from "./film";

/** Play live, or from a moment of the past (milliseconds). A new object is a new wish, also for the same moment. */
export interface Wish {
  from: number | null;
}

export interface Playback {
  wish: Wish;
  /** Capture time of what is shown; null before the first picture. */
  at: number | null;
  run: Run | null;
  /** A picture of this wish is there. */
  shown: boolean;
  playing: boolean;
  /** Of what was recorded; live goes at its own. */
  speed: number;
  setSpeed: (speed: number) => void;
  /** Everything that was recorded up to now has been sent. */
  over: boolean;
  error: Refused | null;
  /** Milliseconds from the wish to its first picture, for who measures. */
  took: number | null;
  go: (from: number | null) => void;
  turn: () => void;
  jump: (seconds: number) => void;
}

/** For the `ref` of the video element. */
export type Attach = (video: HTMLVideoElement | null) => void;

const UNPLAYABLE = "cameras.unplayable";
const AGAIN_MS = [1000, 2000, 5000, 10_000];
/** Who holds an arrow key down asks for where he stops. */
const CALM_MS = 120;
/** Who has caught up with what is being recorded goes on live. */
const NOW_MS = 60_000;
/** A feed of recorded pictures is asked for at most so much at once. */
const LONGEST_MS = 12 * 3600_000;

interface State {
  at: number | null;
  run: Run | null;
  shown: boolean;
  over: boolean;
  error: Refused | null;
  took: number | null;
}

const NOTHING: State = { at: null, run: null, shown: false, over: false, error: null, took: null };

/** What people call the codec of a run. */
function named(mime: string): string {
  const found = /codecs="([^".]*)/.exec(mime)?.[1] ?? "";
  return codecName(found);
}

function pace(video: HTMLVideoElement | null, speed: number): void {
  if (video !== null) video.playbackRate = speed;
}

/** One video element that shows a camera live or as it was. Live comes back by itself; the past is asked for again by the viewer. */
export function usePlayback(camera: string, first: number | null): [Playback, Attach] {
  const [video, attach] = useState<HTMLVideoElement | null>(null);
  const film = useRef<Film | null>(null);
  const tries = useRef(0);
  const [wish, setWish] = useState<Wish>({ from: first });
  const [state, setState] = useState<State>(NOTHING);
  const [playing, setPlaying] = useState(false);
  const [speed, setSpeed] = useState(1);
  useEffect(() => {
    if (wish.from !== null) pace(video, speed);
  }, [video, wish, speed, state.shown]);
  useEffect(() => {
    if (video === null) return;
    const began = performance.now();
    let timer: number | undefined;
    let last = 0;
    const change = (part: Partial<State>) => setState((before) => ({ ...before, ...part }));
    const end = (error: Refused | null) => {
      change({ error, over: error === null });
      if (error === null || wish.from !== null || error.code === UNPLAYABLE) return;
      timer = window.setTimeout(() => setWish({ from: null }), AGAIN_MS[Math.min(tries.current, AGAIN_MS.length - 1)]);
      tries.current += 1;
    };
    const open = () => {
      const opened: Film = new Film(video, camera, wish.from === null ? { kind: "live" } : { kind: "range", start: wish.from, end: Math.min(Date.now(), wish.from + LONGEST_MS) }, {
        shown: () => {
          tries.current = 0;
          change({ shown: true, error: null, took: Math.round(performance.now() - began) });
        },
        run: (run) => {
          change({ run });
          if (playable(run.mime)) return;
          opened.close();
          end(new Refused(UNPLAYABLE, { codec: named(run.mime) }, 0));
        },
        at: (at) => {
          last = at;
          change({ at });
        },
        end,
      });
      film.current = opened;
    };
    if (wish.from === null) open();
    else timer = window.setTimeout(open, CALM_MS);
    const play = () => setPlaying(true);
    const pause = () => setPlaying(false);
    const ended = () => {
      if (Date.now() - last < NOW_MS) setWish({ from: null });
      else if (wish.from !== null && last - wish.from > LONGEST_MS - NOW_MS) setWish({ from: last });
    };
    video.addEventListener("play", play);
    video.addEventListener("ended", ended);
    video.addEventListener("pause", pause);
    return () => {
      window.clearTimeout(timer);
      film.current?.close();
      film.current = null;
      video.removeEventListener("play", play);
      video.removeEventListener("ended", ended);
      video.removeEventListener("pause", pause);
    };
  }, [camera, video, wish]);
  const go = (from: number | null) => {
    if (from !== null && wish.from !== null && film.current?.seek(from) === true) {
      void video?.play().catch(() => undefined);
      return;
    }
    setState((before) => ({ ...NOTHING, at: from, run: before.run }));
    setWish({ from: from === null ? null : Math.min(from, Date.now()) });
  };
  const turn = () => {
    if (video === null) return;
    if (!video.paused) {
      video.pause();
      if (wish.from === null) film.current?.close();
    } else if (wish.from === null || state.over || state.error !== null) go(wish.from === null ? null : state.at);
    else void video.play().catch(() => undefined);
  };
  const jump = (seconds: number) => {
    const to = Math.min((state.at ?? Date.now()) + seconds * 1000, Date.now());
    if (wish.from === null || film.current?.seek(to) !== true) go(to);
  };
  return [{ wish, ...state, playing, speed, setSpeed, go, turn, jump }, attach];
}
