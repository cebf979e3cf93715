import { ActionIcon, SegmentedControl } from "@mantine/core";
import { IconCalendar, IconChevronLeft, IconChevronRight } from "@tabler/icons-react";
import { useQuery } from "@tanstack/react-query";
import { useRef, useState, type PointerEvent } from "react";
import { useTranslation } from "react-i18next";
import { sentence } from "../../ground/http/sentence";
import { useNow } from "../../ground/live/source";
import { date, time, timeToSecond } from "../../ground/words/format";
import { MaskLayer } from "./areas/MaskLayer";
import type { Camera } from "./data";
import { DAY_MS, dayIn, dayOf, fieldOf, tickOf, viewOf, type View } from "./days";
import { askSpans, type Span } from "./feed";
import classes from "./TimeLine.module.css";
import { nearest, usePreviews, type Preview } from "./usePreviews";

const LENGTHS = { whole: DAY_MS, hour: 3600_000, minutes: 600_000 };
type Length = keyof typeof LENGTHS;
const REFRESH_MS = 20_000;
const AGAIN_MS = 4000;

export function useSpans(camera: string, day: number) {
  return useQuery({
    queryKey: ["camera", camera, "spans", day],
    queryFn: () => askSpans(camera, day, day + DAY_MS),
    refetchInterval: ({ state }) => (state.status === "error" ? AGAIN_MS : REFRESH_MS),
    retry: false, // the reason is said at once, and asked for again meanwhile
  });
}

const share = (at: number, view: View) => ((at - view.start) / (view.end - view.start)) * 100;

function Recorded({ spans, view }: { spans: Span[]; view: View }) {
  const shown = spans.filter(({ recorded, start, end }) => recorded && end > view.start && start < view.end);
  return (
    <>
      {shown.map(({ start, end }) => {
        const left = Math.max(0, share(start, view));
        return <span key={start} className={classes.recorded} style={{ left: `${left}%`, width: `max(2px, ${Math.min(100, share(end, view)) - left}%)` }} />;
      })}
    </>
  );
}

function Ticks({ view }: { view: View }) {
  const length = view.end - view.start;
  const step = tickOf(length);
  const count = Math.round(length / step);
  return (
    <div className={classes.ticks} aria-hidden="true">
      {Array.from({ length: count }, (_, index) => view.start + index * step).map((at) => (
        <span key={at} style={{ left: `${share(at, view)}%` }}>
          {time(at)}
        </span>
      ))}
    </div>
  );
}

function Glance({ at, view, camera, previews }: { at: number; view: View; camera: Camera; previews: Preview[] }) {
  const found = nearest(previews, at, (view.end - view.start) / 24);
  return (
    <div className={classes.glance} style={{ left: `clamp(90px, ${share(at, view)}%, calc(100% - 90px))` }} aria-hidden="true">
      {found !== null && (
        <span className={classes.small}>
          <img src={found.url} alt="" />
          <MaskLayer masks={camera.masks.map(({ points }) => points)} />
        </span>
      )}
      <b>{timeToSecond(at)}</b>
    </div>
  );
}

interface LineProps {
  camera: Camera;
  view: View;
  at: number;
  spans: Span[];
  onSeek: (at: number) => void;
}

/** The line itself: a slider over a stretch of time, with a small picture of where the finger is. */
function Line({ camera, view, at, spans, onSeek }: LineProps) {
  const { t } = useTranslation();
  const [over, setOver] = useState<number | null>(null);
  const [held, setHeld] = useState<number | null>(null);
  const [sought, setSought] = useState(false);
  const previews = usePreviews(camera.id, view, sought);
  const line = useRef<HTMLDivElement>(null);
  const place = (event: PointerEvent) => {
    const box = line.current?.getBoundingClientRect();
    if (box === undefined) return view.start;
    return view.start + Math.min(1, Math.max(0, (event.clientX - box.left) / box.width)) * (view.end - view.start);
  };
  const release = () => {
    if (held !== null) onSeek(held);
    setHeld(null);
  };
  const shown = held ?? at;
  return (
    <div className={classes.line} ref={line} onPointerEnter={() => setSought(true)} onPointerMove={(event) => setOver(place(event))} onPointerLeave={() => setOver(null)}>
      <div className={classes.track} aria-hidden="true">
        <Recorded spans={spans} view={view} />
      </div>
      <input
        type="range"
        min={view.start}
        max={view.end}
        step={1000}
        value={Math.min(view.end, Math.max(view.start, shown))}
        aria-label={t("camera.line.place")}
        aria-valuetext={timeToSecond(shown)}
        onChange={(event) => setHeld(Math.min(Date.now(), Number(event.target.value)))}
        onPointerUp={release}
        onKeyUp={release}
        onBlur={release}
      />
      <span className={classes.now} style={{ left: `${Math.min(100, Math.max(0, share(shown, view)))}%` }} aria-hidden="true" />
      {(held ?? over) !== null && <Glance at={held ?? over ?? at} view={view} camera={camera} previews={previews} />}
      <Ticks view={view} />
    </div>
  );
}

