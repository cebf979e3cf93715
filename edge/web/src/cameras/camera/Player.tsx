import { ActionIcon, Button, SegmentedControl } from "@mantine/core";
import { IconLivePhoto, IconMaximize, IconPlayerPauseFilled, IconPlayerPlayFilled, IconRewindBackward10, IconRewindForward10, IconVideoOff } from "@tabler/icons-react";
import { useEffect, useRef, useState, type CSSProperties, type ReactNode } from "react";
import { useTranslation } from "react-i18next";
import { sentence } from "../../ground/http/sentence";
import { date, timeToSecond } from "../../ground/words/format";
import { useKeys } from "../useKeys";
import { MaskLayer } from "./areas/MaskLayer";
import { useLook, type Camera } from "./data";
import classes from "./Player.module.css";
import type { Attach, Playback } from "./usePlayback";

const STEP_S = 10;
const KEY_STEP_S = 5;
const SPEEDS = ["1", "2", "4", "8"];
const SLOW_MS = 3000;

function Tool({ label, onPress, children }: { label: string; onPress: () => void; children: ReactNode }) {
  return (
    <ActionIcon variant="subtle" color="gray" size={48} aria-label={label} title={label} onClick={onPress}>
      {children}
    </ActionIcon>
  );
}

/** Nothing is shown yet: for a moment that is nobody's business, then it is said. */
function Waiting({ live }: { live: boolean }) {
  const { t } = useTranslation();
  const [slow, setSlow] = useState(false);
  useEffect(() => {
    const timer = window.setTimeout(() => setSlow(true), SLOW_MS);
    return () => window.clearTimeout(timer);
  }, []);
  return (
    <p className={classes.waiting} role="status">
      {t(slow && live ? "camera.player.waiting" : "camera.player.connecting")}
    </p>
  );
}

function Refusal({ playback }: { playback: Playback }) {
  const { t } = useTranslation();
  const { error } = playback;
  if (error === null) return null;
  return (
    <div className={classes.refusal} role="alert">
      <IconVideoOff size={36} stroke={1.4} aria-hidden="true" />
      <p>{sentence(t, error)}</p>
      {playback.wish.from !== null && (
        <Button variant="white" color="dark" leftSection={<IconLivePhoto size={20} />} onClick={() => playback.go(null)}>
          {t("camera.player.toLive")}
        </Button>
      )}
    </div>
  );
}

/** Which time the picture is from. */
function Clock({ playback }: { playback: Playback }) {
  const { t } = useTranslation();
  const { at, shown, wish } = playback;
  if (at === null || !shown) return null;
  return (
    <p className={classes.clock} data-live={wish.from === null}>
      <b>{t(wish.from === null ? "camera.player.live" : "camera.player.recorded")}</b>
      <time dateTime={new Date(at).toISOString()}>
        {timeToSecond(at)} {wish.from !== null && date(at)}
      </time>
    </p>
  );
}

function useFullScreen() {
  const stage = useRef<HTMLDivElement>(null);
  const full = () => void (document.fullscreenElement === null ? stage.current?.requestFullscreen() : document.exitFullscreen())?.catch(() => undefined);
  return { stage, full };
}

function Tools({ playback, onFull }: { playback: Playback; onFull: () => void }) {
  const { t } = useTranslation();
  const { playing, shown, over, speed, turn, jump, go } = playback;
  const live = playback.wish.from === null;
  return (
    <div className={classes.tools}>
      <Tool label={`${t(playing ? "camera.player.pause" : "camera.player.play")} (${t("desk.keys.space")})`} onPress={turn}>
        {playing ? <IconPlayerPauseFilled size={24} /> : <IconPlayerPlayFilled size={24} />}
      </Tool>
      <Tool label={t("camera.player.back")} onPress={() => jump(-STEP_S)}>
        <IconRewindBackward10 size={24} />
      </Tool>
      <Tool label={t("camera.player.forward")} onPress={() => jump(STEP_S)}>
        <IconRewindForward10 size={24} />
      </Tool>
      <Button variant={live ? "light" : "filled"} leftSection={<IconLivePhoto size={20} />} aria-pressed={live} onClick={() => go(null)}>
        {t("camera.player.toLive")}
      </Button>
      {over && shown && <span className="quiet">{t("camera.player.over")}</span>}
      <span className={classes.gap} />
      {!live && <SegmentedControl value={String(speed)} onChange={(value) => playback.setSpeed(Number(value))} data={SPEEDS.map((value) => ({ value, label: `${value}×` }))} aria-label={t("camera.player.speed")} />}
      <Tool label={`${t("camera.player.full")} (F)`} onPress={onFull}>
        <IconMaximize size={24} />
      </Tool>
    </div>
  );
}

/** The picture of one camera with what can be done with it. Space, arrows, Home, End and F do the same. */
export function Player({ camera, playback, attach, onHome }: { camera: Camera; playback: Playback; attach: Attach; onHome: () => void }) {
  const { t } = useTranslation();
  const { run, shown, error, wish } = playback;
  const { stage, full } = useFullScreen();
  const look = useLook(camera.id);
  const live = wish.from === null;
  useKeys({
    " ": playback.turn,
    arrowleft: () => playback.jump(-KEY_STEP_S),
    arrowright: () => playback.jump(KEY_STEP_S),
    home: onHome,
    end: () => playback.go(null),
    f: full,
  });
  const size = { width: run?.width ?? 16, height: run?.height ?? 9 };
  return (
    <section aria-label={t("camera.player.title")}>
      <div className={classes.stage} ref={stage}>
        <div className={classes.picture} style={{ aspectRatio: `${size.width} / ${size.height}`, "--shape": size.width / size.height } as CSSProperties}>
          <video ref={attach} muted playsInline poster={live && look !== undefined ? `data:image/jpeg;base64,${look.jpeg_base64}` : undefined} onClick={playback.turn} data-took={playback.took ?? undefined} />
          <MaskLayer masks={camera.masks.map(({ points }) => points)} />
          <Clock playback={playback} />
          {!shown && error === null && <Waiting key={String(wish.from)} live={live} />}
          <Refusal playback={playback} />
        </div>
      </div>
      <Tools playback={playback} onFull={full} />
    </section>
  );
}
