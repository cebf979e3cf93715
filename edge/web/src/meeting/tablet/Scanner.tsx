import jsqr from "jsqr";
import { useEffect, useRef, useState } from "react";
import { useTranslation } from "react-i18next";
import classes from "./CheckIn.module.css";

const EVERY_MS = 200;

function look(video: HTMLVideoElement, canvas: HTMLCanvasElement): string | null {
  if (video.videoWidth === 0) return null;
  const scale = Math.min(1, 640 / video.videoWidth);
  [canvas.width, canvas.height] = [Math.round(video.videoWidth * scale), Math.round(video.videoHeight * scale)];
  const paper = canvas.getContext("2d", { willReadFrequently: true });
  if (paper === null) return null;
  paper.drawImage(video, 0, 0, canvas.width, canvas.height);
  const { data, width, height } = paper.getImageData(0, 0, canvas.width, canvas.height);
  const found = jsqr(data, width, height, { inversionAttempts: "dontInvert" });
  return found === null || found.data === "" ? null : found.data;
}

/** The tablet's camera, looking for a badge. The picture stays in this page. */
export default function Scanner({ onFound }: { onFound: (text: string) => void }) {
  const { t } = useTranslation();
  const video = useRef<HTMLVideoElement>(null);
  const [failed, setFailed] = useState(false);
  useEffect(() => {
    const canvas = document.createElement("canvas");
    let stream: MediaStream | null = null;
    let gone = false;
    const timer = window.setInterval(() => {
      const text = video.current === null ? null : look(video.current, canvas);
      if (text !== null) onFound(text);
    }, EVERY_MS);
    const begin = async () => {
      const opened = await navigator.mediaDevices.getUserMedia({ video: { facingMode: "user", width: { ideal: 1280 } } });
      stream = opened;
      if (gone || video.current === null) { opened.getTracks().forEach((track) => track.stop()); return; }
      video.current.srcObject = opened;
      return video.current.play();
    };
    begin().catch(() => setFailed(true));
    return () => {
      gone = true;
      window.clearInterval(timer);
      stream?.getTracks().forEach((track) => track.stop());
    };
  }, [onFound]);
  if (failed) return <p role="alert">{t("meeting.checkIn.noCamera")}</p>;
  return <video ref={video} className={classes.video} muted playsInline aria-label={t("meeting.checkIn.camera")} />;
}
