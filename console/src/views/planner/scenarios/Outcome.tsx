// What a scenario came to: objective, bound and gap; people by district before and after; the new sites.
import type { ScenarioModel, ScenarioView } from "../../../api/types";
import { t } from "../../../i18n";
import { lightsUp } from "../../../map/highlight";
import { percent, whole } from "../../../words";
import { groupName } from "../words";

type Result = NonNullable<ScenarioView["result"]>;

export function Outcome({ result, price, model }: { result: Result; price: ScenarioView["price"]; model: ScenarioModel }) {
  const before = result.districts.reduce((sum, one) => sum + one.before, 0);
  const after = result.districts.reduce((sum, one) => sum + one.after, 0);
  return (
    <>
      <ul class="counts four">
        <li><strong data-testid="new-sites">{whole(result.sites.length)}</strong><span>{t("scenario.newSites")}</span></li>
        <li><strong data-testid="objective">{whole(result.objective)}</strong><span>{t(`objective.${model}`)}</span></li>
        <li><strong data-testid="bound">{whole(result.bound)}</strong><span>{t("scenario.bound")}</span></li>
        <li><strong data-testid="gap">{result.gap === null ? "–" : `${(result.gap * 100).toFixed(2)} %`}</strong><span>{t("scenario.gap")}</span></li>
      </ul>
      <p class="small">
        {t("scenario.newlyServed", { count: whole(after - before) })}
        {price.cost_cny !== null && <> · {t("scenario.cost", { cost: whole(price.cost_cny) })}</>}
        {price.cost_per_person_cny !== null && <> · {t("scenario.perPerson", { cost: price.cost_per_person_cny.toFixed(0) })}</>}
      </p>
      <div class="table-wrap">
        <table data-testid="scenario-districts">
          <thead>
            <tr>
              <th scope="col">{t("common.district")}</th>
              <th scope="col" class="number">{t("planner.population")}</th>
              <th scope="col" class="number">{t("scenario.before")}</th>
              <th scope="col" class="number">{t("scenario.after")}</th>
              <th scope="col" class="number">{t("scenario.gain")}</th>
            </tr>
          </thead>
          <tbody>
            {result.districts.map((one) => (
              <tr key={one.adcode}>
                <th scope="row">{groupName("district", one.adcode)}</th>
                <td class="number">{whole(one.population)}</td>
                <td class="number">{percent(shareOf(one.before, one.population))}</td>
                <td class="number">{percent(shareOf(one.after, one.population))}</td>
                <td class="number gain">{one.after > one.before ? `+${whole(one.after - one.before)}` : "·"}</td>
              </tr>
            ))}
          </tbody>
          <tfoot>
            <tr>
              <th scope="row">{t("common.total")}</th>
              <td class="number">{whole(populationOf(result.districts))}</td>
              <td class="number">{percent(shareOf(before, populationOf(result.districts)))}</td>
              <td class="number">{percent(shareOf(after, populationOf(result.districts)))}</td>
              <td class="number">+{whole(after - before)}</td>
            </tr>
          </tfoot>
        </table>
      </div>
      <NewSites result={result} />
    </>
  );
}

const MOST_LISTED = 200;

function NewSites({ result }: { result: Result }) {
  return (
    <details class="fold">
      <summary>{t("scenario.newSites")} <span class="count">{result.sites.length}</span></summary>
      <ul class="rows compact">
        {result.sites.slice(0, MOST_LISTED).map((site) => (
          <li key={site.number} class="hit" tabIndex={0} {...lightsUp({ place: [site.place.lng, site.place.lat] })}>
            <span class="row-line">
              <b class="tabular">{site.number}</b> {groupName("district", site.place.district)} <span class="quiet">{t("scenario.reaches", { people: whole(site.people), alone: whole(site.alone) })}</span>
              {site.place.site_id && <span class="row-id">{site.place.site_id}</span>}
            </span>
          </li>
        ))}
      </ul>
      {result.sites.length > MOST_LISTED && <p class="quiet small">{t("common.showing", { count: MOST_LISTED })}</p>}
    </details>
  );
}

export const shareOf = (part: number, whole_: number): number => (whole_ > 0 ? part / whole_ : 0);
export const populationOf = (rows: readonly { population: number }[]): number => rows.reduce((sum, one) => sum + one.population, 0);
