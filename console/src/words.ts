// Words and phrases put together from the API's values: states, heights, periods, spots.
import { personaName } from "./api/personas";
import { type Altitude, type FlightPlanView, type Outcome, PLAN_STATES, type PlanState, type Spot } from "./api/types";
import { ROLES } from "./api/roles";
import { formatPosition } from "./geo";
import { language, t, word } from "./i18n";
import type { Key } from "./i18n/zh";
import { advisory, city, timezone } from "./state";
import { formatInstant, formatWindow, toLocal } from "./time";

const ADVISED: readonly PlanState[] = ["approved", "refused", "awaiting"];

/** 预审通过 where the platform only advises and nobody has ruled yet; 已批准 after a ruling or where it decides itself. */
export function planWord(state: PlanState, ruled = false): string {
  return advisory.value && !ruled && ADVISED.includes(state)
    ? t(`planStateAdvisory.${state}` as Key)
    : t(`planState.${state}`);
}

/** The word for the state that an event tells, whichever service it is of. */
export function eventState(type: string, state: string): string {
  if (type.startsWith("Site")) return word("siteState", state);
  if (type.startsWith("Route")) return word("routeState", state);
  return PLAN_STATES.some((one) => one === state) ? planWord(state as PlanState, type === "FlightPlanRuled") : state;
}

export const stateOf = (plan: FlightPlanView): string => planWord(plan.state, plan.ruling !== null);

export function outcomeWord(outcome: Outcome): string {
  return advisory.value && outcome !== "not_required" ? t(`outcomeAdvisory.${outcome}`) : t(`outcome.${outcome}`);
}

/** What the city's clocks are called: times on the page are theirs. */
export function zoneName(): string {
  if (timezone.value === "Asia/Shanghai") return t("time.beijing");
  const format = new Intl.DateTimeFormat(language.value === "zh" ? "zh-CN" : "en-GB", { timeZone: timezone.value, timeZoneName: "longGeneric" });
  return format.formatToParts(new Date()).find((part) => part.type === "timeZoneName")?.value ?? timezone.value;
}

export const cityName = (): string => city.value?.name[language.value] ?? "";

export const instant = (at: string): string => formatInstant(at, timezone.value);
/** The day in the city's time, `2026-11-23`. */
export const dayOf = (at: string): string => toLocal(at, timezone.value).slice(0, 10);
/** The same as one reads it: without the year where it is the present one. */
export const shortDay = (at: string): string => instant(at).split(" ")[0] ?? "";
export const period = (start: string, end: string): string => formatWindow(start, end, timezone.value);

/** When something holds; open ends are named. */
export function validity(startsAt: string | null, endsAt: string | null): string {
  if (startsAt && endsAt) return period(startsAt, endsAt);
  if (startsAt) return t("common.from", { start: instant(startsAt) });
  if (endsAt) return t("common.until", { end: instant(endsAt) });
  return t("common.permanent");
}

const metres = (altitude: Altitude): string => String(Math.round(altitude.value_m * 10) / 10);

/** `0–120 m 真高`, `地面–300 m 海拔`, with both references where they differ. */
export function heightBand(lower: Altitude | null, upper: Altitude | null): string {
  if (lower && !upper) return `≥ ${metres(lower)} m ${word("reference", lower.reference)}`;
  const from = lower ? metres(lower) : t("common.ground");
  const to = upper ? `${metres(upper)} m` : t("common.unlimited");
  const reference = upper?.reference;
  const mixed = lower && upper && lower.reference !== upper.reference ? ` ${word("reference", lower.reference)}` : "";
  return `${from}${mixed && ` m${mixed}`} – ${to}${reference ? ` ${word("reference", reference)}` : ""}`;
}

export function spotWord(spot: Spot): string {
  if (spot.site_id) return spot.site_id;
  return spot.lng != null && spot.lat != null ? formatPosition([spot.lng, spot.lat]) : "–";
}

/** An organisation as people know it: the demo's have names, all others go by their own. */
export const orgName = (org: string): string => personaName(org, language.value);

/** Who did something, `organisation/person` or the person alone; the demo's `regulator@demo-authority` goes by its organisation. */
export function personName(who: string): string {
  const [org, person] = who.includes("/") ? who.split("/", 2) : ["", who];
  const [role, place] = (person ?? "").split("@", 2);
  if (place && ROLES.some((one) => one === role)) return orgName(place);
  return org ? `${orgName(org)} · ${person}` : orgName(who);
}

export const shortId = (id: string): string => id.slice(0, 8);
export const percent = (share: number): string => `${(share * 100).toFixed(1)} %`;
export const whole = (count: number): string => Math.round(count).toLocaleString("en-US");
