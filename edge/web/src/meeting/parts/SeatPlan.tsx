import type { TFunction } from "i18next";
import { useMemo } from "react";
import { useTranslation } from "react-i18next";
import type { ChoiceId, RollSnapshot, Seat } from "../../ground/wire";
import classes from "./SeatPlan.module.css";

interface Props {
  roll: RollSnapshot;
  /** Seats of the speaking queue in order, then who speaks. */
  hands?: string[];
  speaker?: string | undefined;
  /** While a vote is open: who has cast. Never how. */
  cast?: string[] | undefined;
  /** After the close of an open vote: how each seat voted. */
  chosen?: Record<string, ChoiceId> | undefined;
  /** For a screen that is read from afar: larger labels, who has cast is seen by the whole figure, and what does not matter is left out. */
  far?: boolean;
  onSeat?: (seat: Seat) => void;
}

function describe(t: TFunction, seat: Seat, props: Props): string {
  const words = [t("meeting.seat", { label: seat.label }), seat.name ?? t("meeting.plan.free")];
  if (seat.member) words.push(seat.present ? t("meeting.plan.present") : t("meeting.plan.absent"));
  const place = props.hands?.indexOf(seat.id) ?? -1;
  if (place >= 0) words.push(t("meeting.plan.hand", { place: place + 1 }));
  if (props.speaker === seat.id) words.push(t("meeting.plan.speaks"));
  const choice = props.chosen?.[seat.id];
  if (choice !== undefined) words.push(t("meeting.plan.chosen", { choice: t(`meeting.choice.${choice}`) }));
  else if (props.cast?.includes(seat.id) === true) words.push(t("meeting.plan.cast"));
  return words.join(", ");
}

function kindOf(seat: Seat, props: Props): string | undefined {
  if (!seat.member) return classes.free;
  const choice = props.chosen?.[seat.id];
  if (choice !== undefined) return classes[choice];
  if (props.far && props.cast?.includes(seat.id) === true) return classes.voted;
  return seat.present ? classes.present : classes.absent;
}

/** Tick, cross, dash, in units of half a figure. */
const SHAPES: Record<ChoiceId, string> = { for: "M-0.2 0 l0.15 0.16 l0.28 -0.32", against: "M-0.17 -0.17 l0.34 0.34 M0.17 -0.17 l-0.34 0.34", abstain: "M-0.22 0 h0.44" };

/** The sign at a figure's corner: the vote is cast, or how. */
function Sign({ choice, size }: { choice: ChoiceId | undefined; size: number }) {
  return (
    <g transform={`translate(${size * 0.95} ${-size * 0.75}) scale(${size})`} className={choice === undefined ? classes.badgeCast : `${classes.badgeCast ?? ""} ${classes[choice] ?? ""}`}>
      <circle r={0.46} strokeWidth={0.06} />
      <path d={SHAPES[choice ?? "for"]} strokeWidth={0.12} />
    </g>
  );
}

/** The place in the speaking queue, at the other corner. */
function Hand({ place, size }: { place: number; size: number }) {
  return (
    <g transform={`translate(${-size * 0.95} ${-size * 0.75})`} className={classes.badgeHand}>
      <circle r={size * 0.46} />
      <text y={size * 0.18} fontSize={size * 0.55}>
        {place}
      </text>
    </g>
  );
}

/** What makes a figure a button, where seats can be pressed. */
function pressing(press: (() => void) | undefined): React.SVGProps<SVGGElement> {
  if (press === undefined) return { role: "img" };
  return { role: "button", tabIndex: 0, onClick: press, onKeyDown: (event) => (event.key === "Enter" || event.key === " ") && press() };
}

function Figure({ seat, size, props }: { seat: Seat; size: number; props: Props }) {
  const { t } = useTranslation();
  const place = (props.hands ?? []).indexOf(seat.id);
  const cast = (props.cast ?? []).includes(seat.id);
  const choice = props.chosen?.[seat.id];
  const letters = props.far ? 0.92 : 0.72;
  const press = props.onSeat && seat.member ? () => props.onSeat?.(seat) : undefined;
  const label = describe(t, seat, props);
  return (
    <g
      transform={`translate(${seat.x} ${seat.y})`}
      className={[kindOf(seat, props), props.speaker === seat.id && classes.speaks, press && classes.press].filter(Boolean).join(" ")}
      {...pressing(press)}
      aria-label={label}
    >
      <title>{label}</title>
      <rect x={-size} y={-size * 0.8} width={size * 2} height={size * 1.6} rx={size * 0.35} strokeWidth={size * 0.13} />
      <text y={size * letters * 0.34} fontSize={size * letters}>
        {seat.label}
      </text>
      {(cast || choice !== undefined) && <Sign choice={choice} size={size} />}
      {place >= 0 && <Hand place={place + 1} size={size} />}
    </g>
  );
}

/** Half the nearest distance between two seats, so that no two figures touch. */
function seatSize(roll: RollSnapshot): number {
  let nearest = roll.width / 4;
  roll.seats.forEach((a, index) => {
    for (const b of roll.seats.slice(index + 1)) nearest = Math.min(nearest, Math.max(Math.abs(a.x - b.x) / 1.15, Math.abs(a.y - b.y)));
  });
  return Math.max(nearest * 0.43, roll.width / 120);
}

/** The room as it is drawn, podium above: who is here, who asks to speak and in which order, who has voted. */
export function SeatPlan(props: Props) {
  const { t } = useTranslation();
  const { roll, far = false } = props;
  const size = useMemo(() => seatSize(roll), [roll]);
  const [left, right] = [Math.min(...roll.seats.map(({ x }) => x)) - size * 1.8, Math.max(...roll.seats.map(({ x }) => x)) + size * 1.8];
  const bottom = Math.max(...roll.seats.map(({ y }) => y)) + size * 1.6;
  const middle = (left + right) / 2;
  const top = far ? Math.min(...roll.seats.map(({ y }) => y)) - size * 1.6 : 0;
  return (
    <svg className={classes.plan} viewBox={`${left} ${top} ${right - left} ${bottom - top}`} role="group" aria-label={t("meeting.plan.title")}>
      {!far && (
        <>
          <rect className={classes.podium} x={middle - (right - left) * 0.2} y={1} width={(right - left) * 0.4} height={size * 1.3} rx={size * 0.3} />
          <text className={classes.podiumWord} x={middle} y={1 + size * 0.87} fontSize={size * 0.62}>
            {t("meeting.plan.podium")}
          </text>
        </>
      )}
      {roll.seats.filter(({ member }) => !far || member).map((seat) => (
        <Figure key={seat.id} seat={seat} size={size} props={props} />
      ))}
    </svg>
  );
}
