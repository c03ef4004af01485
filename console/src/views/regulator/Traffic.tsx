// What flies on a day: counts, the plans of some hours on the map, conflicts, and events as they come.
import type { FeatureCollection } from "geojson";
import { useState } from "preact/hooks";
import { get } from "../../api/client";
import { useResource } from "../../api/resource";
import { type FlightPlanView, type Page, PLAN_STATES, type PlanCounts } from "../../api/types";
import { Input } from "../../components/fields";
import { PlanDetail } from "../../components/PlanDetail";
import { ProblemBox } from "../../components/basics";
import { t } from "../../i18n";
import { usePick, useSource } from "../../map/map";
import { timezone } from "../../state";
import { toLocal } from "../../time";
import { planWord, whole } from "../../words";
import { PLAN_COLOR } from "../../map/colors";
import { dayWindow } from "../operator/MyPlans";
import { useZonesOnMap } from "../zonesOnMap";
import { Conflicts } from "./Conflicts";
import { Feed } from "./Feed";
import { RulingForm } from "./Queue";
import { SiteImpact } from "./SiteImpact";

const WINDOW_HOURS = 2;

export function Traffic({ counts }: { counts: PlanCounts | null }) {
  const [opened, setOpened] = useState<string | null>(null);
  const [site, setSite] = useState<string | null>(null);
  const [chosenDay, setDay] = useState<string | null>(null);
  const nextDay = useNextDay();
  const day = chosenDay ?? nextDay;
  const [hour, setHour] = useState<number | null>(null);
  useZonesOnMap();
  const window = hour === null ? dayWindow(day) : dayWindow(day, hour, WINDOW_HOURS);
  const plans = useResource(
    (signal) => get<FeatureCollection>("/flight-plans.geojson", { ...window, state: "submitted,approved,awaiting,refused,not_required" }, signal),
    [day, hour],
    (event) => event.service === "flightplan" && event.type.startsWith("FlightPlan"),
  );
  useSource("plans", plans.value);
  usePick("plans", "plan_id", setOpened);
  if (opened) {
    return (
      <PlanDetail
        key={opened} planId={opened} onBack={() => setOpened(null)}
        actions={(plan: FlightPlanView, reload) => <RulingForm plan={plan} onRuled={reload} />}
      />
    );
  }
  if (site) return <SiteImpact key={site} siteId={site} onBack={() => setSite(null)} />;
  return (
    <section data-testid="traffic">
      <Counts counts={counts} />
      <div class="filters">
        <Input label={t("regulator.day")} type="date" value={day} onInput={setDay} testId="traffic-day" />
        <Hours hour={hour} onChange={setHour} />
      </div>
      <ProblemBox problem={plans.problem} onRetry={plans.reload} />
      <p class="quiet small" data-testid="plans-shown">{t("regulator.plansShown", { count: whole(plans.value?.features.length ?? 0) })}</p>
      <Conflicts onOpen={setOpened} />
      <Feed onOpen={setOpened} onSite={setSite} />
    </section>
  );
}

/** The first day from today on that has flights: what a regulator wants to see before choosing. */
function useNextDay(): string {
  const next = useResource(
    (signal) => get<Page<FlightPlanView>>("/flight-plans", { from: new Date().toISOString(), limit: 1 }, signal), [],
  );
  return toLocal(next.value?.items[0]?.intent.departs_at ?? new Date(), timezone.value).slice(0, 10);
}

function Counts({ counts }: { counts: PlanCounts | null }) {
  const standing = counts ?? {};
  return (
    <ul class="counts" data-testid="plan-counts">
      {PLAN_STATES.filter((state) => (standing[state] ?? 0) > 0 || state === "approved" || state === "awaiting").map((state) => (
        <li key={state} data-state={state}>
          <strong class="tabular" style={{ color: PLAN_COLOR[state] }}>{whole(standing[state] ?? 0)}</strong>
          <span>{planWord(state)}</span>
        </li>
      ))}
    </ul>
  );
}

function Hours({ hour, onChange }: { hour: number | null; onChange: (hour: number | null) => void }) {
  return (
    <div class="field">
      <label for="hours">{t("regulator.hour")}</label>
      <select id="hours" value={hour ?? ""} onChange={(event) => onChange(event.currentTarget.value === "" ? null : Number(event.currentTarget.value))}>
        <option value="">{t("regulator.wholeDay")}</option>
        {Array.from({ length: 24 / WINDOW_HOURS }, (_, i) => i * WINDOW_HOURS).map((from) => (
          <option key={from} value={from}>{t("regulator.hourRange", { from, to: from + WINDOW_HOURS })}</option>
        ))}
      </select>
    </div>
  );
}
