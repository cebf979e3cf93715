import { useMutation, useQuery, useQueryClient, type UseMutationResult, type UseQueryResult } from "@tanstack/react-query";
import { get, post, Refused, remove } from "./client";

export type Role = "administrator" | "secretary" | "chair" | "member" | "officer" | "auditor" | "screen" | "device" | "tablet" | "watcher";

export interface Person {
  account: string;
  name: string;
  roles: Role[];
  device?: string | null;
  /** The password is a one-time password: only changing it is allowed. */
  must_change?: boolean;
}

const KEY = ["session"];

/** Who is signed in here; null when nobody is. Errors other than "nobody" stay errors. */
export function useSession(): UseQueryResult<Person | null> {
  return useQuery({
    queryKey: KEY,
    staleTime: 60_000,
    queryFn: () =>
      get<Person | null>("/api/session").catch((error: unknown) => {
        if (error instanceof Refused && (error.status === 401 || error.status === 403)) return null;
        throw error;
      }),
  });
}

export function useSignIn(): UseMutationResult<Person, Error, { name: string; password: string }> {
  const client = useQueryClient();
  return useMutation({
    mutationFn: (body) => post<Person>("/api/session", body),
    onSuccess: (person) => client.setQueryData(KEY, person),
  });
}

export function useSignOut(): UseMutationResult<undefined, Error, void> {
  const client = useQueryClient();
  return useMutation({
    mutationFn: () => remove("/api/session"),
    onSettled: () => {
      client.clear();
      client.setQueryData(KEY, null);
    },
  });
}

export function may(person: Person | null | undefined, ...roles: Role[]): boolean {
  return person?.roles.some((role) => roles.includes(role)) ?? false;
}