/** The browser's own calendar behind a day that is written as everywhere here, whatever its language. */
export function DayField({ day, last, label, onChoose }: { day: number; last: number; label: string; onChoose: (day: number) => void }) {
  return (
    <span className={classes.day}>
      <IconCalendar size={20} stroke={1.6} aria-hidden="true" />
      <span aria-hidden="true">{date(day)}</span>
      <input
        type="date"
        aria-label={label}
        value={fieldOf(day)}
        max={fieldOf(last)}
        onClick={(event) => event.currentTarget.showPicker()}
        onChange={(event) => onChoose(dayIn(event.target.value) ?? day)}
      />
    </span>
  );
}

function Amount({ spans }: { spans: Span[] }) {
  const { t } = useTranslation();
  const minutes = Math.round(spans.reduce((sum, { recorded, start, end }) => sum + (recorded ? end - start : 0), 0) / 60_000);
  if (!spans.some(({ recorded }) => recorded)) return <>{t("camera.line.nothing")}</>;
  if (minutes === 0) return <>{t("camera.line.little")}</>;
  return <>{t("camera.line.amount", { hours: Math.floor(minutes / 60), minutes: minutes % 60 })}</>;
}

/** A day of one camera: what was recorded, where we are in it, and the way to any moment. */
export function TimeLine({ camera, at, onSeek }: { camera: Camera; at: number | null; onSeek: (at: number) => void }) {
  const { t } = useTranslation();
  const now = useNow(5000);
  const [chosen, setChosen] = useState<number | null>(null);
  const [length, setLength] = useState<Length>("whole");
  const shown = at ?? now;
  const day = chosen ?? dayOf(shown);
  const spans = useSpans(camera.id, day);
  const view = viewOf(day, shown, LENGTHS[length]);
  const choose = (next: number) => setChosen(Math.min(next, dayOf(now)));
  return (
    <section className={classes.time} aria-label={t("camera.line.title")}>
      <div className={classes.head}>
        <span className={classes.days}>
          <ActionIcon variant="default" size={48} aria-label={t("camera.line.before")} title={t("camera.line.before")} onClick={() => choose(day - DAY_MS)}>
            <IconChevronLeft size={22} />
          </ActionIcon>
          <DayField day={day} last={dayOf(now)} label={t("camera.line.day")} onChoose={choose} />
          <ActionIcon variant="default" size={48} aria-label={t("camera.line.after")} title={t("camera.line.after")} disabled={day >= dayOf(now)} onClick={() => choose(day + DAY_MS)}>
            <IconChevronRight size={22} />
          </ActionIcon>
        </span>
        <SegmentedControl
          value={length}
          onChange={(next) => setLength(next)}
          aria-label={t("camera.line.length")}
          data={(Object.keys(LENGTHS) as Length[]).map((value) => ({ value, label: t(`camera.line.lengths.${value}`) }))}
        />
        <span className="quiet">{spans.error !== null && spans.data === undefined ? sentence(t, spans.error) : spans.data !== undefined && <Amount spans={spans.data} />}</span>
      </div>
      <Line
        camera={camera}
        view={view}
        at={shown}
        spans={spans.data ?? []}
        onSeek={(to) => {
          setChosen(null);
          onSeek(to);
        }}
      />
      <p className={classes.keys}>{t("camera.line.keys")}</p>
    </section>
  );
}
