// The words of the API as the page uses them: names for the types generated from the platform's OpenAPI document.
import type { FeatureCollection } from "geojson";
import type { components } from "./schema";

type Schemas = components["schemas"];

/** What the platform answers has every field; in the document fields with a default are optional, as they are when sent. */
type Answered<T> = T extends object ? { [K in keyof T]-?: Answered<Exclude<T[K], undefined>> } : T;

export interface Page<T> {
  items: T[];
  next: string | null;
}

// -------------------------------------------------------------------------------------------------- what is sent
export type FlightIntent = Schemas["FlightIntent"];
export type Spot = Schemas["Spot"];
export type Waypoint = Schemas["Waypoint"];
export type ZoneDraftBody = Schemas["ZoneDraft"];

// ---------------------------------------------------------------------------------------------- what is answered
export type Words = Answered<Schemas["Words"]>;
export type Altitude = Answered<Schemas["Altitude"]>;
export type Zone = Answered<Schemas["Zone"]>;
export type Finding = Answered<Schemas["FindingView"]>;
export type AssessmentView = Answered<Schemas["AssessmentView"]>;
/** The answer of a check; unlike a stored assessment it leaves no finding out, and offers the nearest flights that are better off. */
export type Answer = Answered<Schemas["Answer"]>;
export type Alternative = Answered<Schemas["AlternativeView"]>;
export type FlightPlanView = Answered<Schemas["FlightPlanView"]>;
export type Conflict = Answered<Schemas["ConflictView"]>;
export type Touched = Answered<Schemas["Touched"]>;
export type TouchedView = Answered<Schemas["TouchedView"]>;
export type PlansTouched = Answered<Schemas["PlansTouched"]>;
export type SiteView = Answered<Schemas["SiteView"]>;
export type SiteSpec = SiteView["spec"];
export type SiteMoveName = Schemas["Move"];
export type SitePart = Schemas["SitePart"];
export type SiteImportReport = Answered<Schemas["SiteImportReport"]>;
export type Utilisation = Answered<Schemas["UtilisationView"]>;
export type City = Answered<Schemas["CityView"]>;
export type Progress = Answered<Schemas["ProgressView"]>;
export type TargetProgress = Answered<Schemas["TargetProgressView"]>;
export type ReasonView = Answered<Schemas["ReasonView"]>;
export type CountedSite = Answered<Schemas["CountedSiteView"]>;
export type CountedRoute = Answered<Schemas["CountedRouteView"]>;
export type Tally = Answered<Schemas["Tally"]>;
export type Measure = Schemas["Measure"];
export type Subject = Schemas["Subject"];
export type ProgressHistory = Answered<Schemas["HistoryView"]>;
export type MonthProgress = Answered<Schemas["MonthProgress"]>;
export type BurnUp = Answered<Schemas["BurnUp"]>;
export type Change = Answered<Schemas["ChangeView"]>;
export type Because = Answered<Schemas["BecauseView"]>;
export type Life = Answered<Schemas["LifeView"]>;
export type Standing = Answered<Schemas["StandingView"]>;
export type UnitProgress = Answered<Schemas["UnitProgress"]>;
export type Group = Answered<Schemas["GroupView"]>;
export type GroupBy = Schemas["GroupBy"];
export type IdleSite = Answered<Schemas["IdleSite"]>;
export type RouteView = Answered<Schemas["RouteView"]>;
export type RouteClass = Schemas["RouteClass"];
export type ScenarioAsked = Schemas["ScenarioAsked"];
export type ScenarioSummary = Answered<Schemas["ScenarioSummary"]>;
export type ScenarioView = Answered<Schemas["ScenarioView"]>;
export type ScenarioState = Schemas["ScenarioState"];
export type ScenarioComparison = Answered<Schemas["ScenarioComparison"]>;
export type ScenarioProposal = Answered<Schemas["ScenarioProposal"]>;
export type ScenarioModel = Schemas["Model"];
export type PlanCounts = Partial<Record<PlanState, number>>;
export type Coverage = Answered<Omit<Schemas["CoverageCollection"], "features">> & {
  features: (FeatureCollection["features"][number] & { properties: Answered<Schemas["CoverageProperties"]> })[];
};

// ------------------------------------------------------------------------------------------------------- values
export type AltitudeReference = Schemas["AltitudeReference"];
export type Restriction = Schemas["Restriction"];
export type ZoneKind = Schemas["ZoneKind"];
export type Binds = Schemas["Binds"];
export type AircraftClass = Schemas["AircraftClass"];
export type Purpose = Schemas["Purpose"];
export type Clawback = Schemas["Clawback"];
export type Outcome = Schemas["Outcome"];
export type Effect = Schemas["Effect"];
export type PlanState = Schemas["PlanState"];
export type SiteState = Schemas["SiteState"];
export type SiteKind = Schemas["SiteKind"];

/** A list in the page's order that does not compile while it lacks a value the platform knows. */
const every = <T extends string>() =>
  <const V extends readonly T[]>(values: V & ([T] extends [V[number]] ? unknown : never)): readonly T[] => values;

export const RESTRICTIONS = every<Restriction>()(["PROHIBITED", "REQ_AUTHORIZATION", "CONDITIONAL", "NO_RESTRICTION"]);
export const ZONE_KINDS = every<ZoneKind>()([
  "temporary", "prohibited", "controlled_height", "controlled_airport", "controlled_border", "controlled_military",
  "controlled_hazard", "controlled_infrastructure", "controlled_electromagnetic", "controlled_heritage",
  "controlled_other", "suitable", "isolated", "test",
]);
export const BINDS = every<Binds>()(["both", "uncrewed", "crewed"]);
export const REFERENCES = every<AltitudeReference>()(["AGL", "AMSL", "WGS84"]);
export const AIRCRAFT_CLASSES = every<AircraftClass>()([
  "micro", "light", "small", "medium", "large", "agricultural", "crewed",
]);
export const PURPOSES = every<Purpose>()([
  "patrol", "incident", "water_patrol", "delivery", "logistics", "medical", "sightseeing", "transport", "training",
  "survey", "inspection", "agriculture", "display", "rescue", "test", "recreation",
]);
export const CLAWBACKS = every<Clawback>()([
  "network_relay", "dangerous_or_dropping", "over_crowd", "from_vehicle", "swarm",
]);
export const PLAN_STATES = every<PlanState>()([
  "submitted", "approved", "awaiting", "refused", "not_required", "withdrawn", "lapsed",
  "activated", "ended", "no_show",
]);
export const SITE_STATES = every<SiteState>()([
  "commissioned", "under_construction", "approved", "assessed", "proposed", "suspended", "retired",
]);
export const SITE_KINDS = every<SiteKind>()([
  "nest", "pad", "point", "field", "vertiport", "camp", "general_airport", "emergency_pad",
]);
export const MEASURES = every<Measure>()(["sites_laid_out", "sites_in_use", "commercial_routes", "governance_routes"]);
export const GROUPS_BY = every<GroupBy>()(["district", "unit", "kind", "family", "scenario"]);
export const ROUTE_CLASSES = every<RouteClass>()(["governance", "commercial"]);
export const MODELS = every<ScenarioModel>()(["mclp", "p_median", "lscp"]);
export const SCENARIO_STATES = every<ScenarioState>()([
  "queued", "running", "solved", "cancelled", "failed", "interrupted",
]);
