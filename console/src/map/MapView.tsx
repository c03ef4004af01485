// The map's place on the page: the canvas, its buttons, the legend and the attributions.
import type { FeatureCollection } from "geojson";
import { useEffect, useRef } from "preact/hooks";
import { get } from "../api/client";
import { useResource } from "../api/resource";
import { collection, labelPoint, pointFeature } from "../geo";
import { language, said, t } from "../i18n";
import { city } from "../state";
import { cityName } from "../words";
import { Legend } from "./Legend";
import { createMap, map, mapFailed, setSource, showCity } from "./map";

export function MapView() {
  const canvas = useRef<HTMLDivElement>(null);
  useEffect(() => {
    if (canvas.current && city.value) return createMap(canvas.current, city.value);
    return undefined;
  }, [city.value]);
  return (
    <section class="map" aria-label={t("map.label", { city: cityName() })} data-testid="map">
      <div class="map-canvas" ref={canvas} />
      {mapFailed.value ? <p class="map-failed">{t("map.noWebgl")}</p> : <MapButtons />}
      <Ground />
      <Legend />
      <p class="map-attribution" title={city.value?.attributions.join("\n")}>{city.value && said(city.value.map_attribution)}</p>
    </section>
  );
}

function MapButtons() {
  return (
    <div class="map-buttons" role="group">
      <button type="button" aria-label={t("map.zoomIn")} title={t("map.zoomIn")} onClick={() => map.value?.zoomIn()}>+</button>
      <button type="button" aria-label={t("map.zoomOut")} title={t("map.zoomOut")} onClick={() => map.value?.zoomOut()}>−</button>
      <button
        type="button" aria-label={t("map.home")} title={t("map.home")}
        onClick={() => showCity(city.value?.bounds ?? null)}
      >
        <svg viewBox="0 0 16 16" width="14" height="14" aria-hidden="true">
          <path d="M2 6V2h4M10 2h4v4M14 10v4h-4M6 14H2v-4" fill="none" stroke="currentColor" stroke-width="1.6" />
        </svg>
      </button>
    </div>
  );
}

/** Districts and water, drawn from the city profile: no tiles are fetched from anywhere. */
function Ground() {
  const districts = useResource((signal) => get<FeatureCollection>("/city/districts.geojson", {}, signal), []);
  const water = useResource((signal) => get<FeatureCollection>("/city/water.geojson", {}, signal), []);
  const target = map.value;
  const chosen = language.value;
  useEffect(() => {
    if (!target || !districts.value) return;
    setSource("districts", districts.value);
    const names = new Map(city.value?.districts.map((one) => [one.adcode, one.name[chosen]]));
    setSource("names", collection(districts.value.features.flatMap((feature) => {
      const at = labelPoint(feature.geometry);
      return at ? [pointFeature(at, { label: names.get(String(feature.properties?.["adcode"])) ?? "" })] : [];
    })));
  }, [target, districts.value, chosen]);
  useEffect(() => {
    if (target && water.value) setSource("water", water.value);
  }, [target, water.value]);
  return null;
}
