import { useMutation, useQuery, useQueryClient, type UseMutationResult, type UseQueryResult } from "@tanstack/react-query";
import type { TFunction } from "i18next";
import type { components } from "../../ground/api.gen";
import { get, put } from "../../ground/http/client";
import { number } from "../../ground/words/format";

export type Budgets = components["schemas"]["Budgets"];
export type CameraBudget = components["schemas"]["CameraBudget"];
export type InForce = components["schemas"]["InForce"];
type Ask = components["schemas"]["BudgetAsk"];
type Precision = components["schemas"]["Precision"];

const KEY = ["budget"];

export function useBudgets(): UseQueryResult<Budgets> {
  return useQuery({ queryKey: KEY, queryFn: () => get<Budgets>("/api/budget"), refetchInterval: 60_000 });
}

export function useChoose(): UseMutationResult<Budgets, Error, Ask> {
  const client = useQueryClient();
  return useMutation({ mutationFn: (ask) => put<Budgets>("/api/budget", ask), onSuccess: (found) => client.setQueryData(KEY, found) });
}

/** "Đúng 14 trong 16 vụ đã kết luận (64 đến 97 %)" */
export function precisionWords(t: TFunction, { decided, confirmed, low, high }: Precision, key: "camera.budget.precision" | "desk.day.precision" = "camera.budget.precision"): string {
  const percent = (share: number) => number(Math.round(share * 100));
  return decided === 0 ? t("camera.budget.undecided") : t(key, { confirmed, decided, low: percent(low), high: percent(high) });
}

type Stand = Pick<InForce, "value" | "level" | "base">;

/** Why the threshold is where it is, as a key under camera.budget.because. */
export function because({ value, level, base }: Stand): "spent" | "budget" | "lowered" | "raised" | "network" {
  if (value > 1) return "spent";
  if (value > level) return "budget";
  if (level < base) return "lowered";
  return level > base ? "raised" : "network";
}
