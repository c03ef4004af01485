// The city's districts by name, in the chosen language.
import type { FeatureCollection } from "geojson";
import { get } from "../../api/client";
import { useResource } from "../../api/resource";
import { language } from "../../i18n";

export interface DistrictName {
  adcode: string;
  name: string;
}

export function useDistricts(): DistrictName[] {
  const found = useResource((signal) => get<FeatureCollection>("/city/districts.geojson", {}, signal), []);
  return (found.value?.features ?? []).map(({ properties }) => ({
    adcode: String(properties?.["adcode"]),
    name: String((language.value === "en" ? properties?.["name_en"] : properties?.["name"]) ?? properties?.["name_zh"] ?? ""),
  }));
}
