import { describe, expect, test } from "vitest";
import { ApiProblem, fieldProblem } from "../api/errors";
import { adopted, emptyDraft, estimate, faults, intentOf } from "./operator/draft";
import { specOf, type ZoneDraft, zoneFaults } from "./regulator/zoneDraft";

const WUHAN = "Asia/Shanghai";
const A = { lng: 114.3, lat: 30.5, site_id: "NEST-1", name: "机巢一号" };
const B = { lng: 114.32, lat: 30.5 };

describe("a flight being drawn", () => {
  test("names what is missing", () => {
    expect(faults({ ...emptyDraft(""), height: "high", speed: "" }, WUHAN)).toEqual(["points", "departs_at", "height_m", "speed_mps"]);
    expect(intentOf(emptyDraft("2026-11-23T10:00"), WUHAN)).toBeNull();
  });

  test("becomes an intent: sites by id, places by position, the path from above one to above the other", () => {
    const intent = intentOf({ ...emptyDraft("2026-11-23T10:00"), points: [A, B], height: "100" }, WUHAN);
    expect(intent).toMatchObject({
      departure: { site_id: "NEST-1" }, arrival: { lng: 114.32, lat: 30.5 }, departs_at: "2026-11-23T02:00:00Z",
      path: [{ lng: 114.3, lat: 30.5, height_m: 100 }, { lng: 114.32, lat: 30.5, height_m: 100 }], authorization_number: null,
    });
  });

  test("takes over an alternative: its time, height and way, with the sites at its ends", () => {
    const made = { ...emptyDraft("2026-11-23T10:00"), points: [A, B] };
    const path = [{ lng: 114.3, lat: 30.5, height_m: 60 }, { lng: 114.31, lat: 30.51, height_m: 60 }, { lng: 114.32, lat: 30.5, height_m: 60 }];
    const taken = adopted(made, { ...intentOf(made, WUHAN)!, departs_at: "2026-11-23T02:04:30Z", path }, WUHAN);
    expect(taken.points).toEqual([A, { lng: 114.31, lat: 30.51 }, { lng: 114.32, lat: 30.5 }]);
    expect([taken.height, taken.departsAt]).toEqual(["60", "2026-11-23T10:04:30"]);
    expect(intentOf(taken, WUHAN)?.departs_at).toBe("2026-11-23T02:04:30Z");
  });

  test("is estimated from its length and speed", () => {
    const found = estimate({ ...emptyDraft(""), points: [A, B], speed: "16" });
    expect(found?.lengthM).toBeCloseTo(1916, -1);
    expect(found?.minutes).toBe(2);
  });
});

describe("a zone being drawn", () => {
  const draft: ZoneDraft = {
    center: "114.3, 30.5", radius: "800", name: "演练", kind: "temporary", restriction: "PROHIBITED", lower: "", upper: "300",
    reference: "AMSL", startsAt: "2026-11-23T08:00", endsAt: "", binds: "both", authority: "市政府", reason: "", article: "",
    noticeBy: "市政府", noticeNumber: "1 号", noticeIssuedAt: "2026-11-22T08:00", emergency: false,
  };

  test("becomes a circle with its heights and period", () => {
    expect(specOf(draft, WUHAN)).toMatchObject({
      outline: { type: "Circle", center: [114.3, 30.5], radius_m: 800 }, lower: null,
      upper: { value_m: 300, reference: "AMSL" }, starts_at: "2026-11-23T00:00:00Z", ends_at: null,
      notice: { determined_by: "市政府", number: "1 号", issued_at: "2026-11-22T00:00:00Z", emergency: false },
    });
  });

  test("needs a notice only as a temporary control", () => {
    const silent = { ...draft, noticeBy: "", noticeNumber: " ", noticeIssuedAt: "" };
    expect(zoneFaults(silent)).toEqual(["notice.determined_by", "notice.number", "notice.issued_at"]);
    expect(specOf({ ...silent, kind: "prohibited" }, WUHAN)?.notice).toBeNull();
  });

  test("names what is wrong", () => {
    const bad = { ...draft, center: "here", radius: "0", name: " ", authority: "", lower: "x" };
    expect(zoneFaults(bad)).toEqual(["center", "radius_m", "name", "authority", "lower"]);
    expect(specOf(bad, WUHAN)).toBeNull();
  });
});

test("a problem is found at the field it names, at any depth", () => {
  const problem = new ApiProblem(422, "Invalid", "", [{ field: "intent.path.3.height_m", detail: "too high" }]);
  expect(fieldProblem(problem, "path")).toBe("too high");
  expect(fieldProblem(problem, "height_m")).toBe("too high");
  expect(fieldProblem(problem, "height")).toBeNull();
  expect(fieldProblem(null, "path")).toBeNull();
});
