// Pairs of plans in each other's way, on the map and in a list.
import { useMemo } from "preact/hooks";
import { get } from "../../api/client";
import { useResource } from "../../api/resource";
import type { Altitude, Finding, Page } from "../../api/types";
import { Loading, ProblemBox } from "../../components/basics";
import { collection, pointFeature } from "../../geo";
import { said, t } from "../../i18n";
import { goTo, lightsUp } from "../../map/highlight";
import { useSource } from "../../map/map";
import { heightBand, shortId, validity } from "../../words";

export interface Conflict {
  plan_id: string;
  operator?: string;
  against_id?: string | null;
  against_operator?: string | null;
  finding: Finding;
  place?: number[];
  lower?: Altitude | null;
  upper?: Altitude | null;
}

const SHOWN = 40;

export function Conflicts({ since, onOpen }: { since: string | undefined; onOpen: (planId: string) => void }) {
  const conflicts = useResource(
    (signal) => get<Page<Conflict>>("/conflicts", { since, limit: 200 }, signal),
    [since],
    (event) => event.service === "airspace",
  );
  const items = conflicts.value?.items ?? [];
  const drawn = useMemo(
    () => collection(items.filter((one) => one.finding.place.length >= 2).map((one) => pointFeature(one.finding.place, { plan_id: one.plan_id }))),
    [conflicts.value],
  );
  useSource("conflicts", drawn);
  return (
    <section data-testid="conflicts">
      <h3>{t("regulator.conflicts")}{items.length > 0 && <span class="count">{items.length}</span>}</h3>
      <ProblemBox problem={conflicts.problem} onRetry={conflicts.reload} />
      {conflicts.loading && !conflicts.value && <Loading />}
      {conflicts.value && items.length === 0 && <p class="quiet">{t("regulator.conflictsEmpty")}</p>}
      <ul class="rows">
        {items.slice(0, SHOWN).map((one, i) => (
          <li key={i}>
            <button type="button" class="row" {...lightsUp(one.finding)} onClick={() => { goTo(one.finding); onOpen(one.plan_id); }}>
              <span class="row-top"><strong>{one.operator ?? shortId(one.plan_id)}</strong></span>
              <span class="row-line">{said(one.finding.message)}</span>
              <span class="row-line quiet tabular">
                {validity(one.finding.starts_at, one.finding.ends_at)} · {heightBand(one.finding.lower, one.finding.upper)}
              </span>
            </button>
          </li>
        ))}
      </ul>
    </section>
  );
}
