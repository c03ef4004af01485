// The colours that carry meaning, the same on the map, in the legend and on the chips.
import type { PlanState, Restriction, SiteState } from "../api/types";

export const RESTRICTION_COLOR: Record<Restriction, string> = {
  PROHIBITED: "#b3261e",
  REQ_AUTHORIZATION: "#c77700",
  CONDITIONAL: "#7a4fb0",
  NO_RESTRICTION: "#2e7d55",
};

export const PLAN_COLOR: Record<PlanState, string> = {
  approved: "#1b7f5c",
  awaiting: "#c77700",
  refused: "#b3261e",
  not_required: "#3b78a8",
  submitted: "#5b6770",
  withdrawn: "#7f898f",
  lapsed: "#7f898f",
  activated: "#0b6e99",
  ended: "#7f898f",
  no_show: "#7f898f",
};

export const SITE_COLOR: Record<SiteState, string> = {
  commissioned: "#14507f",
  under_construction: "#3f8fc4",
  approved: "#8fbfdf",
  assessed: "#b3cbdc",
  proposed: "#c9d3da",
  suspended: "#c77700",
  retired: "#8b9297",
};

/** New sites of a scenario; of two that are compared, those of one side only. */
export const NEW_SITE_COLOR = "#b0531e";
export const SIDE_COLOR: Record<"a" | "b", string> = { a: "#b0531e", b: "#7a3f96" };

export const ROUTE_COLOR = "#6d5a94";
export const ACCENT = "#1d5b8f";
export const CONFLICT_COLOR = "#b3261e";

/** Share of residents covered, from none to all. */
export const COVERAGE_STEPS: readonly (readonly [number, string])[] = [
  [0, "#f3efe6"], [0.2, "#d9e5dc"], [0.4, "#b3d2c8"], [0.6, "#7fb5ab"], [0.8, "#458f8c"], [0.95, "#1f6b6e"],
];

export const LAND = { outside: "#e7eaec", city: "#f7f7f4", border: "#b4bcc2", water: "#cfe1ec", farWater: "#e8eff3", label: "#47525b" } as const;
