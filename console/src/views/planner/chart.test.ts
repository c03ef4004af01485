import { describe, expect, test } from "vitest";
import type { BurnUp } from "../../api/types";
import { chartOf, ticksUpTo } from "./chart";

const FRAME = { width: 600, height: 300, left: 40, right: 20, top: 10, bottom: 30 };
const burn = (number: number, bands: BurnUp["bands"] = []): BurnUp => ({
  target_id: "sites", number, method: "", reached_early: null, reached_mid: null, reached_late: null,
  points: [{ month: "2026-01", count: 10 }, { month: "2026-02", count: 30 }, { month: "2026-03", count: 35 }], bands,
});

describe("the burn-up chart", () => {
  test("ticks are round and reach the highest", () => {
    for (const most of [1, 3, 7, 10, 35, 480, 1000, 1234]) {
      const ticks = ticksUpTo(most);
      expect(ticks[0]).toBe(0);
      expect(ticks.at(-1)).toBeGreaterThanOrEqual(most);
      expect(ticks.length).toBeLessThanOrEqual(6);
      expect(ticks.every(Number.isInteger)).toBe(true);
    }
  });

  test("the forecast opens at the last month that is over and stays in the frame", () => {
    const chart = chartOf(burn(100, [{ month: "2026-03", low: 31, mid: 40, high: 50 }, { month: "2026-04", low: 35, mid: 50, high: 70 }]), 12, FRAME);
    expect(chart.marks.map((mark) => [mark.month, mark.count, mark.mid])).toEqual([
      ["2026-01", 10, null], ["2026-02", 30, 30], ["2026-03", 35, 40], ["2026-04", null, 50],
    ]);
    expect(chart.x(0)).toBe(40);
    expect(chart.x(3)).toBe(580);
    expect(chart.y(0)).toBe(270);
    expect(chart.y(chart.ticks.at(-1) ?? 0)).toBe(10);
    expect(chart.band.endsWith("Z")).toBe(true);
  });

  test("a target far above is named, not drawn", () => {
    expect(chartOf(burn(1000), 12, FRAME).targetShown).toBe(false);
    expect(chartOf(burn(100), 12, FRAME).targetShown).toBe(true);
    expect(chartOf(burn(1000), 12, FRAME).band).toBe("");
  });
});
