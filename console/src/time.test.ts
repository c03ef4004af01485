import { describe, expect, test } from "vitest";
import { formatInstant, formatWindow, toInstant, tomorrowMorning, toLocal } from "./time";

const WUHAN = "Asia/Shanghai";

describe("civil time of the city", () => {
  test("goes to UTC and back, whatever zone the browser is in", () => {
    expect(toInstant("2026-11-23T09:30", WUHAN)).toBe("2026-11-23T01:30:00Z");
    expect(toLocal("2026-11-23T01:30:00Z", WUHAN)).toBe("2026-11-23T09:30");
    expect(toInstant("2026-01-01T00:00", WUHAN)).toBe("2025-12-31T16:00:00Z");
    expect(toLocal("2025-12-31T16:00:00Z", WUHAN)).toBe("2026-01-01T00:00");
  });

  test("keeps seconds and refuses what is no time", () => {
    expect(toInstant("2026-11-23T09:30:15", WUHAN)).toBe("2026-11-23T01:30:15Z");
    expect(toInstant("", WUHAN)).toBeNull();
    expect(toInstant("soon", WUHAN)).toBeNull();
  });

  test("holds across a change of offset elsewhere", () => {
    for (const local of ["2026-03-29T01:30", "2026-03-29T03:30", "2026-10-25T04:00"]) {
      expect(toLocal(toInstant(local, "Europe/Berlin") ?? "", "Europe/Berlin")).toBe(local);
    }
  });

  const NOW = new Date("2026-11-22T04:00:00Z");

  test("is shown short, with the second date only where it differs", () => {
    expect(formatInstant("2026-11-22T16:05:00Z", WUHAN, NOW)).toBe("11-23 00:05");
    expect(formatWindow("2026-11-23T01:30:00Z", "2026-11-23T01:48:00Z", WUHAN, NOW)).toBe("11-23 09:30–09:48");
    expect(formatWindow("2026-11-23T01:30:05Z", "2026-11-23T01:31:20.5Z", WUHAN, NOW)).toBe("11-23 09:30:05–09:31:20");
    expect(formatWindow("2026-11-23T15:30:00Z", "2026-11-23T16:10:00Z", WUHAN, NOW)).toBe("11-23 23:30–11-24 00:10");
  });

  test("another year is said", () => {
    expect(formatInstant("2030-01-01T00:00:00Z", WUHAN, NOW)).toBe("2030-01-01 08:00");
    expect(formatWindow("2026-12-31T15:30:00Z", "2026-12-31T16:10:00Z", WUHAN, NOW)).toBe("12-31 23:30–2027-01-01 00:10");
  });

  test("tomorrow is the city's tomorrow", () => {
    expect(tomorrowMorning(new Date("2026-11-22T17:00:00Z"), WUHAN)).toBe("2026-11-24T10:00");
  });
});
