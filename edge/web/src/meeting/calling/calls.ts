import { useMutation, useQuery, useQueryClient, type UseMutationResult, type UseQueryResult } from "@tanstack/react-query";
import { useEffect } from "react";
import { get, post } from "../../ground/http/client";
import type { Voting } from "../parts/snapshots";
import type { RollCallView } from "../api";

const key = (meeting: string, motion: string) => ["calls", meeting, motion];

/** The roll calls of the open motion, asked for again whenever its snapshot moves. */
export function useCalls(meeting: string, motion: Voting): UseQueryResult<RollCallView[]> {
  const client = useQueryClient();
  const id = motion.motion ?? "";
  const { revision } = motion;
  useEffect(() => {
    void client.invalidateQueries({ queryKey: key(meeting, id) });
  }, [client, meeting, id, revision]);
  return useQuery({ queryKey: key(meeting, id), queryFn: () => get<RollCallView[]>(`/api/meetings/${meeting}/motions/${id}/roll-calls`), refetchInterval: 15_000 });
}

/** Something done to a roll call; the list is asked for again afterwards. */
export function useCallDeed<T>(meeting: string, motion: string, act: (words: T) => Promise<unknown>): UseMutationResult<unknown, Error, T> {
  const client = useQueryClient();
  return useMutation({ mutationFn: act, onSettled: () => client.invalidateQueries({ queryKey: key(meeting, motion) }) });
}

/** The chair sends it back, or the secretary takes it back: nothing of it counts. */
export function sendBack(meeting: string, motion: string, call: string): Promise<unknown> {
  return post(`/api/meetings/${meeting}/motions/${motion}/roll-calls/${call}/return`);
}
