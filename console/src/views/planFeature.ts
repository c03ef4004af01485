// A plan as a line or an area for the map.
import type { Feature } from "geojson";
import type { FlightPlanView } from "../api/types";
import { drawable, lineFeature } from "../geo";

export function planFeature(plan: FlightPlanView): Feature {
  const properties = { plan_id: plan.plan_id, state: plan.state };
  if (plan.intent.area) return { type: "Feature", properties, geometry: drawable(plan.intent.area.outline) };
  return lineFeature((plan.intent.path ?? []).map((point) => [point.lng, point.lat]), properties);
}
