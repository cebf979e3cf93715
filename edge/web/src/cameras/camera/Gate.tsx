import { SegmentedControl } from "@mantine/core";
import { IconBulb, IconEye, IconMoon } from "@tabler/icons-react";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { words } from "../../ground/http/sentence";
import { useNow, useSnapshot } from "../../ground/live/source";
import { cameraTopic } from "../../ground/post/topics";
import type { GateSpan, GateTrace, Health } from "../../ground/wire";
import { number, time, timeToSecond } from "../../ground/words/format";
import classes from "./Gate.module.css";

type Shown = "recent" | "hour";
const WIDTH = 600;
const HEIGHT = 150;
const FOOT = 14;
/** Where the keyframes are marked, under the curve. */
const STALE_MS = 60_000;
const DOUBLING = 100;
const AWAKE = ["starting", "learning", "packets", "picture", "following", "round", "long_gop", "no_keyframes", "intra_refresh"];
const SETTINGS = ["cameras.long_gop", "cameras.no_keyframes", "cameras.intra_refresh"];

interface Scale {
  low: number;
  high: number;
}

function scaleOf(span: GateSpan): Scale {
  const known = [...span.level, ...span.threshold].filter((value) => value !== null);
  const low = Math.min(...known, Infinity);
  const high = Math.max(...known, -Infinity);
  return known.length === 0 ? { low: 0, high: DOUBLING } : { low: low - 20, high: Math.max(high + 20, low + 1.5 * DOUBLING) };
}

const x = (index: number, span: GateSpan) => ((index + 0.5) / span.level.length) * WIDTH;
const y = (value: number, { low, high }: Scale) => HEIGHT - ((value - low) / (high - low)) * HEIGHT;

/** A line through the known values, broken where nothing is known. */
function path(values: readonly (number | null)[], span: GateSpan, scale: Scale): string {
  let pen = "M";
  return values
    .map((value, index) => {
      const step = value === null ? "" : `${pen}${x(index, span).toFixed(1)} ${y(value, scale).toFixed(1)}`;
      pen = value === null ? "M" : "L";
      return step;
    })
    .join("");
}

function Nights({ span }: { span: GateSpan }) {
  const unit = WIDTH / span.level.length;
  let start = 0;
  return span.states.map(([steps, state]) => {
    const left = start * unit;
    start += steps;
    return state === "asleep" ? null : (
      <rect key={left} x={left} y={0} width={steps * unit} height={HEIGHT} className={state === "away" ? classes.away : classes.awake} />
    );
  });
}

function Plot({ span, label }: { span: GateSpan; label: string }) {
  const scale = scaleOf(span);
  const lines = Array.from({ length: Math.floor((scale.high - scale.low) / DOUBLING) + 1 }, (_, index) => scale.low + (index + 0.5) * DOUBLING);
  return (
    <svg className={classes.plot} viewBox={`0 0 ${WIDTH} ${HEIGHT + FOOT}`} preserveAspectRatio="none" role="img" aria-label={label}>
      <Nights span={span} />
      {lines.map((value) => (
        <line key={value} x1={0} x2={WIDTH} y1={y(value, scale)} y2={y(value, scale)} className={classes.grid} />
      ))}
      <path d={path(span.threshold, span, scale)} className={classes.threshold} />
      <path d={path(span.level, span, scale)} className={classes.level} />
      {span.keys.map((index) => (
        <line key={index} x1={x(index, span)} x2={x(index, span)} y1={HEIGHT + 4} y2={HEIGHT + FOOT} className={classes.key} />
      ))}
    </svg>
  );
}

/** How much the level lies under or over the threshold, as a factor. */
function useReading({ recent }: GateTrace): string {
  const { t } = useTranslation();
  const at = recent.level.findLastIndex((value) => value !== null);
  const [level, threshold] = [recent.level[at], recent.threshold[at]];
  if (level === undefined || level === null) return t("camera.gate.reading.none");
  if (threshold === undefined || threshold === null) return recent.states.at(-1)?.[1] === "learning" ? "" : t("camera.gate.reading.learning");
  const times = number(Math.round(2 ** (Math.abs(level - threshold) / DOUBLING) * 10) / 10);
  return t(level > threshold ? "camera.gate.reading.over" : "camera.gate.reading.under", { times });
}

