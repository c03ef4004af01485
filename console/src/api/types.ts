// The words of the API, as the page uses them.
import type { Geometry } from "geojson";

export interface Page<T> {
  items: T[];
  next: string | null;
}

export type AltitudeReference = "AGL" | "AMSL" | "WGS84";
export interface Altitude {
  value_m: number;
  reference: AltitudeReference;
}

export interface PolygonOutline {
  type: "Polygon";
  coordinates: number[][][];
}
export interface CircleOutline {
  type: "Circle";
  center: [number, number];
  radius_m: number;
}
export type Outline = PolygonOutline | CircleOutline;

export const RESTRICTIONS = ["PROHIBITED", "REQ_AUTHORIZATION", "CONDITIONAL", "NO_RESTRICTION"] as const;
export type Restriction = (typeof RESTRICTIONS)[number];

export const ZONE_KINDS = [
  "temporary", "prohibited", "controlled_height", "controlled_airport", "controlled_border", "controlled_military",
  "controlled_hazard", "controlled_infrastructure", "controlled_electromagnetic", "controlled_heritage",
  "controlled_other", "suitable", "isolated", "test",
] as const;
export type ZoneKind = (typeof ZONE_KINDS)[number];

export type Binds = "uncrewed" | "crewed" | "both";

export interface ZoneSpec {
  name: string;
  kind: ZoneKind;
  restriction: Restriction;
  outline: Outline;
  lower: Altitude | null;
  upper: Altitude | null;
  height_basis: "volume" | "declared";
  starts_at: string | null;
  ends_at: string | null;
  binds: Binds;
  authority: string;
  source: string;
  reason: string;
  article: string;
  conditions: string;
  demo: boolean;
}

export interface Zone {
  zone_id: string;
  zone_version: number;
  state: "in_force" | "withdrawn";
  spec: ZoneSpec;
  published_by: string;
  published_at: string;
}

export const AIRCRAFT_CLASSES = ["micro", "light", "small", "medium", "large", "agricultural", "crewed"] as const;
export type AircraftClass = (typeof AIRCRAFT_CLASSES)[number];

export const PURPOSES = [
  "patrol", "incident", "water_patrol", "delivery", "logistics", "medical", "sightseeing", "transport", "training",
  "survey", "inspection", "agriculture", "display", "rescue", "test", "recreation",
] as const;
export type Purpose = (typeof PURPOSES)[number];

export const CLAWBACKS = ["network_relay", "dangerous_or_dropping", "over_crowd", "from_vehicle", "swarm"] as const;
export type Clawback = (typeof CLAWBACKS)[number];

export interface Spot {
  site_id?: string | null;
  lng?: number | null;
  lat?: number | null;
}

export interface Waypoint {
  lng: number;
  lat: number;
  height_m: number;
  speed_mps?: number | null;
  hover_s?: number;
  hover_radius_m?: number;
}

export interface FlightIntent {
  departure: Spot;
  arrival: Spot;
  departs_at: string;
  aircraft_class: AircraftClass;
  purpose: Purpose;
  speed_mps: number;
  path?: Waypoint[];
  area?: { outline: Outline; lower_m: number; upper_m: number; duration_s: number } | null;
  height_reference?: AltitudeReference;
  clawbacks?: Clawback[];
  priority?: number;
  authorization_number?: string | null;
  aircraft_registration?: string | null;
  remark?: string;
}

export type Outcome = "approved" | "refused" | "awaiting" | "not_required";
export type Effect = "refuses" | "needs_ruling" | "note";

export interface Finding {
  code: string;
  effect: Effect;
  against: "zone" | "plan" | "route";
  against_id: string | null;
  against_version: number | null;
  against_operator: string | null;
  name: string;
  reason: string;
  article: string;
  leg: number | null;
  place: number[];
  outline: Outline | null;
  lower: Altitude | null;
  upper: Altitude | null;
  starts_at: string | null;
  ends_at: string | null;
  authorization_number: string | null;
  terrain: string;
  message: { zh: string; en: string };
}

