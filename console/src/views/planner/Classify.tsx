// What a route counts as: the ruling that stands with its evidence, and a new one by the planner.
import { useState } from "preact/hooks";
import { post } from "../../api/client";
import { type ApiProblem, asProblem, fieldProblem } from "../../api/errors";
import { ROUTE_CLASSES, type RouteClass, type RouteView } from "../../api/types";
import { ProblemBox } from "../../components/basics";
import { Input, Select } from "../../components/fields";
import { t, word } from "../../i18n";
import { dayOf, personName } from "../../words";

export function Classify({ route, onRuled }: { route: RouteView; onRuled: () => void }) {
  const [ruling, setRuling] = useState(false);
  const standing = route.classification;
  return (
    <div class="note" data-testid="classification">
      <p>
        <strong>{standing ? word("routeClass", standing.route_class) : t("classify.none")}</strong>
        {standing && <span class="quiet small"> · {t("classify.by", { who: personName(standing.ruled_by), day: dayOf(standing.ruled_at) })}</span>}
      </p>
      {standing && <p class="small">{t("common.pair", { name: t("classify.evidence"), text: standing.evidence })}</p>}
      {!ruling && <button type="button" class="quiet-button flush" data-testid="classify" onClick={() => setRuling(true)}>{t(standing ? "classify.revise" : "classify.rule")}</button>}
      {ruling && <Form route={route} onDone={(ruled) => { setRuling(false); if (ruled) onRuled(); }} />}
    </div>
  );
}

function Form({ route, onDone }: { route: RouteView; onDone: (ruled: boolean) => void }) {
  const [routeClass, setRouteClass] = useState<RouteClass>(route.classification?.route_class ?? "governance");
  const [evidence, setEvidence] = useState("");
  const [problem, setProblem] = useState<ApiProblem | null>(null);
  const [sending, setSending] = useState(false);
  const rule = (event: Event): void => {
    event.preventDefault();
    setSending(true);
    post(`/routes/${encodeURIComponent(route.route_id)}/classification`, { route_class: routeClass, evidence })
      .then(() => onDone(true))
      .catch((error: unknown) => { setProblem(asProblem(error)); setSending(false); });
  };
  return (
    <form class="grid" onSubmit={rule}>
      <Select label={t("classify.class")} value={routeClass} onChange={setRouteClass} testId="route-class"
        options={ROUTE_CLASSES.map((value) => ({ value, text: word("routeClass", value) }))} />
      <Input label={t("classify.evidence")} value={evidence} onInput={setEvidence} required testId="evidence"
        placeholder={t("classify.evidenceHint")} problem={fieldProblem(problem, "evidence")} />
      {problem && <div class="wide"><ProblemBox problem={problem} /></div>}
      <div class="actions wide flush">
        <button type="submit" class="primary" disabled={sending || !evidence.trim()} data-testid="classify-confirm">{t("classify.confirm")}</button>
        <button type="button" class="secondary" onClick={() => onDone(false)}>{t("common.cancel")}</button>
      </div>
    </form>
  );
}
