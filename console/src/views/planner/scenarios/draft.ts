// The form of a new scenario as text, and the request it stands for. Pure.
import type { ScenarioAsked, ScenarioModel, SiteKind } from "../../../api/types";
import { numberOf } from "../../../components/fields";

export interface Draft {
  name: string;
  model: ScenarioModel;
  newSites: string;
  coveragePercent: string;
  radiusM: string;
  existing: "laid_out" | "in_use" | "none";
  source: "grid" | "proposed";
  spacingM: string;
  kind: SiteKind;
  unit: string;
  mostPerDistrict: string;
  capacity: string;
  unitCost: string;
  avoidControlled: boolean;
  timeLimitS: string;
}

export const FRESH: Draft = {
  name: "", model: "mclp", newSites: "50", coveragePercent: "90", radiusM: "", existing: "laid_out", source: "grid",
  spacingM: "1500", kind: "nest", unit: "", mostPerDistrict: "", capacity: "", unitCost: "", avoidControlled: false, timeLimitS: "60",
};

/** The request; fields left empty are left to the platform, wrong ones are its to name. */
export function asked(draft: Draft, districts: readonly string[]): ScenarioAsked {
  const number = (text: string): number | undefined => numberOf(text) ?? undefined;
  const most = number(draft.mostPerDistrict);
  return {
    name: draft.name.trim(),
    model: draft.model,
    kind: draft.kind,
    existing: draft.existing,
    source: draft.source,
    avoid: draft.avoidControlled ? ["PROHIBITED", "REQ_AUTHORIZATION"] : ["PROHIBITED"],
    ...(draft.model === "lscp" ? { coverage_percent: number(draft.coveragePercent) } : { new_sites: number(draft.newSites) }),
    ...given("service_radius_m", number(draft.radiusM)),
    ...(draft.source === "grid" ? given("spacing_m", number(draft.spacingM)) : {}),
    ...(most === undefined ? {} : { quotas: Object.fromEntries(districts.map((adcode) => [adcode, { most }])) }),
    ...given("capacity", number(draft.capacity)),
    ...given("unit_cost_cny", number(draft.unitCost)),
    ...given("time_limit_s", number(draft.timeLimitS)),
    ...(draft.unit.trim() ? { unit: draft.unit.trim() } : {}),
  } as ScenarioAsked;
}

const given = (key: string, value: number | undefined): Record<string, number> => (value === undefined ? {} : { [key]: value });
