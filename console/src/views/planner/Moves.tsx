// A site moves on in its life: only what may follow its state, with the reason and since when.
import { useState } from "preact/hooks";
import { call, post } from "../../api/client";
import { type ApiProblem, asProblem, fieldProblem } from "../../api/errors";
import { useResource } from "../../api/resource";
import type { PlansTouched, SiteMoveName, SiteState, SiteView } from "../../api/types";
import { Loading, ProblemBox } from "../../components/basics";
import { Input } from "../../components/fields";
import { t } from "../../i18n";
import { timezone } from "../../state";
import { toInstant } from "../../time";
import { whole, zoneName } from "../../words";

const SHOWN = 12;

const NEXT: Record<SiteState, readonly SiteMoveName[]> = {
  proposed: ["assess", "approve", "retire"],
  assessed: ["approve", "retire"],
  approved: ["construct", "commission", "retire"],
  under_construction: ["commission", "retire"],
  commissioned: ["suspend", "retire"],
  suspended: ["resume", "retire"],
  retired: [],
};

export function Moves({ site, onMoved }: { site: SiteView; onMoved: () => void }) {
  const [move, setMove] = useState<SiteMoveName | null>(null);
  const done = (): void => { setMove(null); onMoved(); };
  if (NEXT[site.state].length === 0) return null;
  return (
    <div class="note" data-testid="moves">
      <div class="button-row" role="group" aria-label={t("move.title")}>
        <span class="quiet small">{t("move.title")}</span>
        {NEXT[site.state].map((one) => (
          <button key={one} type="button" class="quiet-button" aria-pressed={one === move} data-testid={`move-${one}`} onClick={() => setMove(one)}>{t(`move.${one}`)}</button>
        ))}
      </div>
      {move && <Form key={move} site={site} move={move} onDone={done} onNo={() => setMove(null)} />}
    </div>
  );
}

function Form({ site, move, onDone, onNo }: { site: SiteView; move: SiteMoveName; onDone: () => void; onNo: () => void }) {
  const [reason, setReason] = useState("");
  const [at, setAt] = useState("");
  const [problem, setProblem] = useState<ApiProblem | null>(null);
  const [sending, setSending] = useState(false);
  const send = (event: Event): void => {
    event.preventDefault();
    setSending(true);
    post(`/sites/${encodeURIComponent(site.site_id)}/${move}`, { reason: reason.trim(), effective_at: toInstant(at, timezone.value) })
      .then(onDone)
      .catch((error: unknown) => { setProblem(asProblem(error)); setSending(false); });
  };
  return (
    <form class="grid" onSubmit={send}>
      <Input label={t("common.reason")} value={reason} onInput={setReason} testId="move-reason" problem={fieldProblem(problem, "reason")} />
      <Input label={t("move.since", { clock: zoneName() })} type="datetime-local" value={at} onInput={setAt} hint={t("move.sinceHint")}
        testId="move-since" problem={fieldProblem(problem, "effective_at")} />
      {(move === "suspend" || move === "retire") && <Touched siteId={site.site_id} />}
      {problem && <div class="wide"><ProblemBox problem={problem} /></div>}
      <div class="actions wide flush">
        <button type="submit" class={move === "retire" ? "primary danger" : "primary"} disabled={sending} data-testid="move-confirm">{t(`move.${move}`)}</button>
        <button type="button" class="secondary" onClick={onNo}>{t("common.cancel")}</button>
      </div>
    </form>
  );
}

/** Before a site is put out of use: how many plans that touches, and which routes lose it. */
function Touched({ siteId }: { siteId: string }) {
  const found = useResource(
    (signal) => call<PlansTouched>("POST", `/airspace/sites/${encodeURIComponent(siteId)}/impact`, { body: {}, signal }), [siteId],
  );
  const touched = found.value;
  return (
    <div class="wide" data-testid="move-touches" aria-live="polite">
      <ProblemBox problem={found.problem} onRetry={found.reload} />
      {found.loading && touched === null && <Loading />}
      {touched !== null && (
        <p class={touched.changed > 0 ? "warn-text" : "quiet"}>{t("move.touchesPlans", { count: whole(touched.count), changed: whole(touched.changed) })}</p>
      )}
      {touched !== null && touched.route_count > 0 && (
        <p class="quiet">{t("move.touchesRoutes")} {touched.routes.slice(0, SHOWN).map((route) => route.name || route.route_id).join(" · ")}</p>
      )}
    </div>
  );
}
