// The organisation's plans: a list with filters, and one opened to move or withdraw it.
import { useState } from "preact/hooks";
import { get } from "../../api/client";
import { usePages } from "../../api/resource";
import { type FlightPlanView, type Page, PLAN_STATES, type PlanState } from "../../api/types";
import { Empty, Loading, More, ProblemBox } from "../../components/basics";
import { Input, Select } from "../../components/fields";
import { PlanCard } from "../../components/PlanCard";
import { PlanDetail } from "../../components/PlanDetail";
import { t } from "../../i18n";
import { timezone } from "../../state";
import { toInstant } from "../../time";
import { planWord } from "../../words";
import { PlanActions } from "./PlanActions";

export function MyPlans({ opened, onOpen }: { opened: string | null; onOpen: (planId: string | null) => void }) {
  const [state, setState] = useState<PlanState | "all">("all");
  const [day, setDay] = useState("");
  const plans = usePages(
    (cursor, signal) => get<Page<FlightPlanView>>("/flight-plans", {
      state: state === "all" ? undefined : state, ...dayWindow(day), limit: 30, cursor,
    }, signal),
    [state, day],
    (event) => event.service === "flightplan" && event.type.startsWith("FlightPlan"),
  );
  if (opened) {
    return (
      <PlanDetail
        key={opened} planId={opened} onBack={() => onOpen(null)}
        actions={(plan, reload) => <PlanActions plan={plan} onChanged={reload} />}
      />
    );
  }
  return (
    <section data-testid="my-plans">
      <div class="filters">
        <Select
          label={t("plan.state")} value={state} onChange={setState} testId="filter-state"
          options={[{ value: "all" as const, text: t("common.all") }, ...PLAN_STATES.map((value) => ({ value, text: planWord(value) }))]}
        />
        <Input label={t("plan.dayFilter")} type="date" value={day} onInput={setDay} />
      </div>
      <ProblemBox problem={plans.problem} onRetry={plans.reload} />
      {plans.loading && plans.items.length === 0 && <Loading />}
      {!plans.loading && !plans.problem && plans.items.length === 0 && (
        <Empty title={t("operator.noPlans")} hint={t("operator.noPlansHint")} />
      )}
      <ul class="rows">
        {plans.items.map((plan) => <PlanCard key={plan.plan_id} plan={plan} onOpen={() => onOpen(plan.plan_id)} />)}
      </ul>
      <More more={plans.more} count={plans.items.length} />
    </section>
  );
}

/** The instants of a civil day of the city, as the list's filter. */
export function dayWindow(day: string, fromHour = 0, hours = 24): { from?: string; to?: string } {
  const start = toInstant(`${day}T00:00`, timezone.value);
  if (!day || start === null) return {};
  const from = Date.parse(start) + fromHour * 3_600_000;
  return { from: new Date(from).toISOString(), to: new Date(from + hours * 3_600_000).toISOString() };
}
