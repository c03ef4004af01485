// The 1000 / 10 / 1000 board: what counts, by the documents' own verbs, by district, and why the rest does not.
import type { FeatureCollection } from "geojson";
import { get } from "../../api/client";
import { useResource } from "../../api/resource";
import type { Progress, ReasonView, TargetProgress } from "../../api/types";
import { DemoTag, Loading, ProblemBox } from "../../components/basics";
import { said, t } from "../../i18n";
import { useSource } from "../../map/map";
import { instant, whole } from "../../words";
import { districtKey, useDrill } from "./drill";
import { Opens } from "./Opens";
import { countsToward } from "./progress";
import { Numbers } from "./Units";

export function Board() {
  const progress = useResource((signal) => get<Progress>("/progress", {}, signal), [], countsToward);
  const sites = useResource((signal) => get<FeatureCollection>("/sites.geojson", {}, signal), [], (event) => event.service === "sites");
  const routes = useResource((signal) => get<FeatureCollection>("/routes.geojson", {}, signal), [], (event) => event.type.startsWith("Route"));
  useSource("sites", sites.value);
  useSource("routes", routes.value);
  const open = useDrill();
  const setWhy = (of: "sites" | "routes"): void => open({ what: "list", of, within: {} });
  const found = progress.value;
  return (
    <section data-testid="board">
      <ProblemBox problem={progress.problem} onRetry={progress.reload} />
      {!found && progress.loading && <Loading />}
      {found && (
        <>
          <p class="board-note"><DemoTag demo={found.demo_sites + found.demo_routes > 0} /><span class="quiet small">{t("planner.asOf", { time: instant(found.as_of) })}</span></p>
          {found.targets.filter((one) => one.target.headline).map((one) => (
            <Headline
              key={one.target.target_id} progress={one} onWhy={() => setWhy(one.target.route_class ? "routes" : "sites")}
            />
          ))}
          <Reasons title={t("planner.sitesNotCounted")} rows={found.sites_not_laid_out} onOpen={() => setWhy("sites")} />
          <Reasons title={t("planner.routesNotCounted")} rows={found.routes_not_counted} onOpen={() => setWhy("routes")} />
          <h3>{t("planner.byDistrict")}</h3>
          <Districts progress={found} />
          <OtherTargets targets={found.targets.filter((one) => !one.target.headline)} />
        </>
      )}
    </section>
  );
}

function Headline({ progress, onWhy }: { progress: TargetProgress; onWhy: () => void }) {
  const { target, in_use: inUse, laid_out: laidOut } = progress;
  const count = progress.count ?? 0;
  const missing = target.number - count;
  return (
    <article class="target" data-testid={`target-${target.target_id}`}>
      <header>
        <h3>{said(target.name)}</h3>
        {target.past_period && <span class="chip warn">{t("planner.pastPeriod")}</span>}
      </header>
      <p class="target-number">
        <strong class="tabular" data-testid="target-count">{whole(count)}</strong>
        <span>{t("planner.goal", { number: whole(target.number) })} · {said(target.verb)}</span>
      </p>
      <Bar number={target.number} count={count} inUse={inUse} />
      <p class="target-foot small">
        {laidOut !== null && (
          <span>
            {t("planner.laidOut")} <Opens value={laidOut} testId="laid-out" to={{ what: "list", of: "sites", measure: "sites_laid_out", within: {} }} /> ·{" "}
            {t("planner.inUse")} <Opens value={inUse ?? 0} testId="in-use" to={{ what: "list", of: "sites", measure: "sites_in_use", within: {} }} />
          </span>
        )}
        {laidOut === null && target.route_class && count > 0 && (
          <span>{t("planner.open")} <Opens value={count} to={{ what: "list", of: "routes", measure: `${target.route_class}_routes`, within: {} }} />{" · "}{missing > 0 ? t("planner.remaining", { count: whole(missing) }) : t("planner.reached")}</span>
        )}
        {laidOut === null && !(target.route_class && count > 0) && <span>{missing > 0 ? t("planner.remaining", { count: whole(missing) }) : t("planner.reached")}</span>}
        <button type="button" class="quiet-button" data-testid="why" onClick={onWhy}>{t("planner.why")}</button>
      </p>
      <p class="quiet small">
        {target.period && <>{t("planner.period", { period: said(target.period) })} · </>}{said(target.owner)}
        <br />{t("planner.source")} {said(target.source)}
      </p>
    </article>
  );
}

