import { describe, expect, test } from "vitest";
import { asAreas, boundsOf, circleRing, corridorRing, distanceM, formatDistance, parsePosition, pathLengthM } from "./geo";

const CENTRE: [number, number] = [114.3055, 30.5928];

describe("geometry for drawing", () => {
  test("a circle is closed and every point lies at the radius", () => {
    const ring = circleRing(CENTRE, 1500);
    expect(ring[0]).toEqual(ring.at(-1));
    for (const point of ring) expect(Math.abs(distanceM(CENTRE, point) - 1500)).toBeLessThan(0.01);
  });

  test("a corridor is closed, keeps its distance from the line and goes round both ends", () => {
    const line = [[114.3, 30.5], [114.32, 30.5], [114.32, 30.53]];
    const ring = corridorRing(line, 200);
    expect(ring[0]).toEqual(ring.at(-1));
    for (const point of ring) {
      const nearest = Math.min(...line.map((end) => distanceM(end, point)));
      expect(Math.abs(nearest - 200)).toBeLessThan(1);
    }
    expect(Math.min(...ring.map(([lng = 0]) => lng))).toBeLessThan(114.298);
    expect(Math.max(...ring.map(([, lat = 0]) => lat))).toBeGreaterThan(30.5317);
  });

  test("points and lines with a radius become areas, others stay", () => {
    const drawn = asAreas({
      type: "FeatureCollection",
      features: [
        { type: "Feature", properties: { radius_m: 100 }, geometry: { type: "Point", coordinates: CENTRE } },
        { type: "Feature", properties: { radius_m: 100 }, geometry: { type: "LineString", coordinates: [CENTRE, [114.4, 30.6]] } },
        { type: "Feature", properties: {}, geometry: { type: "Point", coordinates: CENTRE } },
      ],
    });
    expect(drawn.features.map((feature) => feature.geometry.type)).toEqual(["Polygon", "Polygon", "Point"]);
  });

  test("lengths add up", () => {
    expect(pathLengthM([[114, 30], [114, 30.1]])).toBeCloseTo(11_119.5, 0);
    expect(pathLengthM([[114, 30]])).toBe(0);
  });

  test("bounds span all geometries", () => {
    expect(boundsOf([{ type: "LineString", coordinates: [[114, 30], [115, 31]] }, { type: "Point", coordinates: [113, 30.5] }]))
      .toEqual([113, 30, 115, 31]);
    expect(boundsOf([])).toBeNull();
  });

  test("positions are read as people type them", () => {
    expect(parsePosition("114.3, 30.5")).toEqual([114.3, 30.5]);
    expect(parsePosition(" 114.3，30.5 ")).toEqual([114.3, 30.5]);
    expect(parsePosition("114.3 30.5")).toEqual([114.3, 30.5]);
    expect(parsePosition("30.5")).toBeNull();
    expect(parsePosition("200, 30")).toBeNull();
    expect(parsePosition("NEST-1")).toBeNull();
  });

  test("distances are short", () => {
    expect([formatDistance(850), formatDistance(3210), formatDistance(12_345)]).toEqual(["850 m", "3.21 km", "12.3 km"]);
  });
});
