// The one map of the page: made once, shared by the views, which fill its sources and listen to its clicks.
import { signal } from "@preact/signals";
import type { FeatureCollection, Geometry, Position } from "geojson";
import { Map as MapLibreMap, type GeoJSONSource, type MapMouseEvent, ScaleControl, setWorkerUrl } from "maplibre-gl";
import workerUrl from "maplibre-gl/dist/maplibre-gl-worker.mjs?url";
import "maplibre-gl/dist/maplibre-gl.css";
import { useEffect } from "preact/hooks";
import type { City } from "../api/types";
import { type Bounds, boundsOf, EMPTY } from "../geo";
import { demoSeen } from "../state";
import { mapStyle, type SourceName } from "./style";

setWorkerUrl(workerUrl); // MapLibre 6 finds no worker by itself and would never load

declare global {
  interface Window {
    /** For tests: project() tells where a place is on the screen, `idle` when drawing is done. */
    __map?: MapLibreMap;
  }
}

export const map = signal<MapLibreMap | null>(null);
export const mapFailed = signal(false);

export function createMap(container: HTMLElement, city: City): () => void {
  let made: MapLibreMap;
  try {
    made = new MapLibreMap({
      container, style: mapStyle(), bounds: city.bounds, fitBoundsOptions: { padding: 12 },
      attributionControl: false, dragRotate: false, pitchWithRotate: false, maxPitch: 0, minZoom: 7, maxZoom: 17,
    });
  } catch {
    mapFailed.value = true; // no WebGL: lists and forms work without the map
    return () => undefined;
  }
  made.touchZoomRotate.disableRotation();
  made.keyboard.disableRotation();
  made.addControl(new ScaleControl({ maxWidth: 110, unit: "metric" }), "bottom-left");
  made.on("load", () => { map.value = made; });
  window.__map = made;
  return () => { map.value = null; made.remove(); };
}

/** Shows the data in a source for as long as the calling component stands. */
export function useSource(name: SourceName, data: FeatureCollection | null): void {
  const target = map.value;
  useEffect(() => {
    if (target) sourceOf(target, name)?.setData(data ?? EMPTY);
    if (data?.features.some((feature) => feature.properties?.["demo"] === true)) demoSeen.value = true;
  }, [target, data]);
  useEffect(() => () => setSource(name, EMPTY), []);
}

const sourceOf = (target: MapLibreMap, name: SourceName): GeoJSONSource | undefined => target.getSource<GeoJSONSource>(name);

export function setSource(name: SourceName, data: FeatureCollection): void {
  if (map.value) sourceOf(map.value, name)?.setData(data);
}

export interface MapClick {
  position: [number, number];
  event: MapMouseEvent;
}

/** While `active`, clicks on the map go to the handler and the pointer is a cross. */
export function useMapTool(active: boolean, onClick: (click: MapClick) => void, onMove?: (at: [number, number]) => void): void {
  const target = map.value;
  useEffect(() => {
    if (!target || !active) return;
    const click = (event: MapMouseEvent): void => onClick({ position: [event.lngLat.lng, event.lngLat.lat], event });
    const move = (event: MapMouseEvent): void => onMove?.([event.lngLat.lng, event.lngLat.lat]);
    const canvas = target.getCanvas();
    canvas.style.cursor = "crosshair";
    target.on("click", click);
    if (onMove) target.on("mousemove", move);
    return () => {
      canvas.style.cursor = "";
      target.off("click", click);
      target.off("mousemove", move);
    };
  }, [target, active, onClick, onMove]);
}

/** Calls back with the id of what was clicked in a layer. */
export function usePick(layer: string, property: string, onPick: (id: string) => void): void {
  const target = map.value;
  useEffect(() => {
    if (!target) return;
    const click = (event: MapMouseEvent): void => {
      const id: unknown = near(target, event, layer, 4)?.properties?.[property];
      if (typeof id === "string") onPick(id);
    };
    const over = (): void => { target.getCanvas().style.cursor = "pointer"; };
    const out = (): void => { target.getCanvas().style.cursor = ""; };
    target.on("click", click);
    target.on("mouseenter", layer, over);
    target.on("mouseleave", layer, out);
    return () => {
      target.off("click", click);
      target.off("mouseenter", layer, over);
      target.off("mouseleave", layer, out);
    };
  }, [target, layer, property, onPick]);
}

/** The first feature of a layer within some pixels of the pointer. */
export function near(target: MapLibreMap, event: MapMouseEvent, layer: string, pixels: number) {
  const { x, y } = event.point;
  return target.queryRenderedFeatures([[x - pixels, y - pixels], [x + pixels, y + pixels]], { layers: [layer] })[0];
}

/** Where the map looks now; calling the result brings it back there. */
export function rememberCamera(): () => void {
  const target = map.value;
  if (!target) return () => undefined;
  const [center, zoom] = [target.getCenter(), target.getZoom()];
  return () => { if (map.value === target) target.easeTo({ center, zoom, duration: motionMs() }); };
}

const PADDING = 56;

export function frame(bounds: Bounds | null, maxZoom = 14): void {
  if (bounds) map.value?.fitBounds(bounds, { padding: PADDING, maxZoom, duration: motionMs() });
}

export const frameGeometries = (geometries: readonly (Geometry | null)[]): void => frame(boundsOf(geometries));

export function centreOn(position: Position): void {
  const [lng = 0, lat = 0] = position;
  const target = map.value;
  target?.easeTo({ center: [lng, lat], zoom: Math.max(target.getZoom(), 12), duration: motionMs() });
}

export function showCity(bounds: Bounds | null): void {
  if (bounds) map.value?.fitBounds(bounds, { padding: 12, duration: motionMs() });
}

const motionMs = (): number => (window.matchMedia("(prefers-reduced-motion: reduce)").matches ? 0 : 500);
