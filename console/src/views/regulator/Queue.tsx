// Plans that wait for a ruling: why each waits, and the ruling with its reason.
import { useMemo, useState } from "preact/hooks";
import { get, post } from "../../api/client";
import { type ApiProblem, asProblem, fieldProblem } from "../../api/errors";
import { usePages } from "../../api/resource";
import type { FlightPlanView, Page } from "../../api/types";
import { Empty, Loading, More, ProblemBox } from "../../components/basics";
import { TextArea } from "../../components/fields";
import { PlanCard } from "../../components/PlanCard";
import { PlanDetail } from "../../components/PlanDetail";
import { collection } from "../../geo";
import { t } from "../../i18n";
import { usePick, useSource } from "../../map/map";
import { advisory } from "../../state";
import { planFeature } from "../planFeature";
import { useZonesOnMap } from "../zonesOnMap";

export function Queue() {
  const [opened, setOpened] = useState<string | null>(null);
  useZonesOnMap();
  const plans = usePages(
    (cursor, signal) => get<Page<FlightPlanView>>("/flight-plans", { state: "awaiting", limit: 50, cursor }, signal),
    [],
    (event) => event.service === "flightplan" && event.type.startsWith("FlightPlan"),
  );
  const drawn = useMemo(() => collection(plans.items.map((plan) => planFeature(plan))), [plans.items]);
  useSource("plans", drawn);
  usePick("plans", "plan_id", setOpened);
  if (opened) {
    return (
      <PlanDetail
        key={opened} planId={opened} onBack={() => setOpened(null)}
        actions={(plan, reload) => <RulingForm plan={plan} onRuled={reload} />}
      />
    );
  }
  return (
    <section data-testid="queue">
      <ProblemBox problem={plans.problem} onRetry={plans.reload} />
      {plans.loading && plans.items.length === 0 && <Loading />}
      {!plans.loading && !plans.problem && plans.items.length === 0 && (
        <Empty title={t("regulator.queueEmpty")} hint={t("regulator.queueEmptyHint")} />
      )}
      <ul class="rows">
        {plans.items.map((plan) => <PlanCard key={plan.plan_id} plan={plan} showOperator onOpen={() => setOpened(plan.plan_id)} />)}
      </ul>
      <More more={plans.more} count={plans.items.length} />
      {advisory.value && plans.items.length > 0 && <p class="quiet small">{t("app.advisoryNote")}</p>}
    </section>
  );
}

/** Approve or refuse what waits, revoke what was approved, with the reason; in advisory mode it records what the air-traffic body answered. */
export function RulingForm({ plan, onRuled }: { plan: FlightPlanView; onRuled: () => void }) {
  const [reason, setReason] = useState("");
  const [problem, setProblem] = useState<ApiProblem | null>(null);
  const [missing, setMissing] = useState(false);
  const [busy, setBusy] = useState(false);
  const waits = plan.state === "awaiting";
  if (!waits && plan.state !== "approved") return null;

  const rule = async (decision: "approve" | "refuse"): Promise<void> => {
    setMissing(reason.trim() === "");
    if (reason.trim() === "") return;
    setBusy(true);
    setProblem(null);
    try {
      await post(`/flight-plans/${plan.plan_id}/ruling`, { decision, reason: reason.trim(), revision: plan.revision });
      onRuled();
    } catch (error) {
      setProblem(asProblem(error));
    } finally {
      setBusy(false);
    }
  };
  const form = (
    <div class="ruling">
      <TextArea
        label={t("regulator.rulingReason")} value={reason} onInput={setReason} testId="ruling-reason"
        problem={missing ? t("regulator.rulingReasonNeeded") : fieldProblem(problem, "reason")}
      />
      <ProblemBox problem={problem} />
      <div class="actions">
        {waits && (
          <button type="button" class="primary" disabled={busy} data-testid="approve" onClick={() => void rule("approve")}>
            {t(advisory.value ? "regulator.recordApprove" : "regulator.approve")}
          </button>
        )}
        <button type="button" class="secondary danger" disabled={busy} data-testid="refuse" onClick={() => void rule("refuse")}>
          {t(advisory.value ? "regulator.recordRefuse" : "regulator.refuse")}
        </button>
      </div>
    </div>
  );
  return waits ? form : <details class="fold"><summary>{t("regulator.revoke")}</summary>{form}</details>;
}