/** How far: the pale bar is what is laid out, the dark one what is in use (or what counts, for routes). */
function Bar({ number, count, inUse }: { number: number; count: number; inUse: number | null }) {
  const width = (value: number): string => `${Math.min(100, (value / number) * 100)}%`;
  return (
    <div class="bar" role="img" aria-label={`${count} / ${number}`}>
      {inUse !== null && <i class="pale" style={{ width: width(count) }} />}
      <i style={{ width: width(inUse ?? count) }} />
    </div>
  );
}

/** Why something does not count, how many for each reason; a click opens the list behind it. */
function Reasons({ title, rows, onOpen }: { title: string; rows: readonly { reason: ReasonView; number: number }[]; onOpen: () => void }) {
  if (rows.length === 0) return null;
  return (
    <details class="fold">
      <summary>{title} <span class="count">{rows.reduce((sum, row) => sum + row.number, 0)}</span></summary>
      <ul class="reasons">
        {rows.map(({ reason, number }) => <li key={reason.code}><span>{said(reason)}</span><b class="tabular">{number}</b></li>)}
      </ul>
      <button type="button" class="quiet-button" onClick={onOpen}>{t("common.details")}</button>
    </details>
  );
}

function Districts({ progress }: { progress: Progress }) {
  return (
    <div class="table-wrap">
      <table data-testid="district-table">
        <thead>
          <tr>
            <th scope="col">{t("common.district")}</th>
            <th scope="col" class="number">{t("planner.laidOut")}</th>
            <th scope="col" class="number">{t("planner.inUse")}</th>
            <th scope="col" class="number">{t("planner.commercial")}</th>
            <th scope="col" class="number">{t("planner.governance")}</th>
          </tr>
        </thead>
        <tbody>
          {progress.districts.map((row) => (
            <tr key={row.adcode}>
              <th scope="row">{said(row.name)}</th>
              <Numbers tally={row.tally} within={{ district: districtKey(row.adcode) }} name={said(row.name)} />
            </tr>
          ))}
        </tbody>
        <tfoot>
          <tr>
            <th scope="row">{t("common.total")}</th>
            <Numbers tally={progress.total} within={{}} name={t("common.total")} />
          </tr>
        </tfoot>
      </table>
    </div>
  );
}

function OtherTargets({ targets }: { targets: readonly TargetProgress[] }) {
  if (targets.length === 0) return null;
  return (
    <details class="fold">
      <summary>{t("planner.otherTargets")}</summary>
      <ul class="rows">
        {targets.map(({ target, count, shares }) => (
          <li key={target.target_id} class="hit">
            <span class="row-top">
              <strong>{said(target.name)}</strong>
              {target.past_period && <span class="chip warn">{t("planner.pastPeriod")}</span>}
            </span>
            <span class="row-line">
              {count === null ? t("planner.uncounted") : <Opens value={count} to={{ what: "list", of: "sites", measure: "sites_in_use", within: { kind: target.kinds[0] } }} />}{" "}
              <span class="quiet">{t("planner.goal", { number: whole(target.number) })} · {said(target.verb)}</span>
            </span>
            <span class="row-line quiet">
              {target.period && <>{t("planner.period", { period: said(target.period) })} · </>}{said(target.owner)} · {said(target.source)}
            </span>
            {shares.length > 0 && <span class="row-line quiet">{shares.map((one) => `${said(one.name)} ${one.count}/${one.number}`).join(" · ")}</span>}
          </li>
        ))}
      </ul>
    </details>
  );
}
