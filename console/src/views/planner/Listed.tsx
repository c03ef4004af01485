// The list behind a number: each site or route, whether it counts, and why not; now, or when a month ended.
import { useState } from "preact/hooks";
import { get } from "../../api/client";
import { usePages } from "../../api/resource";
import type { CountedRoute, CountedSite, Page, ReasonView } from "../../api/types";
import { Chip, DemoTag, Empty, Loading, More, ProblemBox, Segments } from "../../components/basics";
import { said, t, word } from "../../i18n";
import { type Drill, queryOf, useDrill } from "./drill";
import { countsToward } from "./progress";
import { groupName, withinWords } from "./words";

type Wanted = Extract<Drill, { what: "list" }>;

export function Listed({ wanted, onBack }: { wanted: Wanted; onBack: () => void }) {
  const fixed = wanted.measure !== undefined || wanted.part !== undefined;
  const [shown, setShown] = useState<"not" | "counts">(wanted.counts ? "counts" : "not");
  const counts = fixed ? undefined : String(shown === "counts");
  const list = usePages(
    (cursor, signal) => get<Page<CountedSite | CountedRoute>>(
      `/progress/${wanted.of}`, { ...queryOf(wanted.within), month: wanted.month, measure: wanted.measure, part: wanted.part, counts, limit: 100, cursor }, signal,
    ),
    [JSON.stringify(wanted), counts],
    countsToward,
  );
  const items = list.items;
  return (
    <section class="detail" data-testid="why-list">
      <button type="button" class="back" onClick={onBack}>← {t("common.back")}</button>
      <div>
        <h3>{wanted.measure ? t(`measure.${wanted.measure}`) : wanted.part ? t(`sitePart.${wanted.part}`) : t(wanted.of === "sites" ? "planner.whySites" : "planner.whyRoutes")}</h3>
        <p class="quiet small">{[wanted.month && t("trend.atEndOf", { month: wanted.month }), ...withinWords(wanted.within)].filter(Boolean).join(" · ")}</p>
      </div>
      {!fixed && (
        <Segments
          label={t("planner.why")} chosen={shown} onChoose={setShown}
          choices={[{ value: "not", text: t("planner.countsNot") }, { value: "counts", text: t("planner.counts") }]}
        />
      )}
      <ProblemBox problem={list.problem} onRetry={list.reload} />
      {list.loading && items.length === 0 && <Loading />}
      {!list.loading && !list.problem && items.length === 0 && <Empty title={shown === "not" && !fixed ? t("planner.whyEmpty") : t("common.none")} />}
      <ul class="rows">
        {items.map((one) => ("site_id" in one ? <SiteRow key={one.site_id} site={one} /> : <RouteRow key={one.route_id} route={one} />))}
      </ul>
      <More more={list.more} count={items.length} />
    </section>
  );
}

function SiteRow({ site }: { site: CountedSite }) {
  const open = useDrill();
  return (
    <li>
      <button type="button" class="row" data-testid="counted-row" onClick={() => open({ what: "life", subject: "site", id: site.site_id })}>
        <span class="row-top"><strong>{site.name}</strong><Chip tone="plain">{word("siteState", site.state)}</Chip><DemoTag demo={site.demo} /></span>
        <span class="row-line quiet">
          {reasons(site.reason ? [site.reason] : []) || [word("siteKind", site.kind), groupName("district", site.district), site.unit].filter(Boolean).join(" · ")}
          <span class="row-id">{site.site_id}</span>
        </span>
      </button>
    </li>
  );
}

function RouteRow({ route }: { route: CountedRoute }) {
  const open = useDrill();
  return (
    <li>
      <button type="button" class="row" data-testid="counted-row" onClick={() => open({ what: "life", subject: "route", id: route.route_id })}>
        <span class="row-top"><strong>{route.name}</strong><Chip tone="plain">{word("routeState", route.state)}</Chip><DemoTag demo={route.demo} /></span>
        <span class="row-line quiet">
          {reasons(route.reasons) || [word("routeClass", route.route_class), groupName("scenario", route.scenario), route.unit].filter(Boolean).join(" · ")}
          <span class="row-id">{route.route_id}</span>
        </span>
      </button>
    </li>
  );
}

/** Reasons in words, each with what it is about. */
export const reasons = (rows: readonly ReasonView[]): string => rows.map((one) => said(one)).join(t("common.and"));
