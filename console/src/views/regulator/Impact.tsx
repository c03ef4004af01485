// What a zone would hit if it were published now.
import type { Finding, Outcome, PlanState } from "../../api/types";
import { said, t, word } from "../../i18n";
import { lightsUp } from "../../map/highlight";
import { outcomeWord, planWord, shortId } from "../../words";
import { Chip } from "../../components/basics";

interface Hit {
  plan_id?: string;
  route_id?: string;
  site_id?: string;
  name?: string;
  operator?: string;
  state_now?: string;
  outcome_then?: Outcome;
  finding?: Finding | null;
}

export interface ImpactAnswer {
  plans: Hit[];
  routes: Hit[];
  sites: Hit[];
}

const SHOWN = 50;

export function Impact({ answer, stale }: { answer: ImpactAnswer; stale: boolean }) {
  const groups = [
    ["plans", t("zone.impactPlans"), answer.plans],
    ["routes", t("zone.impactRoutes"), answer.routes],
    ["sites", t("zone.impactSites"), answer.sites],
  ] as const;
  const nothing = groups.every(([, , hits]) => hits.length === 0);
  return (
    <section class={`answer${stale ? " stale" : ""}`} aria-live="polite" data-testid="impact">
      <h3>{t("zone.impactTitle")}</h3>
      {stale && <p class="warn-text">{t("zone.impactStale")}</p>}
      {nothing && <p class="quiet">{t("zone.impactNone")}</p>}
      {!nothing && (
        <ul class="counts">
          {groups.map(([key, name, hits]) => (
            <li key={key} data-testid={`impact-${key}`}><strong class="tabular">{hits.length}</strong><span>{name}</span></li>
          ))}
        </ul>
      )}
      {groups.map(([key, name, hits]) => hits.length > 0 && (
        <details key={key} class="fold" open={key === "plans"}>
          <summary>{name}</summary>
          <ul class="rows">{hits.slice(0, SHOWN).map((hit, i) => <HitRow key={i} hit={hit} />)}</ul>
        </details>
      ))}
    </section>
  );
}

function HitRow({ hit }: { hit: Hit }) {
  const id = hit.plan_id ? shortId(hit.plan_id) : hit.route_id ?? hit.site_id ?? "";
  const now = hit.plan_id ? planWord(hit.state_now as PlanState) : hit.route_id ? word("routeState", hit.state_now) : word("siteState", hit.state_now);
  return (
    <li class="hit" tabIndex={0} {...lightsUp(hit.finding ?? {})}>
      <span class="row-top"><strong>{hit.name || hit.operator || id}</strong> <span class="row-id">{id}</span></span>
      <span class="row-line">
        {hit.state_now && <Chip tone="plain">{now}</Chip>}
        {hit.outcome_then && <> → <Chip tone={hit.outcome_then === "refused" ? "bad" : "warn"}>{outcomeWord(hit.outcome_then)}</Chip></>}
      </span>
      {hit.finding && <span class="row-line quiet small">{said(hit.finding.message)}</span>}
    </li>
  );
}
