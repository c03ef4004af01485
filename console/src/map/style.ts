// What the map is made of: every source (filled by the views) and every layer, from the ground up.
import type { ExpressionSpecification, LayerSpecification, StyleSpecification } from "maplibre-gl";
import { EMPTY } from "../geo";
import {
  ACCENT, CONFLICT_COLOR, COVERAGE_STEPS, LAND, NEW_SITE_COLOR, PLAN_COLOR, RESTRICTION_COLOR, ROUTE_COLOR, SIDE_COLOR, SITE_COLOR,
} from "./colors";

export const SOURCES = [
  "districts", "names", "water", "coverage", "zones", "zoneNames", "routes", "plans", "sites", "scenario", "conflicts", "draft", "highlight",
] as const;
export type SourceName = (typeof SOURCES)[number];

/** The page's own font stack: without a glyph server MapLibre draws every letter with the fonts of the system. */
const FONT = ["Noto Sans CJK SC", "PingFang SC", "Microsoft YaHei", "sans-serif"];

function byProperty(property: string, colors: Record<string, string>, otherwise: string): ExpressionSpecification {
  const pairs = Object.entries(colors).flat();
  return ["match", ["get", property], ...pairs, otherwise] as unknown as ExpressionSpecification;
}

function coverageColor(): ExpressionSpecification {
  const [first, ...rest] = COVERAGE_STEPS;
  const steps = rest.flatMap(([from, color]) => [from, color]);
  return ["step", ["coalesce", ["get", "share"], 0], first?.[1] ?? LAND.city, ...steps] as unknown as ExpressionSpecification;
}

const zoneColor = byProperty("restriction", RESTRICTION_COLOR, "#777");
const planColor = byProperty("state", PLAN_COLOR, "#777");
const chosen: ExpressionSpecification = ["boolean", ["get", "chosen"], false];

const ground: LayerSpecification[] = [
  { id: "outside", type: "background", paint: { "background-color": LAND.outside } },
  { id: "city", type: "fill", source: "districts", paint: { "fill-color": LAND.city } },
  { id: "coverage", type: "fill", source: "coverage", paint: { "fill-color": coverageColor(), "fill-opacity": 0.9 } },
  {
    // coarse outlines, right for the whole city: they fade where one comes nearer than they are true
    id: "water", type: "fill", source: "water", filter: ["==", ["geometry-type"], "Polygon"],
    paint: { "fill-color": ["interpolate", ["linear"], ["zoom"], 11, LAND.water, 13.5, LAND.farWater], "fill-antialias": false },
  },
  {
    id: "rivers", type: "line", source: "water", filter: ["==", ["geometry-type"], "LineString"],
    paint: { "line-color": LAND.water, "line-width": 2 },
  },
  { id: "borders", type: "line", source: "districts", paint: { "line-color": LAND.border, "line-width": 1 } },
];

// the height rule covers the whole city: it is named in lists and answers, and would only tint the map
const drawnZones: ExpressionSpecification = ["!=", ["get", "kind"], "controlled_height"];

const airspace: LayerSpecification[] = [
  {
    id: "zones", type: "fill", source: "zones", filter: drawnZones,
    paint: { "fill-color": zoneColor, "fill-opacity": ["case", chosen, 0.3, 0.13] },
  },
  {
    id: "zone-lines", type: "line", source: "zones", filter: drawnZones,
    paint: { "line-color": zoneColor, "line-width": ["case", chosen, 3, 1.2], "line-opacity": 0.85 },
  },
];

const traffic: LayerSpecification[] = [
  {
    id: "routes", type: "line", source: "routes",
    paint: { "line-color": ROUTE_COLOR, "line-width": ["case", chosen, 3.5, 1.4], "line-dasharray": [3, 2], "line-opacity": 0.75 },
  },
  {
    id: "plan-casing", type: "line", source: "plans", filter: chosen, layout: { "line-cap": "round", "line-join": "round" },
    paint: { "line-color": "#fff", "line-width": 8 },
  },
  {
    id: "plans", type: "line", source: "plans", layout: { "line-cap": "round", "line-join": "round" },
    paint: {
      "line-color": planColor,
      "line-width": ["interpolate", ["linear"], ["zoom"], 9, ["case", chosen, 4, 1.1], 13, ["case", chosen, 4.5, 2.4]],
      "line-opacity": ["case", chosen, 1, 0.75],
    },
  },
  {
    id: "sites", type: "circle", source: "sites",
    paint: {
      "circle-color": byProperty("state", SITE_COLOR, "#777"),
      "circle-radius": ["interpolate", ["linear"], ["zoom"], 8, ["case", chosen, 6, 2.2], 12, ["case", chosen, 9, 5]],
      "circle-stroke-color": ["case", chosen, ACCENT, "#fff"],
      "circle-stroke-width": ["interpolate", ["linear"], ["zoom"], 8, ["case", chosen, 3, 0.6], 12, ["case", chosen, 3, 1.4]],
    },
  },
  {
    id: "scenario", type: "circle", source: "scenario",
    paint: {
      "circle-color": byProperty("side", SIDE_COLOR, NEW_SITE_COLOR),
      "circle-radius": ["interpolate", ["linear"], ["zoom"], 8, 3.6, 12, 7.5],
      "circle-stroke-color": "#fff", "circle-stroke-width": 1.4,
    },
  },
  {
    id: "conflicts", type: "circle", source: "conflicts",
    paint: {
      "circle-color": CONFLICT_COLOR, "circle-opacity": 0.18, "circle-radius": 9,
      "circle-stroke-color": CONFLICT_COLOR, "circle-stroke-width": 1.6,
    },
  },
];

