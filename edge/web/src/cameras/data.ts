import { useMutation, useQuery, useQueryClient, type QueryClient, type QueryKey, type UseMutationResult, type UseQueryResult } from "@tanstack/react-query";
import { useEffect } from "react";
import { get, post } from "../ground/http/client";
import { useConnection, useHeard } from "../ground/live/source";
import type { Brief, Judging, Summary, Whole } from "./types";

export type Shown = "open" | "quiet" | "done";
const STATES: Record<Shown, string> = { open: "flagged,unsure", quiet: "suspected", done: "confirmed,rejected,reported,closed" };
const QUEUE = "sightings";

const listKey = (shown: Shown, camera: string | null) => [QUEUE, "list", shown, camera] as const;
const wholeKey = (id: string) => [QUEUE, "whole", id] as const;

export function useQueue(shown: Shown, camera: string | null): UseQueryResult<Brief[]> {
  const query = new URLSearchParams({ state: STATES[shown], ...(camera === null ? {} : { camera }) });
  return useQuery({ queryKey: listKey(shown, camera), queryFn: () => get<Brief[]>(`/api/sightings?${query.toString()}`), refetchInterval: 30_000 });
}

const whole = (id: string) => ({ queryKey: wholeKey(id), queryFn: () => get<Whole>(`/api/sightings/${id}`) });

export function useWhole(id: string | null): UseQueryResult<Whole> {
  return useQuery({ ...whole(id ?? ""), enabled: id !== null });
}

export function useSummary(): UseQueryResult<Summary> {
  return useQuery({ queryKey: [QUEUE, "summary"], queryFn: () => get<Summary>("/api/sightings/summary"), refetchInterval: 60_000 });
}

/** Fetch the next sighting and its pictures while this one is judged. */
export function useAhead(id: string | null): void {
  const client = useQueryClient();
  useEffect(() => {
    if (id === null) return;
    client.query(whole(id)).catch(() => undefined);
    for (const name of ["before.jpg", "act.jpg", "after.jpg"]) new Image().src = `/api/sightings/${id}/${name}`;
  }, [client, id]);
}

/** Everything that is shown is asked for again when the node says that something changed, and after a lost connection. */
export function useLiveSightings(): void {
  const client = useQueryClient();
  const heard = useHeard("live/sightings")?.heard;
  const { state } = useConnection();
  useEffect(() => {
    if (state === "online") void client.invalidateQueries({ queryKey: [QUEUE] });
  }, [client, heard, state]);
}

const LOOK_MS = 15_000;

/** Others see that this sighting is open here. Nothing depends on it, so its failure is nobody's business. */
export function useLooking(id: string | null, allowed: boolean): void {
  useEffect(() => {
    if (id === null || !allowed) return;
    const look = () => void post(`/api/sightings/${id}/look`).catch(() => undefined);
    look();
    const timer = window.setInterval(look, LOOK_MS);
    return () => window.clearInterval(timer);
  }, [id, allowed]);
}

type Lists = [QueryKey, Brief[] | undefined][];

/** Take `id` out of every list of what waits; the lists as they were. */
function leave(client: QueryClient, id: string): Lists {
  const lists = (["open", "quiet"] as const).flatMap((shown) => client.getQueriesData<Brief[]>({ queryKey: [QUEUE, "list", shown] }));
  for (const [key, list] of lists) {
    if (list !== undefined) client.setQueryData(key, list.filter((brief) => brief.id !== id));
  }
  return lists;
}

/** The judged one leaves the queue at once; it comes back when the node refuses. */
export function useJudge(onRefused: (error: Error, given: Judging) => void): UseMutationResult<Whole, Error, Judging, Lists> {
  const client = useQueryClient();
  return useMutation({
    mutationFn: ({ id, ...ask }) => post<Whole>(`/api/sightings/${id}/verdict`, ask),
    onMutate: async ({ id }) => {
      await client.cancelQueries({ queryKey: [QUEUE, "list"] });
      return leave(client, id);
    },
    onSuccess: (judged) => client.setQueryData(wholeKey(judged.id), judged),
    onError: (error, given, lists) => {
      for (const [key, list] of lists ?? []) client.setQueryData(key, list);
      onRefused(error, given);
    },
    onSettled: () => client.invalidateQueries({ queryKey: [QUEUE] }),
  });
}

export function useUndo(): UseMutationResult<Whole, Error, string> {
  const client = useQueryClient();
  return useMutation({
    mutationFn: (id) => post<Whole>(`/api/sightings/${id}/undo`),
    onSuccess: (back) => client.setQueryData(wholeKey(back.id), back),
    onSettled: () => client.invalidateQueries({ queryKey: [QUEUE] }),
  });
}
