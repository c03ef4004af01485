// Small geometry for drawing and summaries; decisions are made by the platform, never here.
import type { Feature, FeatureCollection, Geometry, Position } from "geojson";

const EARTH_M = 6_371_008.8;
const rad = (degrees: number): number => (degrees * Math.PI) / 180;
const deg = (radians: number): number => (radians * 180) / Math.PI;

export const EMPTY: FeatureCollection = { type: "FeatureCollection", features: [] };

/** Great-circle distance in metres. */
export function distanceM(a: Position, b: Position): number {
  const [lng1 = 0, lat1 = 0] = a;
  const [lng2 = 0, lat2 = 0] = b;
  const h =
    Math.sin(rad(lat2 - lat1) / 2) ** 2 +
    Math.cos(rad(lat1)) * Math.cos(rad(lat2)) * Math.sin(rad(lng2 - lng1) / 2) ** 2;
  return 2 * EARTH_M * Math.asin(Math.min(1, Math.sqrt(h)));
}

export function pathLengthM(points: readonly Position[]): number {
  return points.slice(1).reduce((sum, point, i) => sum + distanceM(points[i] ?? point, point), 0);
}

/** The ring of a circle, for drawing only: the platform keeps centre and radius. */
export function circleRing(center: Position, radiusM: number, steps = 72): Position[] {
  const [lng = 0, lat = 0] = center;
  const angle = radiusM / EARTH_M;
  const ring: Position[] = [];
  for (let i = 0; i <= steps; i++) {
    const bearing = (2 * Math.PI * (i % steps)) / steps;
    const lat2 = Math.asin(
      Math.sin(rad(lat)) * Math.cos(angle) + Math.cos(rad(lat)) * Math.sin(angle) * Math.cos(bearing),
    );
    const lng2 =
      rad(lng) +
      Math.atan2(
        Math.sin(bearing) * Math.sin(angle) * Math.cos(rad(lat)),
        Math.cos(angle) - Math.sin(rad(lat)) * Math.sin(lat2),
      );
    ring.push([deg(lng2), deg(lat2)]);
  }
  return ring;
}

/** The ring round a line at the radius, with round ends and cut corners; for drawing only. */
export function corridorRing(line: readonly Position[], radiusM: number): Position[] {
  const first = line[0];
  if (!first || line.length < 2) return first ? circleRing(first, radiusM) : [];
  const there = line.flatMap((at, i) => sideOf(line, i, at, radiusM));
  const back = [...line].reverse();
  const ring = [...there, ...back.flatMap((at, i) => sideOf(back, i, at, radiusM))];
  return [...ring, ring[0] ?? first];
}

/** The left side of the line at its i-th point; at the last one a half circle that leads round to the other side. */
function sideOf(line: readonly Position[], i: number, at: Position, radiusM: number): Position[] {
  const [before, after] = [line[i - 1], line[i + 1]];
  const into = before ? bearingOf(before, at) : null;
  const out = after ? bearingOf(at, after) : null;
  if (into !== null && out === null) {
    return Array.from({ length: 13 }, (_, step) => moved(at, into - 90 + step * 15, radiusM));
  }
  if (into !== null && out !== null) return [moved(at, into - 90, radiusM), moved(at, out - 90, radiusM)];
  return out === null ? [] : [moved(at, out - 90, radiusM)];
}

function bearingOf([lng1 = 0, lat1 = 0]: Position, [lng2 = 0, lat2 = 0]: Position): number {
  return deg(Math.atan2((lng2 - lng1) * Math.cos(rad((lat1 + lat2) / 2)), lat2 - lat1));
}

/** The point `metres` from another, on the plane: near enough over the width of a corridor. */
function moved([lng = 0, lat = 0]: Position, bearing: number, metres: number): Position {
  const angle = deg(metres / EARTH_M);
  return [lng + (angle * Math.sin(rad(bearing))) / Math.cos(rad(lat)), lat + angle * Math.cos(rad(bearing))];
}

export type DrawnOutline =
  | { type: "Polygon"; coordinates: readonly (readonly (readonly number[])[])[] }
  | { type: "Circle"; center: readonly number[]; radius_m: number }
  | { type: "Corridor"; coordinates: readonly (readonly number[])[]; radius_m: number };

