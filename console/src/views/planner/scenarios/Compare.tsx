// Two scenarios side by side: what each adds and costs, whom each serves by district, where they differ on the map.
import type { FeatureCollection } from "geojson";
import { useMemo } from "preact/hooks";
import { get } from "../../../api/client";
import { useResource } from "../../../api/resource";
import type { ScenarioComparison } from "../../../api/types";
import { Loading, ProblemBox } from "../../../components/basics";
import { collection, pointFeature } from "../../../geo";
import { t } from "../../../i18n";
import { useSource } from "../../../map/map";
import { percent, whole } from "../../../words";
import { groupName } from "../words";
import { populationOf, shareOf } from "./Outcome";

type Side = ScenarioComparison["a"];

export function Compare({ a, b, onBack }: { a: string; b: string; onBack: () => void }) {
  const found = useResource((signal) => get<ScenarioComparison>("/scenarios/compare", { a, b }, signal), [a, b]);
  const both = found.value;
  const drawn = useMemo(() => both && drawnOf(both), [both]);
  useSource("scenario", drawn);
  return (
    <section class="detail" data-testid="comparison">
      <button type="button" class="back" onClick={onBack}>← {t("common.back")}</button>
      <h3>{t("scenario.compared")}</h3>
      <ProblemBox problem={found.problem} onRetry={found.reload} />
      {!both && found.loading && <Loading />}
      {both && (
        <>
          <div class="table-wrap">
            <table data-testid="compared-sides">
              <thead>
                <tr>
                  <th scope="col" />
                  <th scope="col" class="number wraps"><span class="side a">A</span> {both.a.name}</th>
                  <th scope="col" class="number wraps"><span class="side b">B</span> {both.b.name}</th>
                </tr>
              </thead>
              <tbody>
                {ROWS.map(([key, text]) => (
                  <tr key={key}><th scope="row">{t(key)}</th><td class="number">{text(both.a)}</td><td class="number">{text(both.b)}</td></tr>
                ))}
              </tbody>
            </table>
          </div>
          <h4>{t("scenario.byDistrict")}</h4>
          <Districts both={both} />
        </>
      )}
    </section>
  );
}

const money = (value: number | null): string => (value === null ? "–" : `¥ ${whole(value)}`);

const ROWS: readonly (readonly [Parameters<typeof t>[0], (side: Side) => string])[] = [
  ["scenario.newSites", (side) => whole(side.new_sites)],
  ["scenario.onlyHere", (side) => whole(side.only_here.length)],
  ["scenario.newlyServedShort", (side) => whole(side.newly_served)],
  ["planner.share", (side) => percent(side.share)],
  ["scenario.costShort", (side) => money(side.price.cost_cny)],
  ["scenario.perPersonShort", (side) => money(side.price.cost_per_person_cny)],
];

function Districts({ both }: { both: ScenarioComparison }) {
  const people = populationOf(both.districts);
  const sum = (key: "before" | "a" | "b"): number => both.districts.reduce((total, one) => total + one[key], 0);
  return (
    <div class="table-wrap">
      <table data-testid="compared-districts">
        <thead>
          <tr>
            <th scope="col">{t("common.district")}</th>
            <th scope="col" class="number">{t("scenario.before")}</th>
            <th scope="col" class="number">A</th>
            <th scope="col" class="number">B</th>
            <th scope="col" class="number">{t("scenario.difference")}</th>
          </tr>
        </thead>
        <tbody>
          {both.districts.map((one) => (
            <tr key={one.adcode}>
              <th scope="row">{groupName("district", one.adcode)}</th>
              {(["before", "a", "b"] as const).map((key) => <td key={key} class={`number${key !== "before" && one[key] > one[key === "a" ? "b" : "a"] ? " best" : ""}`}>{percent(shareOf(one[key], one.population))}</td>)}
              <td class="number">{signed(one.b - one.a)}</td>
            </tr>
          ))}
        </tbody>
        <tfoot>
          <tr>
            <th scope="row">{t("common.total")}</th>
            {(["before", "a", "b"] as const).map((key) => <td key={key} class="number">{percent(shareOf(sum(key), people))}</td>)}
            <td class="number">{signed(sum("b") - sum("a"))}</td>
          </tr>
        </tfoot>
      </table>
    </div>
  );
}

const signed = (value: number): string => (Math.round(value) === 0 ? "·" : `${value > 0 ? "+" : "−"}${whole(Math.abs(value))}`);

/** Where only one of the two has a site: the map shows A and B in colours of their own. */
const drawnOf = (both: ScenarioComparison): FeatureCollection =>
  collection((["a", "b"] as const).flatMap((side) => both[side].only_here.map(({ place }) => pointFeature([place.lng, place.lat], { side }))));