export interface AssessmentView {
  outcome: Outcome;
  findings: Finding[];
  zones_version: number;
  decided_at: string;
  rules: string;
}

export const PLAN_STATES = ["submitted", "approved", "awaiting", "refused", "not_required", "withdrawn", "lapsed"] as const;
export type PlanState = (typeof PLAN_STATES)[number];

export interface Ruling {
  decision: "approve" | "refuse";
  reason: string;
  ruled_by: string;
  ruled_at: string;
  covers: string[];
}

export interface FlightPlanView {
  plan_id: string;
  operator: string;
  filed_by: string;
  state: PlanState;
  revision: number;
  intent: FlightIntent;
  window: { start: string; end: string };
  assessment: AssessmentView | null;
  ruling: Ruling | null;
  proposal: { revision: number; intent: FlightIntent } | null;
  move_refused: AssessmentView | null;
  submitted_at: string;
  updated_at: string;
  decided_at: string | null;
  demo: boolean;
}

export const SITE_STATES = ["commissioned", "under_construction", "approved", "proposed", "suspended", "retired"] as const;
export type SiteState = (typeof SITE_STATES)[number];

export const SITE_KINDS = [
  "nest", "pad", "point", "field", "vertiport", "camp", "general_airport", "emergency_pad",
] as const;
export type SiteKind = (typeof SITE_KINDS)[number];

export interface Words {
  zh: string;
  en: string;
}

export interface City {
  name: Words;
  timezone: string;
  centre: [number, number];
  bounds: [number, number, number, number];
  approval_mode: "advisory" | "entrusted";
  service_radius_m: number;
  population: number;
  census: string;
  districts: { adcode: string; name: Words; population: number }[];
  attributions: string[];
}

export interface Tally {
  sites_laid_out: number;
  sites_in_use: number;
  commercial_routes: number;
  governance_routes: number;
}

export interface TargetProgress {
  target: {
    target_id: string;
    name: Words;
    verb: Words;
    number: number;
    owner: Words;
    source: Words;
    period: (Words & { starts: string; ends: string }) | null;
    past_period: boolean;
    headline: boolean;
    route_class: string | null;
  };
  count: number | null;
  laid_out: number | null;
  in_use: number | null;
}

export interface ReasonView extends Words {
  code: string;
  about: string;
}

export interface Progress {
  as_of: string;
  total: Tally;
  targets: TargetProgress[];
  districts: { adcode: string; name: Words; tally: Tally }[];
  sites_not_laid_out: { reason: ReasonView; number: number }[];
  routes_not_counted: { reason: ReasonView; number: number }[];
  demo_sites: number;
  demo_routes: number;
}

export interface CountedSite {
  site_id: string;
  name: string;
  kind: SiteKind;
  state: SiteState;
  district: string;
  counts: boolean;
  in_use: boolean;
  reason: ReasonView | null;
  demo: boolean;
}

export interface CountedRoute {
  route_id: string;
  name: string;
  operator: string;
  state: string;
  route_class: string | null;
  district: string;
  counts: boolean;
  reasons: ReasonView[];
  demo: boolean;
}

export interface SiteView {
  site_id: string;
  state: SiteState;
  spec: {
    name: string;
    kind: SiteKind;
    lng: number;
    lat: number;
    pads: number;
    operator: string;
    unit: string;
    address: string;
    source: string;
    demo: boolean;
  };
  district: string;
  laid_out: boolean;
  in_use: boolean;
  reason: ReasonView | null;
  assessment: AssessmentView | null;
  effective_at: string;
}

export interface CoverageNumbers {
  adcode: string;
  name: Words;
  population: number;
  served: number;
  share: number;
}

export interface Coverage {
  type: "FeatureCollection";
  properties: CoverageNumbers & { radius_m: number | null; usual_radius_m: number; sites: number };
  features: { type: "Feature"; properties: CoverageNumbers; geometry: Geometry }[];
}
