import { useMutation, useQuery, useQueryClient, type UseMutationResult, type UseQueryResult } from "@tanstack/react-query";
import { useEffect } from "react";
import { get, patch, post, put, remove, upload } from "../ground/http/client";
import { useSource } from "../ground/live/source";
import { meetingTopic } from "../ground/post/topics";
import type { ChoiceId, Count, DocumentRef, ItemState, LogHead, MeetingState, MotionState, RuleView } from "../ground/wire";

/** What the meeting room answers over HTTP, as meeting/service/words.py writes it. */
export interface MeetingLine {
  id: string;
  title: string;
  body: string;
  place: string;
  starts_at: string;
  state: MeetingState;
  items: number;
  members: number;
}

export interface PlanSeat {
  id: string;
  label: string;
  x: number;
  y: number;
}

export interface Plan {
  width: number;
  height: number;
  seats: PlanSeat[];
}

export interface MotionView {
  id: string;
  item: string;
  title: string;
  text: string;
  state: MotionState;
  rule: RuleView;
  choices: { id: ChoiceId }[];
  may_change: boolean;
  opened_at: string | null;
  closed_at: string | null;
  paper_sha256: string | null;
  eligible: number;
  cast: number;
  count: Count | null;
}

export interface ItemView {
  id: string;
  number: number;
  title: string;
  minutes: number;
  state: ItemState;
  started_at: string | null;
  finished_at: string | null;
  documents: DocumentRef[];
  motions: MotionView[];
}

export interface MemberView {
  id: string;
  name: string;
  office: string;
  seat: string | null;
  label: string | null;
  votes: boolean;
  chairs: boolean;
  present: boolean;
  since: string | null;
  reason: string;
  has_pin: boolean;
  tablet: boolean;
}

export interface MeetingView {
  id: string;
  title: string;
  body: string;
  place: string;
  starts_at: string;
  opened_at: string | null;
  closed_at: string | null;
  state: MeetingState;
  revision: number;
  rule: string;
  floor_open: boolean;
  plan: Plan;
  members: MemberView[];
  items: ItemView[];
}

export interface MemberWords {
  id?: string;
  name: string;
  office: string;
  seat: string | null;
  votes: boolean;
  chairs: boolean;
}

export interface PinView {
  member: string;
  name: string;
  seat: string | null;
  label: string | null;
  pin: string;
  badge: string;
}

export interface RuleLine {
  id: string;
  title: string;
  title_en: string;
  body: string;
  base: "all" | "present" | "cast";
  share: string;
  strict: boolean;
  secrecy: "open" | "secret";
  citation: string;
  verified: boolean;
}

export interface BoardLine {
  code: string;
  seat: string;
  label: string;
  name: string | null;
  choice: ChoiceId;
  index: number;
  at: string;
  counts: boolean;
}

export interface ResultView {
  meeting: string;
  meeting_title: string;
  body: string;
  motion: MotionView;
  documents: DocumentRef[];
  board: BoardLine[];
  corrections: { at: string; text: string; by: string }[];
  head: LogHead | null;
  log_key: string;
}

export interface Changed {
  id: string;
  revision: number;
}

export interface NewMeeting {
  title: string;
  body: string;
  place: string;
  starts_at: string;
  rule?: string;
}

export function useMeetings(): UseQueryResult<MeetingLine[]> {
  return useQuery({ queryKey: ["meetings"], queryFn: () => get<MeetingLine[]>("/api/meetings") });
}

export function useRules(): UseQueryResult<RuleLine[]> {
  return useQuery({ queryKey: ["rules"], queryFn: () => get<RuleLine[]>("/api/rules"), staleTime: 600_000 });
}

/** The whole meeting, read again whenever one of its snapshots moves. */
export function useMeeting(meeting: string): UseQueryResult<MeetingView> {
  const { snapshots } = useSource();
  const client = useQueryClient();
  useEffect(() => {
    let timer: number | undefined;
    const again = () => {
      window.clearTimeout(timer);
      timer = window.setTimeout(() => void client.invalidateQueries({ queryKey: ["meeting", meeting] }), 150);
    };
    const ends = (["agenda", "motion", "roll"] as const).map((what) => snapshots.subscribe(meetingTopic(meeting, what), again));
    return () => {
      window.clearTimeout(timer);
      for (const end of ends) end();
    };
  }, [client, meeting, snapshots]);
  return useQuery({ queryKey: ["meeting", meeting], queryFn: () => get<MeetingView>(`/api/meetings/${meeting}`) });
}

export function useResult(meeting: string, motion: string): UseQueryResult<ResultView> {
  return useQuery({ queryKey: ["result", meeting, motion], queryFn: () => get<ResultView>(`/api/meetings/${meeting}/motions/${motion}`) });
}

/** A step of the chair or the secretary: method, path below the meeting, words. */
export interface Step {
  method: "post" | "put" | "patch" | "delete";
  path: string;
  words?: unknown;
}

const METHODS = { post, put, patch };

/** Takes steps of one meeting; the meeting is read again after each. */
export function useStep(meeting: string): UseMutationResult<Changed | undefined, Error, Step> {
  const client = useQueryClient();
  return useMutation({
    mutationFn: ({ method, path, words }) => {
      const where = `/api/meetings/${meeting}${path}`;
      return method === "delete" ? remove<Changed>(where) : METHODS[method]<Changed>(where, words);
    },
    onSettled: () => client.invalidateQueries({ queryKey: ["meeting", meeting] }),
  });
}

export function useCreate(): UseMutationResult<Changed, Error, NewMeeting> {
  const client = useQueryClient();
  return useMutation({ mutationFn: (words) => post<Changed>("/api/meetings", words), onSuccess: () => client.invalidateQueries({ queryKey: ["meetings"] }) });
}

export function useAddDocument(meeting: string, item: string): UseMutationResult<DocumentRef, Error, { title: string; pdf: File }> {
  const client = useQueryClient();
  return useMutation({
    mutationFn: (parts) => upload<DocumentRef>(`/api/meetings/${meeting}/items/${item}/documents`, { ...parts }),
    onSettled: () => client.invalidateQueries({ queryKey: ["meeting", meeting] }),
  });
}

export function useMakePins(meeting: string): UseMutationResult<PinView[], Error, void> {
  return useMutation({ mutationFn: () => post<PinView[]>(`/api/meetings/${meeting}/pins`) });
}
