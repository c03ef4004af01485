import { describe, expect, test } from "vitest";
import { boundsOf, circleRing, distanceM, formatDistance, parsePosition, pathLengthM, withCircles } from "./geo";

const CENTRE: [number, number] = [114.3055, 30.5928];

describe("geometry for drawing", () => {
  test("a circle is closed and every point lies at the radius", () => {
    const ring = circleRing(CENTRE, 1500);
    expect(ring[0]).toEqual(ring.at(-1));
    for (const point of ring) expect(Math.abs(distanceM(CENTRE, point) - 1500)).toBeLessThan(0.01);
  });

  test("points with a radius become polygons, others stay", () => {
    const drawn = withCircles({
      type: "FeatureCollection",
      features: [
        { type: "Feature", properties: { radius_m: 100 }, geometry: { type: "Point", coordinates: CENTRE } },
        { type: "Feature", properties: {}, geometry: { type: "Point", coordinates: CENTRE } },
      ],
    });
    expect(drawn.features.map((feature) => feature.geometry.type)).toEqual(["Polygon", "Point"]);
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
