import { useQuery, type UseQueryResult } from "@tanstack/react-query";
import type { TFunction } from "i18next";
import type { components } from "../../ground/api.gen";
import { get } from "../../ground/http/client";

type Schemas = components["schemas"];
export type LedgerDay = Schemas["LedgerDay"];
export type LedgerWeek = Schemas["LedgerWeek"];
export type CameraWeek = Schemas["CameraWeek"];
export type DayMinutes = Schemas["DayMinutes"];
export type MinuteState = Schemas["LedgerRun"]["state"];

/** From the best to the worst; the blind ones come after `off`. */
export const STATES: readonly MinuteState[] = ["seen", "idle", "off", "moved", "dark", "covered", "unreadable", "refused", "gap"];
export const BLIND = STATES.slice(STATES.indexOf("moved"));
export const DAY_MINUTES = 1440;

export function useLedgerDay(camera: string, day: string): UseQueryResult<LedgerDay> {
  return useQuery({ queryKey: ["ledger", camera, day], queryFn: () => get<LedgerDay>(`/api/ledger/${camera}?day=${day}`), refetchInterval: 60_000 });
}

export function useLedgerWeek(): UseQueryResult<LedgerWeek> {
  return useQuery({ queryKey: ["ledger"], queryFn: () => get<LedgerWeek>("/api/ledger"), refetchInterval: 60_000 });
}

/** "14 phút", "2 giờ 5 phút" */
export function span(t: TFunction, minutes: number): string {
  const [hours, rest] = [Math.floor(minutes / 60), minutes % 60];
  if (hours === 0) return t("camera.ledger.minutes", { count: minutes });
  return rest === 0 ? t("camera.ledger.wholeHours", { count: hours }) : t("camera.ledger.hours", { hours, minutes: rest });
}

/** "08:05"; 24:00 at the end of the day. */
export function clockOf(minute: number): string {
  const pad = (part: number) => String(part).padStart(2, "0");
  return `${pad(Math.floor(minute / 60))}:${pad(minute % 60)}`;
}

/** "mất hình 10 phút, bị che 4 phút": the worst first. */
export function why(t: TFunction, { minutes }: Pick<DayMinutes, "minutes">): string {
  const parts = [...BLIND].reverse().filter((state) => (minutes[state] ?? 0) > 0);
  return parts.map((state) => `${t(`camera.ledger.as.${state}`)} ${span(t, minutes[state] ?? 0)}`).join(", ");
}
