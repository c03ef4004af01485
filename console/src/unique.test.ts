import { expect, test, vi } from "vitest";
import { unique } from "./unique";

test("names differ, and are made without what only TLS brings", () => {
  vi.stubGlobal("crypto", { getRandomValues: crypto.getRandomValues.bind(crypto) });
  const names = new Set(Array.from({ length: 100 }, unique));
  expect(names.size).toBe(100);
  for (const name of names) expect(name).toMatch(/^[0-9a-f]{32}$/);
});
