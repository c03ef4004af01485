// What the closing of a site did to the plans that use it, and what putting it out of use now would do.
import { call, get } from "../../api/client";
import { type Resource, useResource } from "../../api/resource";
import type { PlansTouched } from "../../api/types";
import { Loading, ProblemBox } from "../../components/basics";
import { t } from "../../i18n";
import { whole } from "../../words";
import { HitRow, SHOWN } from "./Impact";

export function SiteImpact({ siteId, onBack }: { siteId: string; onBack: () => void }) {
  const path = `/airspace/sites/${encodeURIComponent(siteId)}`;
  const touches = (event: { type: string }): boolean => event.type === "PlanAssessed" || event.type === "RouteAssessed";
  const hits = useResource(
    (signal) => get<PlansTouched>(`${path}/hits`, {}, signal), [path], touches,
  );
  const impact = useResource(
    (signal) => call<PlansTouched>("POST", `${path}/impact`, { body: {}, signal }), [path],
    touches,
  );
  return (
    <section class="detail" data-testid="site-impact">
      <button type="button" class="back" onClick={onBack}>← {t("common.back")}</button>
      <h3>{siteId}</h3>
      <Plans title={t("regulator.siteHits")} found={hits} testId="site-hits" />
      <Plans title={t("regulator.siteImpact")} found={impact} testId="site-would-hit" />
    </section>
  );
}

function Plans({ title, found, testId }: { title: string; found: Resource<PlansTouched>; testId: string }) {
  const touched = found.value;
  return (
    <section data-testid={testId}>
      <h4>{title}{touched !== null && <span class="count">{whole(touched.count)}</span>}</h4>
      <ProblemBox problem={found.problem} onRetry={found.reload} />
      {found.loading && touched === null && <Loading />}
      {touched?.count === 0 && <p class="quiet">{t("regulator.siteHitsNone")}</p>}
      <ul class="rows">{touched?.plans.slice(0, SHOWN).map((hit, i) => <HitRow key={i} hit={hit} />)}</ul>
      {touched !== null && touched.route_count > 0 && (
        <details class="fold" open>
          <summary>{t("regulator.siteRoutes", { count: whole(touched.route_count) })}</summary>
          <ul class="rows" data-testid={`${testId}-routes`}>{touched.routes.slice(0, SHOWN).map((hit, i) => <HitRow key={i} hit={hit} />)}</ul>
        </details>
      )}
    </section>
  );
}
