import type { PDFDocumentProxy } from "pdfjs-dist";
import { useEffect, useRef, useState } from "react";
import { useTranslation } from "react-i18next";
import classes from "./Reader.module.css";

interface Props {
  pdf: PDFDocumentProxy;
  number: number;
  width: number;
  ratio: number;
  onSeen: (number: number) => void;
}

/** True from the moment the element comes near the part of the list that is shown. */
function useNear(element: React.RefObject<HTMLElement | null>, onSeen: () => void): boolean {
  const [near, setNear] = useState(false);
  useEffect(() => {
    const shown = element.current;
    if (shown === null) return undefined;
    const root = shown.parentElement;
    const soon = new IntersectionObserver(([entry]) => entry?.isIntersecting && setNear(true), { root, rootMargin: "120% 0px" });
    const middle = new IntersectionObserver(([entry]) => entry?.isIntersecting && onSeen(), { root, rootMargin: "-49% 0px -49% 0px" });
    soon.observe(shown);
    middle.observe(shown);
    return () => {
      soon.disconnect();
      middle.disconnect();
    };
  }, [element, onSeen]);
  return near;
}

/** One page, drawn when it comes near, as sharp as the screen allows; its words are there for screen readers. */
export function PageView({ pdf, number, width, ratio, onSeen }: Props) {
  const { t } = useTranslation();
  const box = useRef<HTMLDivElement>(null);
  const canvas = useRef<HTMLCanvasElement>(null);
  const [words, setWords] = useState("");
  const [seen] = useState(() => () => onSeen(number));
  const near = useNear(box, seen);
  useEffect(() => {
    if (!near || width <= 0) return undefined;
    let cancel = () => {};
    let gone = false;
    const draw = async () => {
      const page = await pdf.getPage(number);
      const target = canvas.current;
      if (gone || target === null) return;
      const scale = (width / page.getViewport({ scale: 1 }).width) * Math.min(window.devicePixelRatio, 2);
      const viewport = page.getViewport({ scale });
      [target.width, target.height] = [Math.floor(viewport.width), Math.floor(viewport.height)];
      const task = page.render({ canvas: target, viewport });
      cancel = () => task.cancel();
      await task.promise;
      const text = await page.getTextContent();
      setWords(text.items.map((item) => ("str" in item ? item.str : "")).join(" "));
    };
    draw().catch(() => {});
    return () => {
      gone = true;
      cancel();
    };
  }, [near, pdf, number, width]);
  return (
    <div ref={box} className={classes.page} style={{ width, height: width * ratio }} data-page={number} role="group" aria-label={t("meeting.reader.page", { number })}>
      <canvas ref={canvas} aria-hidden="true" />
      <p className="sr-only">{words}</p>
    </div>
  );
}
