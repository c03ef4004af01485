// Whom the sites in use serve: the share of residents within a radius, by district.
import type { FeatureCollection } from "geojson";
import { useMemo, useState } from "preact/hooks";
import { get } from "../../api/client";
import { useResource } from "../../api/resource";
import { Loading, ProblemBox } from "../../components/basics";
import { Select } from "../../components/fields";
import { formatDistance } from "../../geo";
import { language, t } from "../../i18n";
import { COVERAGE_STEPS } from "../../map/colors";
import { useSource } from "../../map/map";
import { percent, whole } from "../../words";

interface CoverageAnswer extends FeatureCollection {
  city?: { population: number; served: number; share: number };
  radius_m?: number | null;
}

interface Row {
  adcode: string;
  name: string;
  population: number;
  served: number;
  share: number;
}

const RADII = ["1000", "2000", "3000", "5000", "8000"] as const;

export function Coverage() {
  const [radius, setRadius] = useState<string>("3000");
  const coverage = useResource(
    (signal) => get<CoverageAnswer>("/coverage", { radius_m: radius }, signal), [radius], (event) => event.service === "sites",
  );
  const sites = useResource(
    (signal) => get<FeatureCollection>("/sites.geojson", { state: "commissioned" }, signal), [], (event) => event.service === "sites",
  );
  useSource("coverage", coverage.value);
  useSource("sites", sites.value);
  const rows = useMemo(() => rowsOf(coverage.value), [coverage.value, language.value]);
  const population = rows.reduce((sum, row) => sum + row.population, 0);
  const served = rows.reduce((sum, row) => sum + row.served, 0);
  return (
    <section data-testid="coverage">
      <Select
        label={t("planner.radius")} value={radius} onChange={setRadius} testId="radius"
        options={RADII.map((value) => ({ value: value as string, text: formatDistance(Number(value)) }))}
      />
      <ProblemBox problem={coverage.problem} onRetry={coverage.reload} />
      {!coverage.value && coverage.loading && <Loading />}
      {coverage.value && (
        <>
          <p class="target-number">
            <strong class="tabular" data-testid="city-share">{percent(population ? served / population : 0)}</strong>
            <span>{t("planner.cityShare", { radius: formatDistance(Number(radius)) })}</span>
          </p>
          <div class="table-wrap">
            <table data-testid="coverage-table">
              <thead>
                <tr>
                  <th scope="col">{t("common.district")}</th>
                  <th scope="col" class="number">{t("planner.population")}</th>
                  <th scope="col" class="number">{t("planner.covered")}</th>
                  <th scope="col" class="number">{t("planner.share")}</th>
                </tr>
              </thead>
              <tbody>
                {rows.map((row) => (
                  <tr key={row.adcode}>
                    <th scope="row"><span class="swatch" style={{ background: colorOf(row.share) }} aria-hidden="true" />{row.name}</th>
                    <td class="number">{whole(row.population)}</td>
                    <td class="number">{whole(row.served)}</td>
                    <td class="number">{percent(row.share)}</td>
                  </tr>
                ))}
              </tbody>
            </table>
          </div>
          <p class="quiet small">{t("planner.censusNote")}</p>
        </>
      )}
    </section>
  );
}

function rowsOf(answer: CoverageAnswer | null): Row[] {
  const rows = (answer?.features ?? []).map(({ properties }): Row => ({
    adcode: String(properties?.["adcode"]),
    name: String((language.value === "en" ? properties?.["name_en"] : properties?.["name"]) ?? properties?.["name_zh"] ?? ""),
    population: Number(properties?.["population"] ?? 0),
    served: Number(properties?.["served"] ?? 0),
    share: Number(properties?.["share"] ?? 0),
  }));
  return rows.sort((a, b) => b.share - a.share);
}

const colorOf = (share: number): string => [...COVERAGE_STEPS].reverse().find(([from]) => share >= from)?.[1] ?? "#fff";
