import { ActionIcon, SegmentedControl } from "@mantine/core";
import { IconPlayerPauseFilled, IconPlayerPlayFilled, IconRewindBackward5, IconRewindForward5, IconTargetArrow } from "@tabler/icons-react";
import { useRef, useState, type ReactNode } from "react";
import { useTranslation } from "react-i18next";
import { bytes, clock } from "../ground/words/format";
import { MaskLayer } from "./camera/areas/MaskLayer";
import classes from "./Clip.module.css";
import { placed, WHOLE, within } from "./crop";
import { beginning, marks, type Mark } from "./marks";
import type { Whole } from "./types";
import { useKeys } from "./useKeys";

const CALM = "(prefers-reduced-motion: reduce)";
const SPEEDS = ["1", "2", "4"];

function Tool({ label, onPress, children }: { label: string; onPress: () => void; children: ReactNode }) {
  return (
    <ActionIcon variant="subtle" color="gray" size={40} aria-label={label} title={label} onClick={onPress}>
      {children}
    </ActionIcon>
  );
}

type Shown = HTMLVideoElement | null;

function play(video: Shown): void {
  if (video !== null) void video.play().catch(() => undefined);
}

function toggle(video: Shown): void {
  if (video?.paused === false) video.pause();
  else play(video);
}

function seek(video: Shown, at_s: number): void {
  if (video !== null) video.currentTime = Math.max(0, at_s);
}

function pace(video: Shown, speed: number): void {
  if (video !== null) video.playbackRate = speed;
}

/** The camera's own clip from a little before the moment, with the box over it and the moments under it. */
export function Clip({ sighting }: { sighting: Whole }) {
  const { t } = useTranslation();
  const clip = sighting.evidence.find(({ name }) => name === "clip.mp4");
  const [failed, setFailed] = useState(false);
  if (clip === undefined) return <p className={classes.note}>{t("desk.clip.none")}</p>;
  if (failed) {
    return (
      <p className={classes.note} role="alert">
        {t("desk.clip.failed")} <a href={clip.url} download={`${sighting.id}.mp4`}>{t("desk.clip.download", { size: bytes(clip.bytes) })}</a>
      </p>
    );
  }
  return <Player sighting={sighting} url={clip.url} onFail={() => setFailed(true)} />;
}

interface PlayerProps {
  sighting: Whole;
  url: string;
  onFail: () => void;
}

function Player({ sighting, url, onFail }: PlayerProps) {
  const { t } = useTranslation();
  const video = useRef<HTMLVideoElement>(null);
  const [at, setAt] = useState(0);
  const [length, setLength] = useState(0);
  const [playing, setPlaying] = useState(false);
  const [speed, setSpeed] = useState("1");
  const found = marks(sighting);
  const start = beginning(found);
  const put = found.find(({ kind }) => kind === "put_down")?.at_s ?? 0;
  const turn = () => toggle(video.current);
  const jump = (by: number) => seek(video.current, (video.current?.currentTime ?? 0) + by);
  const moment = () => {
    seek(video.current, start);
    play(video.current);
  };
  const ready = (shown: HTMLVideoElement) => {
    setLength(shown.duration);
    if (start < shown.duration) seek(shown, start);
    if (!window.matchMedia(CALM).matches) play(shown);
  };
  useKeys({ " ": turn, arrowleft: () => jump(-1), arrowright: () => jump(1), m: moment });
  return (
    <section className={classes.clip} aria-label={t("desk.clip.title")}>
      <div className={classes.stage}>
        <div className={classes.picture} style={{ aspectRatio: `${sighting.width} / ${sighting.height}`, width: `min(100%, calc(var(--clip-height) * ${sighting.width / sighting.height}))` }}>
          <video
            ref={video}
            src={url}
            muted
            playsInline
            preload="auto"
            onLoadedMetadata={(event) => ready(event.currentTarget)}
            onTimeUpdate={(event) => setAt(event.currentTarget.currentTime)}
            onPlay={() => setPlaying(true)}
            onPause={() => setPlaying(false)}
            onError={onFail}
            onClick={turn}
          />
          <MaskLayer masks={sighting.masks} />
          <span className={at >= put ? classes.box : classes.soon} style={placed(within(WHOLE, sighting.box, sighting.width, sighting.height))} />
        </div>
      </div>
      <Scrubber at={at} length={length} found={found} onSeek={(to) => seek(video.current, to)} />
      <div className={classes.tools}>
        <Tool label={`${t(playing ? "desk.clip.pause" : "desk.clip.play")} (${t("desk.keys.space")})`} onPress={turn}>
          {playing ? <IconPlayerPauseFilled size={22} /> : <IconPlayerPlayFilled size={22} />}
        </Tool>
        <Tool label={t("desk.clip.back")} onPress={() => jump(-5)}>
          <IconRewindBackward5 size={22} />
        </Tool>
        <Tool label={t("desk.clip.forward")} onPress={() => jump(5)}>
          <IconRewindForward5 size={22} />
        </Tool>
        <Tool label={`${t("desk.clip.moment")} (M)`} onPress={moment}>
          <IconTargetArrow size={22} />
        </Tool>
        <span className={classes.time}>
          {clock(at)} / {clock(length)}
        </span>
        <Legend found={found} />
        <SegmentedControl
          size="xs"
          value={speed}
          onChange={(next) => {
            setSpeed(next);
            pace(video.current, Number(next));
          }}
          data={SPEEDS.map((value) => ({ value, label: `${value}×` }))}
          aria-label={t("desk.clip.speed")}
        />
      </div>
    </section>
  );
}

function Scrubber({ at, length, found, onSeek }: { at: number; length: number; found: Mark[]; onSeek: (at_s: number) => void }) {
  const { t } = useTranslation();
  const shown = found.filter(({ at_s }) => at_s <= length);
  return (
    <div className={classes.scrubber}>
      <input type="range" min={0} max={length || 1} step={0.05} value={at} aria-label={t("desk.clip.place")} aria-valuetext={clock(at)} onChange={(event) => onSeek(Number(event.target.value))} />
      {shown.map(({ kind, at_s }) => (
        <span key={kind} className={classes[kind]} style={{ left: `calc(9px + (100% - 18px) * ${at_s / length})` }} title={t(`desk.clip.mark.${kind}`)} />
      ))}
    </div>
  );
}

function Legend({ found }: { found: Mark[] }) {
  const { t } = useTranslation();
  return (
    <ul className={classes.legend}>
      {found.map(({ kind }) => (
        <li key={kind}>
          <span className={classes[kind]} aria-hidden="true" /> {t(`desk.clip.mark.${kind}`)}
        </li>
      ))}
    </ul>
  );
}
