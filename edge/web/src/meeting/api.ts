import { useMutation, useQuery, useQueryClient, type UseMutationResult, type UseQueryResult } from "@tanstack/react-query";
import { useEffect } from "react";
import { get, patch, post, put, remove, upload } from "../ground/http/client";
import { useSource } from "../ground/live/source";
import { meetingTopic } from "../ground/post/topics";
import type { components } from "../ground/api.gen";
import type { DocumentRef } from "../ground/wire";

type Schemas = components["schemas"];

/** What the meeting room answers over HTTP: the OpenAPI document's own names. */
export type MeetingLine = Schemas["MeetingLine"];
export type MeetingView = Schemas["MeetingView"];
export type ItemView = Schemas["ItemView"];
export type MotionView = Schemas["MotionView"];
export type MemberView = Schemas["MemberView"];
export type MemberWords = Schemas["MemberWords"];
export type PinView = Schemas["PinView"];
export type RuleLine = Schemas["RuleLine"];
export type BoardLine = Schemas["BoardLine"];
export type BoxLine = Schemas["BoxLine"];
export type Grown = Schemas["Grown"];
export type ResultView = Schemas["ResultView"];
export type RollCallView = Schemas["RollCallView"];
export type Changed = Schemas["Changed"];
export type Plan = Schemas["PlanWords"];
export type NewMeeting = Pick<Schemas["NewMeeting"], "title" | "body" | "place" | "starts_at"> & { rule?: string };

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