function Now({ trace }: { trace: GateTrace }) {
  const { t } = useTranslation();
  const stale = useNow(5000) - Date.parse(trace.at) > STALE_MS;
  const state = trace.recent.states.at(-1)?.[1] ?? "away";
  const Icon = state === "asleep" ? IconMoon : IconEye;
  const reading = useReading(trace);
  return (
    <p className={classes.now}>
      <Icon size={22} aria-hidden="true" />
      <span>
        {stale ? t("camera.gate.stale", { at: timeToSecond(trace.at) }) : t(`camera.gate.now.${state}`)} {reading}
      </span>
    </p>
  );
}

interface Woken {
  at: number;
  state: string;
}

/** When the camera was awake within the span, and why; the newest first. */
function wakes(span: GateSpan, end: number): Woken[] {
  const begin = (Math.floor(end / 1000 / span.step_s) - span.level.length + 1) * span.step_s * 1000;
  let steps = 0;
  const found = span.states.map(([length, state]) => {
    const at = begin + steps * span.step_s * 1000;
    steps += length;
    return { at, state };
  });
  return found.filter(({ state }) => AWAKE.includes(state)).reverse();
}

function Wakes({ span, end, fine }: { span: GateSpan; end: number; fine: boolean }) {
  const { t } = useTranslation();
  const found = wakes(span, end).slice(0, 5);
  if (found.length === 0) return <p className="quiet">{t("camera.gate.slept")}</p>;
  return (
    <ul className={classes.wakes}>
      {found.map(({ at, state }) => (
        <li key={at}>
          {fine ? timeToSecond(at) : time(at)}: {t(`camera.gate.why.${state}`)}
        </li>
      ))}
    </ul>
  );
}

/** What is to be set in the camera, so that watching it costs less. */
function Advice({ camera }: { camera: string }) {
  const { t } = useTranslation();
  const health = useSnapshot<Health>(cameraTopic(camera, "health"));
  if (!health?.code || !SETTINGS.includes(health.code)) return null;
  return (
    <p className={classes.advice}>
      <IconBulb size={22} aria-hidden="true" />
      {words(t, health.code, health.facts)}
    </p>
  );
}

function Drawn({ trace }: { trace: GateTrace }) {
  const { t } = useTranslation();
  const [shown, setShown] = useState<Shown>("recent");
  const span = trace[shown];
  return (
    <>
      <Now trace={trace} />
      <SegmentedControl
        value={shown}
        onChange={(next) => setShown(next)}
        aria-label={t("camera.gate.length")}
        data={(["recent", "hour"] as const).map((value) => ({ value, label: t(`camera.gate.lengths.${value}`) }))}
        className={classes.choice}
      />
      <Plot span={span} label={t(`camera.gate.plot.${shown}`)} />
      <ul className={classes.legend}>
        {(["level", "threshold", "awake", "key", "away"] as const).map((part) => (
          <li key={part}>
            <span className={classes[`${part}Mark`]} aria-hidden="true" />
            {t(`camera.gate.legend.${part}`)}
          </li>
        ))}
      </ul>
      <Wakes span={span} end={Date.parse(trace.at)} fine={shown === "recent"} />
    </>
  );
}

/** The gate of one camera: what it read, what it would open at, and when the camera was awake. */
export function Gate({ camera }: { camera: string }) {
  const { t } = useTranslation();
  const trace = useSnapshot<GateTrace>(cameraTopic(camera, "gate"));
  return (
    <section className={classes.gate} aria-labelledby="gate">
      <h2 id="gate">{t("camera.gate.title")}</h2>
      <p className="quiet">{t("camera.gate.what")}</p>
      <Advice camera={camera} />
      {trace === undefined ? <p>{t("camera.gate.none")}</p> : <Drawn trace={trace} />}
    </section>
  );
}
