// How many plans stand in each state.
import type { PlanState } from "../../api/types";

export type PlanCounts = Partial<Record<PlanState, number>> & { by_state?: Partial<Record<PlanState, number>> };

export const byState = (counts: PlanCounts | null): Partial<Record<PlanState, number>> => counts?.by_state ?? counts ?? {};
export const awaitingOf = (counts: PlanCounts | null): number => byState(counts).awaiting ?? 0;
