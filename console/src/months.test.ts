import { describe, expect, test } from "vitest";
import { monthOf, monthsBack, monthsBetween, plusMonths } from "./months";

describe("months", () => {
  test("are the city's, not UTC's", () => {
    expect(monthOf(new Date("2026-10-31T15:59:59Z"), "Asia/Shanghai")).toBe("2026-10");
    expect(monthOf(new Date("2026-10-31T16:00:00Z"), "Asia/Shanghai")).toBe("2026-11");
  });

  test("go over years in both directions", () => {
    expect(plusMonths("2026-11", 2)).toBe("2027-01");
    expect(plusMonths("2026-01", -1)).toBe("2025-12");
    expect(plusMonths("2026-12", 0)).toBe("2026-12");
    expect(monthsBack("2026-02", 3)).toEqual(["2026-02", "2026-01", "2025-12"]);
    expect(monthsBetween("2025-11", "2026-02")).toBe(3);
  });
});
