// One plan opened: what was asked, what was decided and why, its history, and what may be done with it.
import type { ComponentChildren } from "preact";
import { useEffect } from "preact/hooks";
import { get } from "../api/client";
import { useResource } from "../api/resource";
import type { FlightPlanView } from "../api/types";
import { collection, drawable, formatDistance, lineFeature, pathLengthM } from "../geo";
import { t, word } from "../i18n";
import { frameGeometries, rememberCamera, setSource } from "../map/map";
import { EMPTY } from "../geo";
import { heightBand, instant, orgName, period, personName, shortId, spotWord } from "../words";
import { DemoTag, Facts, Loading, ProblemBox } from "./basics";
import { Findings } from "./Findings";
import { History } from "./History";
import { PlanChip } from "./PlanCard";

export function PlanDetail(
  { planId, onBack, actions }:
  { planId: string; onBack: () => void; actions?: (plan: FlightPlanView, reload: () => void) => ComponentChildren },
) {
  const found = useResource(
    (signal) => get<FlightPlanView>(`/flight-plans/${planId}`, {}, signal),
    [planId],
    (event) => event.key === planId,
  );
  const plan = found.value;
  useEffect(() => {
    if (!plan) return;
    const back = rememberCamera();
    const drawn = planGeometry(plan);
    setSource("highlight", collection([{ type: "Feature", properties: {}, geometry: drawn }]));
    frameGeometries([drawn]);
    return () => {
      setSource("highlight", EMPTY);
      back();
    };
  }, [plan?.plan_id]);

  return (
    <section class="detail" data-testid="plan-detail" data-state={plan?.state}>
      <button type="button" class="back" onClick={onBack}>← {t("common.back")}</button>
      <ProblemBox problem={found.problem} onRetry={found.reload} />
      {!plan && found.loading && <Loading />}
      {plan && (
        <>
          <header class="detail-head">
            <h3>{word("purpose", plan.intent.purpose)}</h3>
            <PlanChip plan={plan} />
            <DemoTag demo={plan.demo} />
          </header>
          {plan.state === "submitted" && <p class="working" role="status">{t("plan.waitingDecision")}</p>}
          <PlanFacts plan={plan} />
          <Changes plan={plan} />
          {actions?.(plan, found.reload)}
          {plan.assessment && (
            <>
              <h4>{t("plan.assessment")}</h4>
              <Findings assessment={plan.assessment} />
            </>
          )}
          <History path={`/flight-plans/${plan.plan_id}/history`} of={plan.plan_id} />
        </>
      )}
    </section>
  );
}

function PlanFacts({ plan }: { plan: FlightPlanView }) {
  const { intent } = plan;
  return (
    <Facts
      rows={[
        [t("plan.number"), <code title={plan.plan_id}>{shortId(plan.plan_id)}</code>],
        [t("plan.operator"), orgName(plan.operator)],
        [t("plan.window"), period(plan.window.start, plan.window.end)],
        [t("plan.fromTo"), `${spotWord(intent.departure)} → ${spotWord(intent.arrival)}`],
        [t("plan.aircraft"), word("aircraft", intent.aircraft_class)],
        [t("plan.height"), heightOf(plan)],
        [t("plan.speed"), `${intent.speed_mps} m/s`],
        !intent.area && [t("plan.length"), formatDistance(pathLengthM((intent.path ?? []).map((at) => [at.lng, at.lat])))],
        Boolean(intent.authorization_number) && [t("finding.authorization"), intent.authorization_number],
        [t("plan.submitted"), instant(plan.submitted_at)],
        plan.revision > 1 && [t("plan.state"), t("plan.revision", { n: plan.revision })],
      ]}
    />
  );
}

function Changes({ plan }: { plan: FlightPlanView }) {
  return (
    <>
      {plan.proposal && <p class="working" role="status">{t("plan.proposal", { time: instant(plan.proposal.intent.departs_at) })}</p>}
      {plan.move_refused && (
        <div class="outcome bad" data-testid="move-refused">
          <h3>{t("plan.moveRefused")}</h3>
          <Findings assessment={plan.move_refused} />
        </div>
      )}
      {plan.ruling && (
        <Facts rows={[
          [t("plan.ruling"), `${t(`plan.ruling.${plan.ruling.decision}`)} · ${personName(plan.ruling.ruled_by)} · ${instant(plan.ruling.ruled_at)}`],
          Boolean(plan.ruling.reason) && [t("common.reason"), plan.ruling.reason],
        ]} />
      )}
    </>
  );
}

function heightOf({ intent }: FlightPlanView): string {
  const reference = intent.height_reference ?? "AGL";
  const heights = (intent.path ?? []).map((point) => point.height_m);
  const [lower, upper] = intent.area ? [intent.area.lower_m, intent.area.upper_m] : [Math.min(...heights), Math.max(...heights)];
  return lower === upper
    ? `${upper} m ${word("reference", reference)}`
    : heightBand({ value_m: lower, reference }, { value_m: upper, reference });
}

function planGeometry({ intent }: FlightPlanView) {
  if (intent.area) return drawable(intent.area.outline);
  return lineFeature((intent.path ?? []).map((point) => [point.lng, point.lat])).geometry;
}
