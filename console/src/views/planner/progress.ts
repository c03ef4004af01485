// Which events may change what counts.
import type { LiveEvent } from "../../api/live";

export const countsToward = (event: LiveEvent): boolean =>
  event.service === "sites" || event.type.startsWith("Route") || event.type.startsWith("Site");
