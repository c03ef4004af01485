// One scenario: how far it is, what came out with its bound and gap, and the step that makes it proposed sites.
import type { FeatureCollection } from "geojson";
import { useEffect, useState } from "preact/hooks";
import { get, post } from "../../../api/client";
import { type ApiProblem, asProblem } from "../../../api/errors";
import { useResource } from "../../../api/resource";
import type { ScenarioView } from "../../../api/types";
import { Chip, Facts, Loading, ProblemBox } from "../../../components/basics";
import { formatDistance } from "../../../geo";
import { t, word } from "../../../i18n";
import { frameGeometries, rememberCamera, useSource } from "../../../map/map";
import { instant, percent, whole } from "../../../words";
import { Outcome } from "./Outcome";
import { isOver, TONE, usePolling } from "./polling";
import { Steps } from "./Steps";

export function Detail({ id, onBack }: { id: string; onBack: () => void }) {
  const found = useResource((signal) => get<ScenarioView>(`/scenarios/${id}`, {}, signal), [id]);
  const scenario = found.value;
  usePolling(scenario !== null && !isOver(scenario.state), found.reload);
  return (
    <section class="detail" data-testid="scenario" data-state={scenario?.state}>
      <button type="button" class="back" onClick={onBack}>← {t("common.back")}</button>
      <ProblemBox problem={found.problem} onRetry={found.reload} />
      {!scenario && found.loading && <Loading />}
      {scenario && (
        <>
          <header class="detail-head">
            <h3>{scenario.name}</h3>
            <Chip tone={TONE[scenario.state]} testId="scenario-state">{word("scenarioState", scenario.state)}</Chip>
          </header>
          {!isOver(scenario.state) && <Running scenario={scenario} />}
          {scenario.failure && <p class="problem">{scenario.failure}</p>}
          {scenario.result && <Outcome result={scenario.result} price={scenario.price} model={scenario.asked.model} />}
          {scenario.result && <Drawn id={id} />}
          {isOver(scenario.state) && <Steps scenario={scenario} onGone={onBack} onNamed={found.reload} />}
          <Asked scenario={scenario} />
        </>
      )}
    </section>
  );
}

/** How far a run is, and the way to stop it. */
function Running({ scenario }: { scenario: ScenarioView }) {
  const [problem, setProblem] = useState<ApiProblem | null>(null);
  const [stopping, setStopping] = useState(false);
  const { stage } = scenario;
  const share = Math.min(1, (stage?.seconds ?? 0) / scenario.asked.time_limit_s);
  const cancel = (): void => {
    setStopping(true);
    post(`/scenarios/${scenario.scenario_id}/cancel`, {}).catch((error: unknown) => { setProblem(asProblem(error)); setStopping(false); });
  };
  return (
    <div class="note" role="status" data-testid="scenario-progress">
      <p><strong>{stage ? word("stage", stage.doing) : word("scenarioState", scenario.state)}</strong> <span class="quiet small">{t("scenario.elapsed", { seconds: Math.round(stage?.seconds ?? 0), limit: scenario.asked.time_limit_s })}</span></p>
      <div class="bar" aria-hidden="true"><i style={{ width: `${share * 100}%` }} /></div>
      {stage && stage.objective !== null && (
        <p class="small">{t("scenario.objective")} <b class="tabular">{whole(stage.objective)}</b>{stage.bound !== null && <> · {t("scenario.bound")} <b class="tabular">{whole(stage.bound)}</b></>}</p>
      )}
      <ProblemBox problem={problem} />
      <button type="button" class="secondary danger" disabled={stopping} data-testid="scenario-cancel" onClick={cancel}>{t(stopping ? "scenario.cancelling" : "scenario.cancel")}</button>
    </div>
  );
}

/** The new sites on the map, the sites there are beside them. */
function Drawn({ id }: { id: string }) {
  const points = useResource((signal) => get<FeatureCollection>(`/scenarios/${id}/sites.geojson`, {}, signal), [id]);
  const sites = useResource((signal) => get<FeatureCollection>("/sites.geojson", {}, signal), []);
  useSource("scenario", points.value);
  useSource("sites", sites.value);
  useEffect(() => {
    if (!points.value?.features.length) return;
    const back = rememberCamera();
    frameGeometries(points.value.features.map((feature) => feature.geometry));
    return back;
  }, [points.value]);
  return null;
}

function Asked({ scenario }: { scenario: ScenarioView }) {
  const { asked, inputs } = scenario;
  const quotas = Object.keys(asked.quotas).length;
  return (
    <details class="fold">
      <summary>{t("scenario.inputs")}</summary>
      <Facts
        rows={[
          [t("scenario.model"), word("model", asked.model)],
          asked.new_sites !== null && [t("scenario.newSites"), whole(asked.new_sites)],
          asked.model === "lscp" && [t("scenario.coverage"), `${asked.coverage_percent} %`],
          inputs && [t("scenario.radius"), formatDistance(inputs.service_radius_m)],
          [t("scenario.existing"), `${t(`existing.${asked.existing}`)}${inputs ? ` · ${whole(inputs.existing.length)}` : ""}`],
          [t("scenario.source"), `${word("candidates", asked.source)}${inputs ? ` · ${t("scenario.candidates", { count: whole(inputs.candidates), out: whole(inputs.left_out) })}` : ""}`],
          inputs && [t("scenario.demand"), t("scenario.demandOf", { points: whole(inputs.demand_points), people: whole(inputs.people) })],
          inputs && [t("scenario.zones"), whole(inputs.zones.length)],
          quotas > 0 && [t("scenario.most"), whole(quotas)],
          asked.capacity !== null && [t("scenario.capacity"), whole(asked.capacity)],
          [t("scenario.askedBy"), `${scenario.asked_by} · ${instant(scenario.created_at)}`],
          scenario.result && [t("scenario.took"), `${scenario.result.seconds.toFixed(1)} s · ${t("scenario.gap")} ${scenario.result.gap === null ? "–" : percent(scenario.result.gap)}`],
        ]}
      />
    </details>
  );
}
