import { afterAll, beforeAll, expect, test, vi } from "vitest";
import { speak } from "./index";
import { fieldName, problemSentence, problemTitle } from "./problems";

vi.stubGlobal("localStorage", { getItem: () => null, setItem: () => undefined });

beforeAll(() => speak("zh"));
afterAll(() => speak("zh"));

test("what forms of the page can cause is said in Chinese", () => {
  expect(problemTitle("departure-in-past", "Departure in past")).toBe("起飞时间已过");
  expect(problemSentence("departs_at: is required")).toBe("必填");
  expect(problemSentence("must be less than or equal to 100000")).toBe("须不大于 100000");
  expect(problemSentence("2026-11-20T00:00:00Z is past: it is 2026-11-22T00:00:00Z")).toBe("起飞时间已过");
  expect(problemSentence("upper 60.0 m is not above lower 120.0 m")).toBe("上限 60.0 米须高于下限 120.0 米");
  expect(fieldName("intent.path.3.height_m")).toBe("高度");
  expect(problemSentence("'many' is not a whole number")).toBe("“many”不是整数");
  expect(problemSentence("WH-1 stands in row 3 already")).toBe("WH-1 已在第 3 行");
  expect(problemSentence("must be one of proposed, assessed")).toBe("须为以下之一：proposed, assessed");
});

test("what the page has no words for stays as it came, and so does English", () => {
  expect(problemSentence("a saying of the platform")).toBe("a saying of the platform");
  expect(problemTitle("unheard-of", "Unheard of")).toBe("Unheard of");
  expect(fieldName("intent.unknown")).toBe("intent.unknown");
  speak("en");
  expect(problemSentence("is required")).toBe("is required");
  expect(problemTitle("plan-not-found", "Plan not found")).toBe("Plan not found");
  expect(fieldName("intent.departs_at")).toBe("departs at");
});
