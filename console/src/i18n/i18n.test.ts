import { describe, expect, test } from "vitest";
import {
  AIRCRAFT_CLASSES, CLAWBACKS, PLAN_STATES, PURPOSES, RESTRICTIONS, SITE_KINDS, SITE_STATES, ZONE_KINDS,
} from "../api/types";
import { en } from "./en";
import { fill } from "./fill";
import { zh } from "./zh";

const holes = (text: string): string[] => (text.match(/\{\w+\}/g) ?? []).sort();

describe("texts", () => {
  test("each has both languages, the same holes, and something to read", () => {
    expect(Object.keys(en).sort()).toEqual(Object.keys(zh).sort());
    for (const [key, chinese] of Object.entries(zh)) {
      const english = en[key as keyof typeof zh];
      expect(chinese.trim(), key).not.toBe("");
      expect(english.trim(), key).not.toBe("");
      expect(holes(english), key).toEqual(holes(chinese));
    }
  });

  test("Chinese is Chinese and English is not", () => {
    const han = /\p{Script=Han}/u;
    for (const [key, english] of Object.entries(en)) {
      if (!key.startsWith("app.language")) expect(han.test(english), key).toBe(false);
    }
  });

  test("every value of the API has a word", () => {
    const groups: Record<string, readonly string[]> = {
      aircraft: AIRCRAFT_CLASSES, clawback: CLAWBACKS, planState: PLAN_STATES, purpose: PURPOSES, restriction: RESTRICTIONS,
      siteKind: SITE_KINDS, siteState: SITE_STATES, zoneKind: ZONE_KINDS,
    };
    for (const [group, values] of Object.entries(groups)) {
      for (const value of values) expect(zh, `${group}.${value}`).toHaveProperty([`${group}.${value}`]);
    }
  });

  test("holes are filled, unknown ones left", () => {
    expect(fill("{count} of {total}", { count: 3 })).toBe("3 of {total}");
  });
});
