// What a number opens: a list of sites or routes, the changes of a month, the life of one thing.
import { createContext } from "preact";
import { useContext, useState } from "preact/hooks";
import type { Measure, SiteKind, SitePart, Subject } from "../../api/types";

/** A part of the city's sites and routes, as the API's queries say it. */
export interface Within {
  district?: string | undefined;
  unit?: string | undefined;
  kind?: SiteKind | undefined;
  scenario?: string | undefined;
  family?: string | undefined;
}

export type Drill =
  | { what: "list"; of: "sites" | "routes"; month?: string; measure?: Measure; counts?: boolean; part?: SitePart; within: Within }
  | { what: "changes"; month: string; from?: string; measure?: Measure; entered?: boolean; within: Within }
  | { what: "life"; subject: Subject; id: string };

export type OpenDrill = (drill: Drill) => void;

export const Opener = createContext<OpenDrill>(() => undefined);
export const useDrill = (): OpenDrill => useContext(Opener);

export const listOf = (measure: Measure): "sites" | "routes" => (measure.startsWith("sites") ? "sites" : "routes");

/** `outside` is how queries name what is in no district. */
export const districtKey = (adcode: string): string => adcode || "outside";

/** The parts of a query for the API. */
export const queryOf = (within: Within): Record<string, string | undefined> => ({ ...within });

const kept = new Map<string, unknown>();

/** State that is still there when one comes back from a drill-down; `name` tells it apart. */
export function useKept<T>(name: string, initial: T): [T, (value: T) => void] {
  const [value, setValue] = useState<T>(() => (kept.has(name) ? (kept.get(name) as T) : initial));
  const keep = (next: T): void => { kept.set(name, next); setValue(next); };
  return [value, keep];
}
