// What a zone would hit if it were published now.
import { useEffect, useRef } from "preact/hooks";
import type { Outcome, Touched, TouchedView } from "../../api/types";
import { said, t } from "../../i18n";
import { lightsUp } from "../../map/highlight";
import { orgName, outcomeWord, shortId } from "../../words";
import { Chip } from "../../components/basics";

export const SHOWN = 50;

export function Impact({ answer, stale }: { answer: TouchedView; stale: boolean }) {
  const top = useRef<HTMLElement>(null);
  useEffect(() => top.current?.scrollIntoView({ block: "start", behavior: "smooth" }), [answer]);
  const groups = [
    ["plans", t("zone.impactPlans"), answer.plans, answer.counts.plans],
    ["routes", t("zone.impactRoutes"), answer.routes, answer.counts.routes],
    ["sites", t("zone.impactSites"), answer.sites, answer.counts.sites],
  ] as const;
  const nothing = groups.every(([, , , count]) => count === 0);
  return (
    <section ref={top} class={`answer${stale ? " stale" : ""}`} aria-live="polite" data-testid="impact">
      <h3>{t("zone.impactTitle")}</h3>
      {stale && <p class="warn-text">{t("zone.impactStale")}</p>}
      {nothing && <p class="quiet">{t("zone.impactNone")}</p>}
      {!nothing && (
        <ul class="counts">
          {groups.map(([key, name, , count]) => (
            <li key={key} data-testid={`impact-${key}`}><strong class="tabular">{count}</strong><span>{name}</span></li>
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

const TONE: Record<Outcome, string> = { approved: "good", refused: "bad", awaiting: "warn", not_required: "calm" };

export function HitRow({ hit }: { hit: Touched }) {
  const id = hit.plan_id ? shortId(hit.plan_id) : hit.route_id ?? hit.site_id ?? "";
  return (
    <li class="hit" tabIndex={0} data-testid="hit" {...lightsUp(hit.finding ?? {})}>
      <span class="row-top"><strong>{hit.name || orgName(hit.operator) || id}</strong> <span class="row-id">{id}</span></span>
      <span class="row-line">
        <Chip tone={TONE[hit.state_now]}>{outcomeWord(hit.state_now)}</Chip> → <Chip tone={TONE[hit.outcome_then]}>{outcomeWord(hit.outcome_then)}</Chip>
      </span>
      {hit.finding && <span class="row-line quiet small">{said(hit.finding.message)}</span>}
    </li>
  );
}
