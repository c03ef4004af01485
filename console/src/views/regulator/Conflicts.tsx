// Pairs of plans in each other's way, on the map and in a list.
import { useMemo } from "preact/hooks";
import { get } from "../../api/client";
import { useResource } from "../../api/resource";
import type { Conflict, Page } from "../../api/types";
import { Loading, ProblemBox } from "../../components/basics";
import { collection, pointFeature } from "../../geo";
import { said, t } from "../../i18n";
import { lightsUp } from "../../map/highlight";
import { useSource } from "../../map/map";
import { heightBand, orgName, period } from "../../words";

const SHOWN = 40;

export function Conflicts({ onOpen }: { onOpen: (planId: string) => void }) {
  const conflicts = useResource(
    (signal) => get<Page<Conflict>>("/conflicts", { limit: 200 }, signal),
    [],
    (event) => event.type === "ConflictEnded" || (event.type === "PlanAssessed" && event.event["conflict"] !== null),
  );
  const items = conflicts.value?.items ?? [];
  const drawn = useMemo(
    () => collection(items.map((one) => pointFeature(one.place, { plan_id: one.plan_id }))),
    [conflicts.value],
  );
  useSource("conflicts", drawn);
  return (
    <section data-testid="conflicts">
      <h3>{t("regulator.conflicts")}{items.length > 0 && <span class="count">{items.length}{conflicts.value?.next ? "+" : ""}</span>}</h3>
      <ProblemBox problem={conflicts.problem} onRetry={conflicts.reload} />
      {conflicts.loading && !conflicts.value && <Loading />}
      {conflicts.value && items.length === 0 && <p class="quiet">{t("regulator.conflictsEmpty")}</p>}
      <ul class="rows">
        {items.slice(0, SHOWN).map((one, i) => (
          <li key={i}>
            <button type="button" class="row" title={said(one.finding.message)} {...lightsUp({ place: one.place })} onClick={() => onOpen(one.plan_id)}>
              <span class="row-top">
                <strong>{orgName(one.operator)}</strong>
                <span class="quiet">⟷</span>
                <strong>{one.against_operator ? orgName(one.against_operator) : one.finding.name || t("against.plan")}</strong>
              </span>
              <span class="row-line quiet tabular">
                {period(one.starts_at, one.ends_at)} · {heightBand(one.lower, one.upper)}
              </span>
            </button>
          </li>
        ))}
      </ul>
      {items.length > SHOWN && <p class="quiet small">{t("common.showing", { count: SHOWN })}</p>}
    </section>
  );
}
