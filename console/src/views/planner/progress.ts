// The shapes of progress, and which events may change it.
import type { LiveEvent } from "../../api/live";
import type { SiteKind, SiteState } from "../../api/types";

export interface Words {
  zh: string;
  en: string;
}

export interface Tally {
  sites_laid_out: number;
  sites_in_use: number;
  commercial_routes: number;
  governance_routes: number;
}

export interface TargetCount {
  target_id: string;
  name: Words;
  verb: Words;
  number: number;
  owner: Words;
  source: Words;
  period: (Words & { starts: string; ends: string }) | null;
  headline: boolean;
  route_class: string | null;
  count: number | null;
  laid_out: number | null;
  in_use: number | null;
  past_period: boolean;
}

export interface Progress {
  as_of: string | null;
  city: Tally;
  districts: (Tally & { adcode: string; name: Words | null })[];
  targets: TargetCount[];
}

export interface CountedSite {
  site_id: string;
  name: string;
  kind: SiteKind;
  state: SiteState;
  district: string;
  laid_out: boolean;
  in_use: boolean;
  counts: boolean;
  reason: Words | null;
  demo: boolean;
}

export interface CountedRoute {
  route_id: string;
  name: string;
  operator: string;
  state: string;
  district: string;
  route_class: string | null;
  counts: boolean;
  reason: Words | null;
  demo: boolean;
}

export const countsToward = (event: LiveEvent): boolean =>
  event.service === "sites" || event.type.startsWith("Route") || event.type.startsWith("Site");
