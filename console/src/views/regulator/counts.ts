// How many plans stand in each state.
import type { PlanState } from "../../api/types";

export type PlanCounts = Partial<Record<PlanState, number>>;

export const awaitingOf = (counts: PlanCounts | null): number => counts?.awaiting ?? 0;
