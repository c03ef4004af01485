// What a file of sites may be, by its name's ending, and what its positions may refer to. Pure.
export const DATUMS = ["wgs84", "gcj02", "cgcs2000"] as const;
export type Datum = (typeof DATUMS)[number];

const MEDIA_TYPES: Record<string, string> = {
  csv: "text/csv",
  xlsx: "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
  geojson: "application/geo+json",
  json: "application/geo+json",
};
export const TAKEN = Object.keys(MEDIA_TYPES).map((ending) => `.${ending}`).join(",");

/** Null where a file of that name is not taken. Browsers name a CSV's type as they like, so the ending decides. */
export const mediaTypeOf = (name: string): string | null => MEDIA_TYPES[name.split(".").at(-1)?.toLowerCase() ?? ""] ?? null;
