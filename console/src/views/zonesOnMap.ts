// Zones in force, drawn behind every view and kept fresh.
import type { FeatureCollection } from "geojson";
import { useMemo } from "preact/hooks";
import { get } from "../api/client";
import { type Resource, useResource } from "../api/resource";
import { asAreas, collection, labelPoint, pointFeature } from "../geo";
import { useSource } from "../map/map";

export function useZonesOnMap(chosen: string | null = null): Resource<FeatureCollection> {
  const zones = useResource(
    (signal) => get<FeatureCollection>("/zones.geojson", {}, signal),
    [],
    (event) => event.type.startsWith("Zone"),
  );
  const drawn = useMemo(() => {
    if (!zones.value) return null;
    const marked = zones.value.features.map((feature) => ({
      ...feature, properties: { ...feature.properties, chosen: feature.properties?.["zone_id"] === chosen },
    }));
    return asAreas({ type: "FeatureCollection", features: marked });
  }, [zones.value, chosen]);
  useSource("zones", drawn);
  useSource("zoneNames", useMemo(() => drawn && namesOf(drawn), [drawn]));
  return zones;
}

/** A name a zone, where its middle is: of an area itself the map would repeat it. The height rule is everywhere. */
function namesOf(zones: FeatureCollection): FeatureCollection {
  return collection(zones.features.flatMap(({ geometry, properties }) => {
    const at = properties?.["kind"] === "controlled_height" ? null : labelPoint(geometry);
    return at ? [pointFeature(at, { name: String(properties?.["name"] ?? "") })] : [];
  }));
}