const labels: LayerSpecification[] = [
  {
    id: "district-labels", type: "symbol", source: "names", maxzoom: 12.5,
    layout: {
      "text-field": ["get", "label"], "text-font": FONT, "text-padding": 4,
      "text-size": ["interpolate", ["linear"], ["zoom"], 8, 12, 11, 15],
    },
    paint: { "text-color": LAND.label, "text-halo-color": "rgba(255,255,255,0.9)", "text-halo-width": 1.4 },
  },
  {
    id: "zone-labels", type: "symbol", source: "zoneNames", minzoom: 9.8,
    layout: { "text-field": ["get", "name"], "text-font": FONT, "text-size": 11, "text-max-width": 9, "text-padding": 6 },
    paint: { "text-color": LAND.label, "text-halo-color": "rgba(255,255,255,0.9)", "text-halo-width": 1.4 },
  },
  {
    id: "site-labels", type: "symbol", source: "sites", minzoom: 12.5,
    layout: {
      "text-field": ["get", "name"], "text-font": FONT, "text-size": 12, "text-offset": [0, 1.1], "text-anchor": "top",
      "text-optional": true,
    },
    paint: { "text-color": LAND.label, "text-halo-color": "#fff", "text-halo-width": 1.4 },
  },
];

const marks: LayerSpecification[] = [
  {
    id: "highlight-fill", type: "fill", source: "highlight", filter: ["==", ["geometry-type"], "Polygon"],
    paint: { "fill-color": ACCENT, "fill-opacity": 0.16 },
  },
  {
    id: "highlight-line", type: "line", source: "highlight", filter: ["!=", ["geometry-type"], "Point"],
    paint: { "line-color": ACCENT, "line-width": 2.5 },
  },
  {
    id: "highlight-point", type: "circle", source: "highlight", filter: ["==", ["geometry-type"], "Point"],
    paint: {
      "circle-radius": 10, "circle-color": ACCENT, "circle-opacity": 0.2, "circle-stroke-color": ACCENT, "circle-stroke-width": 2.5,
    },
  },
  {
    id: "draft-fill", type: "fill", source: "draft", filter: ["==", ["geometry-type"], "Polygon"],
    paint: { "fill-color": ACCENT, "fill-opacity": 0.14 },
  },
  {
    id: "draft-line", type: "line", source: "draft", filter: ["!=", ["geometry-type"], "Point"],
    layout: { "line-cap": "round", "line-join": "round" },
    paint: { "line-color": ACCENT, "line-width": 2.5, "line-dasharray": [2, 1.6] },
  },
  {
    id: "draft-points", type: "circle", source: "draft", filter: ["==", ["geometry-type"], "Point"],
    paint: { "circle-radius": 6, "circle-color": "#fff", "circle-stroke-color": ACCENT, "circle-stroke-width": 2.5 },
  },
  {
    id: "draft-labels", type: "symbol", source: "draft", filter: ["==", ["geometry-type"], "Point"],
    layout: { "text-field": ["get", "label"], "text-font": FONT, "text-size": 12, "text-offset": [0, -1.3], "text-allow-overlap": true },
    paint: { "text-color": ACCENT, "text-halo-color": "#fff", "text-halo-width": 1.6 },
  },
];

export function mapStyle(): StyleSpecification {
  return {
    version: 8,
    sources: Object.fromEntries(SOURCES.map((name) => [name, { type: "geojson", data: EMPTY }])),
    layers: [...ground, ...airspace, ...traffic, ...labels, ...marks],
  };
}
