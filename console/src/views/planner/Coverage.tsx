// Whom the sites in use serve: the share of residents within a radius, by district.
import type { FeatureCollection } from "geojson";
import { useMemo, useState } from "preact/hooks";
import { get } from "../../api/client";
import { useResource } from "../../api/resource";
import type { Coverage as CoverageAnswer } from "../../api/types";
import { Loading, ProblemBox } from "../../components/basics";
import { Select } from "../../components/fields";
import { formatDistance } from "../../geo";
import { said, t } from "../../i18n";
import { COVERAGE_STEPS } from "../../map/colors";
import { useSource } from "../../map/map";
import { city } from "../../state";
import { percent, whole } from "../../words";

const RADII = ["1000", "2000", "3000", "5000", "8000"] as const;

export function Coverage() {
  const [radius, setRadius] = useState(""); // none chosen: each site serves within its own
  const coverage = useResource(
    (signal) => get<CoverageAnswer>("/coverage", { radius_m: radius }, signal), [radius], (event) => event.service === "sites",
  );
  const sites = useResource(
    (signal) => get<FeatureCollection>("/sites.geojson", { state: "commissioned" }, signal), [], (event) => event.service === "sites",
  );
  const found = coverage.value;
  const drawn = useMemo(() => found && drawnOf(found), [found]);
  useSource("coverage", drawn);
  useSource("sites", sites.value);
  const rows = (found?.features ?? []).map((feature) => feature.properties).sort((a, b) => b.share - a.share);
  return (
    <section data-testid="coverage">
      <Select
        label={t("planner.radius")} value={radius} onChange={setRadius} testId="radius"
        options={[{ value: "", text: t("planner.ownRadius") }, ...RADII.map((value) => ({ value: value as string, text: formatDistance(Number(value)) }))]}
      />
      <ProblemBox problem={coverage.problem} onRetry={coverage.reload} />
      {!found && coverage.loading && <Loading />}
      {found && (
        <>
          <p class="target-number">
            <strong class="tabular" data-testid="city-share">{percent(found.properties.share)}</strong>
            <span>{radius ? t("planner.cityShare", { radius: formatDistance(Number(radius)) }) : t("planner.cityShareOwn")}</span>
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
                    <th scope="row"><span class="swatch" style={{ background: colorOf(row.share) }} aria-hidden="true" />{said(row.name)}</th>
                    <td class="number">{whole(row.population)}</td>
                    <td class="number">{whole(row.served)}</td>
                    <td class="number">{percent(row.share)}</td>
                  </tr>
                ))}
              </tbody>
            </table>
          </div>
          <p class="quiet small">{t("planner.sitesInUse")} {found.properties.sites} · {t("planner.censusNote", { census: city.value?.census ?? "" })}</p>
        </>
      )}
    </section>
  );
}

/** The map's districts with their share flat in the properties, as the layer's colour wants it. */
const drawnOf = (answer: CoverageAnswer): FeatureCollection => ({ type: "FeatureCollection", features: answer.features });

const colorOf = (share: number): string => [...COVERAGE_STEPS].reverse().find(([from]) => share >= from)?.[1] ?? "#fff";