/** An outline of the API as a geometry the map can draw. */
export function drawable(outline: DrawnOutline): Geometry {
  switch (outline.type) {
    case "Circle":
      return { type: "Polygon", coordinates: [circleRing([...outline.center], outline.radius_m)] };
    case "Corridor":
      return { type: "Polygon", coordinates: [corridorRing(outline.coordinates.map((at) => [...at]), outline.radius_m)] };
    case "Polygon":
      return { type: "Polygon", coordinates: outline.coordinates.map((ring) => ring.map((at) => [...at])) };
  }
}

/** Points and lines with a radius become the areas they stand for; everything else stays as it is. */
export function asAreas(collection: FeatureCollection): FeatureCollection {
  const features = collection.features.map((feature): Feature => {
    const radiusM: unknown = feature.properties?.["radius_m"];
    if (typeof radiusM !== "number") return feature;
    const { geometry } = feature;
    if (geometry.type === "Point") {
      return { ...feature, geometry: { type: "Polygon", coordinates: [circleRing(geometry.coordinates, radiusM)] } };
    }
    if (geometry.type === "LineString") {
      return { ...feature, geometry: { type: "Polygon", coordinates: [corridorRing(geometry.coordinates, radiusM)] } };
    }
    return feature;
  });
  return { ...collection, features };
}

export type Bounds = [west: number, south: number, east: number, north: number];

/** The box round all positions of the geometries, or null where there are none. */
export function boundsOf(geometries: readonly (Geometry | null | undefined)[]): Bounds | null {
  const box: Bounds = [Infinity, Infinity, -Infinity, -Infinity];
  const visit = (value: unknown): void => {
    if (!Array.isArray(value)) return;
    const [lng, lat] = value as unknown[];
    if (typeof lng === "number" && typeof lat === "number") {
      box[0] = Math.min(box[0], lng);
      box[1] = Math.min(box[1], lat);
      box[2] = Math.max(box[2], lng);
      box[3] = Math.max(box[3], lat);
    } else value.forEach(visit);
  };
  for (const geometry of geometries) {
    if (geometry && "coordinates" in geometry) visit(geometry.coordinates);
  }
  return Number.isFinite(box[0]) ? box : null;
}

/** Where a name stands: the centroid of the largest part, so that exclaves do not repeat it. */
export function labelPoint(geometry: Geometry): Position | null {
  const polygons = geometry.type === "Polygon" ? [geometry.coordinates] : geometry.type === "MultiPolygon" ? geometry.coordinates : [];
  let best: { area: number; at: Position } | null = null;
  for (const [shell = []] of polygons) {
    const part = centroid(shell);
    if (!best || part.area > best.area) best = part;
  }
  return best?.at ?? null;
}

function centroid(ring: readonly Position[]): { area: number; at: Position } {
  let [twice, x, y] = [0, 0, 0];
  ring.slice(1).forEach(([lng2 = 0, lat2 = 0], i) => {
    const [lng1 = 0, lat1 = 0] = ring[i] ?? [];
    const cross = lng1 * lat2 - lng2 * lat1;
    twice += cross;
    x += (lng1 + lng2) * cross;
    y += (lat1 + lat2) * cross;
  });
  return { area: Math.abs(twice / 2), at: [x / (3 * twice), y / (3 * twice)] };
}

export const lineFeature = (points: readonly Position[], properties: Record<string, unknown> = {}): Feature => ({
  type: "Feature", properties, geometry: { type: "LineString", coordinates: points.map((point) => [...point]) },
});

export const pointFeature = (point: readonly number[], properties: Record<string, unknown> = {}): Feature => ({
  type: "Feature", properties, geometry: { type: "Point", coordinates: [...point] },
});

export const collection = (features: Feature[]): FeatureCollection => ({ type: "FeatureCollection", features });

/** `114.30512, 30.55241`, to about a metre. */
export const formatPosition = (at: readonly number[]): string => at.map((value) => value.toFixed(5)).join(", ");

/** Reads `114.30512, 30.55241`; null where it is not a position. */
export function parsePosition(text: string): [number, number] | null {
  const match = /^\s*(-?\d+(?:\.\d+)?)\s*[,，\s]\s*(-?\d+(?:\.\d+)?)\s*$/.exec(text);
  if (!match) return null;
  const [lng, lat] = [Number(match[1]), Number(match[2])];
  return Math.abs(lng) <= 180 && Math.abs(lat) <= 90 ? [lng, lat] : null;
}

/** `850 m` or `12.4 km`. */
export const formatDistance = (metres: number): string =>
  metres < 1000 ? `${Math.round(metres)} m` : `${(metres / 1000).toFixed(metres < 10_000 ? 2 : 1)} km`;
