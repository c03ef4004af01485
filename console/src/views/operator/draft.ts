// The flight being drawn and filled in; it survives a change of view. Pure but for the signal that holds it.
import { signal } from "@preact/signals";
import type { AircraftClass, Clawback, FlightIntent, Purpose, Spot, Waypoint } from "../../api/types";
import { numberOf } from "../../components/fields";
import { pathLengthM } from "../../geo";
import { toInstant, toLocalSeconds } from "../../time";

export interface DraftPoint {
  lng: number;
  lat: number;
  site_id?: string;
  name?: string;
}

export interface Draft {
  points: readonly DraftPoint[];
  departsAt: string; // civil time of the city, as the field shows it
  height: string;
  speed: string;
  aircraft: AircraftClass;
  purpose: Purpose;
  clawbacks: readonly Clawback[];
  authorization: string;
  registration: string;
  remark: string;
}

export const emptyDraft = (departsAt: string): Draft => ({
  points: [], departsAt, height: "90", speed: "12", aircraft: "light", purpose: "patrol", clawbacks: [],
  authorization: "", registration: "", remark: "",
});

export const draft = signal<Draft | null>(null);
export const amend = (change: Partial<Draft>): void => {
  if (draft.value) draft.value = { ...draft.value, ...change };
};

export type DraftFault = "points" | "departs_at" | "height_m" | "speed_mps";

/** What is missing before the platform can be asked. */
export function faults(made: Draft, zone: string): DraftFault[] {
  const found: DraftFault[] = [];
  if (made.points.length < 2) found.push("points");
  if (toInstant(made.departsAt, zone) === null) found.push("departs_at");
  if (numberOf(made.height) === null) found.push("height_m");
  if (numberOf(made.speed) === null) found.push("speed_mps");
  return found;
}

const spotOf = (point: DraftPoint): Spot =>
  point.site_id ? { site_id: point.site_id } : { lng: point.lng, lat: point.lat };

/** The draft as the API wants it: the path runs from above the departure to above the arrival at one height. */
export function intentOf(made: Draft, zone: string): FlightIntent | null {
  const [first, last] = [made.points[0], made.points.at(-1)];
  const departsAt = toInstant(made.departsAt, zone);
  const [height, speed] = [numberOf(made.height), numberOf(made.speed)];
  if (!first || !last || made.points.length < 2 || departsAt === null || height === null || speed === null) return null;
  const path = made.points.map(({ lng, lat }): Waypoint => ({ lng, lat, height_m: height }));
  return {
    departure: spotOf(first), arrival: spotOf(last), departs_at: departsAt, aircraft_class: made.aircraft,
    purpose: made.purpose, speed_mps: speed, path, height_reference: "AGL", clawbacks: [...made.clawbacks],
    authorization_number: made.authorization.trim() || null, aircraft_registration: made.registration.trim() || null,
    remark: made.remark.trim(),
  };
}

/** What of the draft becomes another to fly an alternative; its path keeps the sites at its ends. */
export function adopted(made: Draft, intent: FlightIntent, zone: string): Draft {
  const height = intent.path?.[0]?.height_m;
  const last = (intent.path?.length ?? 0) - 1;
  const named = (spot: Spot) => made.points.find((point) => spot.site_id && point.site_id === spot.site_id);
  const points = (intent.path ?? []).map(({ lng, lat }, i): DraftPoint =>
    (i === 0 && named(intent.departure)) || (i === last && named(intent.arrival)) || { lng, lat });
  return { ...made, points, departsAt: toLocalSeconds(intent.departs_at, zone), height: height === undefined ? made.height : String(height) };
}

/** Metres flown and minutes at the draft's speed, climb and descent not counted; null before there is a path. */
export function estimate(made: Draft): { lengthM: number; minutes: number } | null {
  const speed = numberOf(made.speed);
  if (made.points.length < 2 || !speed || speed <= 0) return null;
  const lengthM = pathLengthM(made.points.map((point) => [point.lng, point.lat]));
  return { lengthM, minutes: Math.max(1, Math.round(lengthM / speed / 60)) };
}
