// The drill-down behind a number: each site or route, whether it counts, and why not.
import { useState } from "preact/hooks";
import { get } from "../../api/client";
import { usePages } from "../../api/resource";
import type { CountedRoute, CountedSite, Page } from "../../api/types";
import { Chip, DemoTag, Empty, Loading, More, ProblemBox, Segments } from "../../components/basics";
import { said, t, word } from "../../i18n";
import { countsToward } from "./progress";

export function Why({ of, onBack }: { of: "sites" | "routes"; onBack: () => void }) {
  const [shown, setShown] = useState<"not" | "counts">("not");
  const list = usePages(
    (cursor, signal) => get<Page<CountedSite | CountedRoute>>(`/progress/${of}`, { counts: String(shown === "counts"), limit: 100, cursor }, signal),
    [of, shown],
    countsToward,
  );
  const items = list.items;
  return (
    <section class="detail" data-testid="why-list">
      <button type="button" class="back" onClick={onBack}>← {t("common.back")}</button>
      <h3>{t(of === "sites" ? "planner.whySites" : "planner.whyRoutes")}</h3>
      <Segments
        label={t("planner.why")} chosen={shown} onChoose={setShown}
        choices={[{ value: "not", text: t("planner.countsNot") }, { value: "counts", text: t("planner.counts") }]}
      />
      <ProblemBox problem={list.problem} onRetry={list.reload} />
      {list.loading && items.length === 0 && <Loading />}
      {!list.loading && !list.problem && items.length === 0 && <Empty title={shown === "not" ? t("planner.whyEmpty") : t("common.none")} />}
      <ul class="rows">
        {items.map((one) => ("site_id" in one ? <SiteRow key={one.site_id} site={one} /> : <RouteRow key={one.route_id} route={one} />))}
      </ul>
      <More more={list.more} count={items.length} />
    </section>
  );
}

function SiteRow({ site }: { site: CountedSite }) {
  return (
    <li class="hit">
      <span class="row-top"><strong>{site.name}</strong><Chip tone="plain">{word("siteState", site.state)}</Chip><DemoTag demo={site.demo} /></span>
      <span class="row-line">{said(site.reason) || word("siteKind", site.kind)}<span class="row-id">{site.site_id}</span></span>
    </li>
  );
}

function RouteRow({ route }: { route: CountedRoute }) {
  return (
    <li class="hit">
      <span class="row-top"><strong>{route.name}</strong><Chip tone="plain">{word("routeState", route.state)}</Chip><DemoTag demo={route.demo} /></span>
      <span class="row-line">{route.reasons.length > 0 ? route.reasons.map(said).join("；") : word("routeClass", route.route_class)}<span class="row-id">{route.route_id}</span></span>
    </li>
  );
}
