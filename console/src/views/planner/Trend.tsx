// How a count came about month by month, and how it may go on.
import { get } from "../../api/client";
import { useResource } from "../../api/resource";
import type { BurnUp, Measure, MonthProgress, Progress, ProgressHistory, TargetProgress } from "../../api/types";
import { Loading, ProblemBox } from "../../components/basics";
import { Select } from "../../components/fields";
import { monthOf, monthsBack } from "../../months";
import { said, t } from "../../i18n";
import { timezone } from "../../state";
import { whole } from "../../words";
import { BurnUpChart } from "./BurnUpChart";
import { queryOf, useKept, type Within } from "./drill";
import { Opens } from "./Opens";
import { countsToward } from "./progress";
import { DistrictSelect, UnitSelect } from "./selects";

const SPANS = ["12", "24", "36"] as const;

export function Trend() {
  const [targetId, setTargetId] = useKept("trend.target", "sites");
  const [unit, setUnit] = useKept("trend.unit", "*");
  const [district, setDistrict] = useKept("trend.district", "*");
  const [span, setSpan] = useKept<(typeof SPANS)[number]>("trend.span", "12");
  const board = useResource((signal) => get<Progress>("/progress", {}, signal), [], countsToward);
  const targets = (board.value?.targets ?? []).filter((one) => one.count !== null);
  const target = targets.find((one) => one.target.target_id === targetId);
  const kind = target?.target.kinds.length === 1 ? target.target.kinds[0] : undefined;
  const within: Within = { unit: unit === "*" ? undefined : unit, district: district === "*" ? undefined : district, kind };
  const from = monthsBack(monthOf(new Date(), timezone.value), Number(span)).at(-1);
  const asked = { ...queryOf(within), from };
  const key = [JSON.stringify(asked), targetId];
  const burn = useResource((signal) => get<BurnUp>("/progress/burnup", { ...asked, kind: undefined, target_id: targetId }, signal), key, countsToward);
  const found = burn.value?.target_id === targetId ? burn.value : null;
  const months = useResource((signal) => get<ProgressHistory>("/progress/history", asked, signal), key, countsToward);
  return (
    <section data-testid="trend">
      <div class="filters">
        <Select label={t("trend.target")} value={targetId} onChange={setTargetId} testId="trend-target" options={targets.map(({ target: { target_id: value, name, number } }) => ({ value, text: `${said(name)} ${whole(number)}` }))} />
        <Select label={t("trend.span")} value={span} onChange={setSpan} testId="trend-span" options={SPANS.map((value) => ({ value, text: t("trend.months", { count: value }) }))} />
        <DistrictSelect value={district} onChange={setDistrict} />
        <UnitSelect value={unit} onChange={setUnit} />
      </div>
      <ProblemBox problem={board.problem ?? burn.problem ?? months.problem} onRetry={() => { board.reload(); burn.reload(); months.reload(); }} />
      {!(found && target) && !burn.problem && !board.problem && <Loading />}
      {found && target && (
        <div class={burn.loading ? "stale" : ""}>
          <Heading burn={found} target={target} />
          <BurnUpChart burn={found} ahead={Number(span)} name={said(target.target.name)} />
          <Outlook burn={found} />
        </div>
      )}
      {months.value && target && <Months rows={months.value.months} measures={measuresOf(target)} within={within} />}
    </section>
  );
}

const measuresOf = ({ target }: TargetProgress): readonly Measure[] =>
  target.route_class ? [`${target.route_class}_routes`] : target.count_by === "in_use" ? ["sites_in_use"] : ["sites_laid_out", "sites_in_use"];

function Heading({ burn, target: { target } }: { burn: BurnUp; target: TargetProgress }) {
  return (
    <p class="target-number">
      <strong class="tabular" data-testid="trend-count">{whole(burn.points.at(-1)?.count ?? 0)}</strong>
      <span>{t("planner.goal", { number: whole(target.number) })} · {said(target.verb)}</span>
      {target.past_period && <span class="chip warn">{t("planner.pastPeriod")}</span>}
    </p>
  );
}

/** When the number may be reached, and how sure that is. */
function Outlook({ burn }: { burn: BurnUp }) {
  if (burn.bands.length === 0) return <p class="note quiet small" data-testid="outlook">{t("trend.tooFew")}</p>;
  const reached = (burn.points.at(-1)?.count ?? 0) >= burn.number;
  const month = (value: string | null): string => value ?? t("trend.notWithin");
  return (
    <>
      {reached && <p class="note small" data-testid="outlook">{t("planner.reached")}</p>}
      {!reached && (
        <ul class="counts three" data-testid="outlook">
          <li><strong>{month(burn.reached_early)}</strong><span>{t("trend.early")}</span></li>
          <li><strong>{month(burn.reached_mid)}</strong><span>{t("trend.midReached")}</span></li>
          <li><strong>{month(burn.reached_late)}</strong><span>{t("trend.late")}</span></li>
        </ul>
      )}
      <p class="quiet small">{t("trend.method")}</p>
    </>
  );
}

/** The months, the latest first: what stood at the end, what entered, what left; each number opens. */
function Months({ rows, measures, within }: { rows: readonly MonthProgress[]; measures: readonly Measure[]; within: Within }) {
  return (
    <>
      <h3>{t("trend.byMonth")}</h3>
      <div class="table-wrap">
        <table data-testid="months-table">
          <thead>
            <tr>
              <th scope="col">{t("trend.month")}</th>
              {measures.map((measure) => [
                <th key={measure} scope="col" class="number">{t(`measure.${measure}`)}</th>,
                <th key={`${measure}+`} scope="col" class="number">{t("changes.entered")}</th>,
                <th key={`${measure}-`} scope="col" class="number">{t("changes.left")}</th>,
              ])}
            </tr>
          </thead>
          <tbody>
            {[...rows].reverse().map((row) => (
              <tr key={row.month}>
                <th scope="row">{row.month}{!row.complete && <span class="quiet small"> {t("trend.running")}</span>}</th>
                {measures.map((measure) => <Cells key={measure} row={row} measure={measure} within={within} />)}
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </>
  );
}

function Cells({ row, measure, within }: { row: MonthProgress; measure: Measure; within: Within }) {
  const { month } = row;
  const list = { what: "list" as const, of: measure.startsWith("sites") ? "sites" as const : "routes" as const, month, measure, within };
  const moved = (entered: boolean) => ({ what: "changes" as const, month, measure, entered, within });
  return (
    <>
      <td class="number"><Opens value={row.total[measure]} to={list} label={`${month} ${t(`measure.${measure}`)}`} /></td>
      <td class="number gain"><Opens value={row.entered[measure]} sign="+" to={moved(true)} label={`${month} ${t("changes.entered")}`} /></td>
      <td class="number loss"><Opens value={row.left[measure]} sign="−" to={moved(false)} label={`${month} ${t("changes.left")}`} /></td>
    </>
  );
}
