import { describe, expect, test } from "vitest";
import { asked, FRESH } from "./draft";

describe("a new scenario", () => {
  test("says only what was filled in", () => {
    expect(asked({ ...FRESH, name: " 二期 " }, ["420102"])).toEqual({
      name: "二期", model: "mclp", kind: "nest", existing: "laid_out", source: "grid", avoid: ["PROHIBITED"],
      new_sites: 50, spacing_m: 1500, time_limit_s: 60,
    });
  });

  test("has the share instead of the number where the fewest sites are sought", () => {
    const body = asked({ ...FRESH, model: "lscp", coveragePercent: "95", source: "proposed" }, []);
    expect(body).toMatchObject({ model: "lscp", coverage_percent: 95, source: "proposed" });
    expect(body).not.toHaveProperty("new_sites");
    expect(body).not.toHaveProperty("spacing_m");
  });

  test("limits every district alike", () => {
    const body = asked({ ...FRESH, mostPerDistrict: "8", capacity: "20000", avoidControlled: true }, ["1", "2"]);
    expect(body).toMatchObject({ quotas: { 1: { most: 8 }, 2: { most: 8 } }, capacity: 20000, avoid: ["PROHIBITED", "REQ_AUTHORIZATION"] });
  });
});
