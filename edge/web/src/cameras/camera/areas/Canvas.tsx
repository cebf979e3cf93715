import { useRef, type KeyboardEvent, type PointerEvent } from "react";
import { useTranslation } from "react-i18next";
import classes from "./Areas.module.css";
import { moved, path, within, type Area, type Corner } from "./model";

const STEP = 5;
const STRIDE = 50;
const ARROWS: Record<string, Corner> = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };

export interface Hand {
  areas: Area[];
  selected: Area | undefined;
  corner: number;
  onSelect: (key: string) => void;
  onCorner: (corner: number) => void;
  /** A click on the picture, where no corner is. */
  onAdd: (at: Corner) => void;
  onMove: (corner: number, to: Corner) => void;
  onDrop: (corner: number) => void;
}

function Handle({ hand, number, at, place }: { hand: Hand; number: number; at: Corner; place: (event: PointerEvent) => Corner }) {
  const { t } = useTranslation();
  const press = (event: KeyboardEvent) => {
    const arrow = ARROWS[event.key];
    if (arrow !== undefined) {
      const by = event.shiftKey ? STRIDE : STEP;
      hand.onMove(number, moved(at, arrow[0] * by, arrow[1] * by));
    } else if (event.key === "Delete" || event.key === "Backspace") hand.onDrop(number);
    else return;
    event.preventDefault();
  };
  const drag = (event: PointerEvent<HTMLButtonElement>) => {
    if (event.currentTarget.hasPointerCapture(event.pointerId)) hand.onMove(number, place(event));
  };
  return (
    <li style={{ left: `${at[0] / 10}%`, top: `${at[1] / 10}%` }}>
      <button
        type="button"
        className={classes.handle}
        aria-label={t("areas.corner", { number: number + 1, x: Math.round(at[0] / 10), y: Math.round(at[1] / 10) })}
        aria-pressed={number === hand.corner}
        onFocus={() => hand.onCorner(number)}
        onKeyDown={press}
        onPointerDown={(event) => {
          hand.onCorner(number);
          event.currentTarget.setPointerCapture(event.pointerId);
        }}
        onPointerMove={drag}
        onClick={(event) => event.stopPropagation()}
      />
    </li>
  );
}

function Outline({ area, chosen, onSelect }: { area: Area; chosen: boolean; onSelect?: () => void }) {
  return <polygon className={classes[area.kind]} data-chosen={chosen} points={path(area.points)} {...(onSelect === undefined ? {} : { onClick: onSelect })} />;
}

/** The picture with everything that is drawn on it; the corners of the chosen area can be grasped, or moved with the arrow keys. */
export function Canvas({ hand, picture, name }: { hand: Hand; picture: string | null; name: string }) {
  const { t } = useTranslation();
  const field = useRef<HTMLDivElement>(null);
  const place = (event: { clientX: number; clientY: number }): Corner => {
    const box = field.current?.getBoundingClientRect() ?? new DOMRect(0, 0, 1, 1);
    return [within(((event.clientX - box.left) / box.width) * 1000), within(((event.clientY - box.top) / box.height) * 1000)];
  };
  const { selected } = hand;
  return (
    <div ref={field} className={classes.canvas} data-drawing={selected !== undefined} onClick={(event) => (selected === undefined ? undefined : hand.onAdd(place(event)))}>
      {picture === null ? <p className={classes.blank}>{t("areas.noPicture")}</p> : <img src={picture} alt={t("house.cameras.pictureOf", { name })} draggable={false} />}
      <svg viewBox="0 0 1000 1000" preserveAspectRatio="none" aria-hidden="true">
        {hand.areas.map((area) => (
          <Outline key={area.key} area={area} chosen={area.key === selected?.key} {...(selected === undefined ? { onSelect: () => hand.onSelect(area.key) } : {})} />
        ))}
      </svg>
      {selected !== undefined && (
        <ol className={classes.handles} aria-label={t("areas.corners", { name: selected.name })}>
          {selected.points.map((at, number) => (
            <Handle key={number} hand={hand} number={number} at={at} place={place} />
          ))}
        </ol>
      )}
    </div>
  );
}
