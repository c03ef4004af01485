import { expect, test } from "vitest";
import { mediaTypeOf, TAKEN } from "./siteFile";

test("the ending says what a file is", () => {
  expect(mediaTypeOf("场地.CSV")).toBe("text/csv");
  expect(mediaTypeOf("a.b.geojson")).toBe("application/geo+json");
  expect(mediaTypeOf("a.xls")).toBeNull();
  expect(mediaTypeOf("csv.")).toBeNull();
  expect(TAKEN).toBe(".csv,.xlsx,.geojson,.json");
});
