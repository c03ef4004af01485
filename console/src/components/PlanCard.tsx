// One plan in a list.
import type { FlightPlanView, PlanState } from "../api/types";
import { t, word } from "../i18n";
import { orgName, period, shortId, spotWord, stateOf } from "../words";
import { Chip, DemoTag } from "./basics";

export const PLAN_TONE: Record<PlanState, string> = {
  approved: "good", awaiting: "warn", refused: "bad", not_required: "calm", submitted: "plain", withdrawn: "faint", lapsed: "faint",
  activated: "calm", ended: "faint", no_show: "faint",
};

export function PlanChip({ plan }: { plan: FlightPlanView }) {
  return <Chip tone={PLAN_TONE[plan.state]} testId="plan-state">{stateOf(plan)}</Chip>;
}

export function PlanCard({ plan, onOpen, showOperator = false }: { plan: FlightPlanView; onOpen: () => void; showOperator?: boolean }) {
  return (
    <li>
      <button type="button" class="row" onClick={onOpen} data-testid="plan-row" data-plan={plan.plan_id} data-state={plan.state}>
        <span class="row-top">
          <strong>{word("purpose", plan.intent.purpose)}</strong>
          <PlanChip plan={plan} />
          <DemoTag demo={plan.demo} />
        </span>
        <span class="row-line tabular">{period(plan.window.start, plan.window.end)}</span>
        <span class="row-line quiet">
          {showOperator ? orgName(plan.operator) : `${spotWord(plan.intent.departure)} → ${spotWord(plan.intent.arrival)}`}
          <span class="row-id">{shortId(plan.plan_id)}</span>
        </span>
        {plan.move_refused && <span class="row-line warn-text">{t("plan.moveRefused")}</span>}
      </button>
    </li>
  );
}
