// Whom the sites in use serve: the share of residents within a radius or so many minutes, once or more, by district.
import type { FeatureCollection } from "geojson";
import { useMemo, useState } from "preact/hooks";
import { download, get } from "../../api/client";
import { useResource } from "../../api/resource";
import { type Coverage as CoverageAnswer, SITE_KINDS, type SiteKind } from "../../api/types";
import { Loading, ProblemBox } from "../../components/basics";
import { Select } from "../../components/fields";
import { formatDistance } from "../../geo";
import { said, t, word } from "../../i18n";
import { COVERAGE_STEPS } from "../../map/colors";
import { useSource } from "../../map/map";
import { city } from "../../state";
import { percent, whole } from "../../words";

const RADII = ["1000", "2000", "3000", "5000", "8000"] as const;
const MINUTES = ["3", "5", "8", "10"] as const;
const FOLDS = ["1", "2", "3"] as const;

/** A choice as the API asks for it: metres, `m5` for five minutes, nothing for each site's own radius. */
const standardOf = (chosen: string): Record<string, string> =>
  chosen === "" ? {} : chosen.startsWith("m") ? { minutes: chosen.slice(1) } : { radius_m: chosen };

const standardWord = (chosen: string): string =>
  chosen.startsWith("m") ? t("coverage.minutes", { minutes: chosen.slice(1) }) : formatDistance(Number(chosen));

export function Coverage() {
  const [radius, setRadius] = useState(""); // none chosen: each site serves within its own
  const [k, setK] = useState<(typeof FOLDS)[number]>("1");
  const [kind, setKind] = useState<SiteKind | "all">("all");
  const asked = { ...standardOf(radius), kind: kind === "all" ? undefined : kind };
  const coverage = useResource(
    (signal) => get<CoverageAnswer>("/coverage", { ...asked, k }, signal), [radius, k, kind], (event) => event.service === "sites",
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
      <div class="filters three">
        <Select label={t("planner.radius")} value={radius} onChange={setRadius} testId="radius"
          options={[{ value: "", text: t("planner.ownRadius") }, ...[...RADII, ...MINUTES.map((value) => `m${value}`)].map((value) => ({ value, text: standardWord(value) }))]} />
        <Select label={t("coverage.fold")} value={k} onChange={setK} testId="fold" options={FOLDS.map((value) => ({ value, text: t(`coverage.fold.${value}`) }))} />
        <Select label={t("zone.kind")} value={kind} onChange={setKind} testId="coverage-kind"
          options={[{ value: "all" as const, text: t("common.all") }, ...SITE_KINDS.map((value) => ({ value, text: word("siteKind", value) }))]} />
      </div>
      <ProblemBox problem={coverage.problem} onRetry={coverage.reload} />
      {!found && coverage.loading && <Loading />}
      {found && (
        <>
          <p class="target-number">
            <strong class="tabular" data-testid="city-share">{percent(found.properties.share)}</strong>
            <span>{radius ? t("planner.cityShare", { radius: standardWord(radius) }) : t("planner.cityShareOwn")}{k !== "1" && ` · ${t(`coverage.fold.${k}`)}`}</span>
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
          <button type="button" class="quiet-button flush" data-testid="coverage-csv" onClick={() => void download("/coverage.csv", asked)}>{t("coverage.csv")}</button>
          <p class="quiet small">{t("planner.sitesInUse")} {found.properties.sites} · {t("planner.censusNote", { census: city.value?.census ?? "" })}</p>
        </>
      )}
    </section>
  );
}

/** The map's districts with their share flat in the properties, as the layer's colour wants it. */
const drawnOf = (answer: CoverageAnswer): FeatureCollection => ({ type: "FeatureCollection", features: answer.features });

const colorOf = (share: number): string => [...COVERAGE_STEPS].reverse().find(([from]) => share >= from)?.[1] ?? "#fff";
