// Who is how far: units and which of them lag, any other breakdown, and the nests that stand idle.
import { get } from "../../api/client";
import { useResource } from "../../api/resource";
import { type Group, GROUPS_BY, type GroupBy, type IdleSite, MEASURES, type Measure, SITE_KINDS, type SiteKind, type SitePart, type UnitProgress } from "../../api/types";
import { Chip, DemoTag, Empty, Loading, ProblemBox, Segments } from "../../components/basics";
import { Select } from "../../components/fields";
import { t, word } from "../../i18n";
import { monthsBack } from "../../months";
import { dayOf, shortDay } from "../../words";
import { districtKey, listOf, useDrill, useKept, type Within } from "./drill";
import { Dictionary } from "./Dictionary";
import { Opens } from "./Opens";
import { countsToward } from "./progress";
import { MonthSelect, presentMonth } from "./selects";
import { groupName } from "./words";

type Part = "units" | "groups" | "idle";

export function Units() {
  const [part, setPart] = useKept<Part>("units.part", "units");
  const [month, setMonth] = useKept("units.month", presentMonth());
  const asked = { month, onMonth: setMonth };
  return (
    <section data-testid="units">
      <Segments label={t("planner.units")} chosen={part} onChoose={setPart} testId="units"
        choices={(["units", "groups", "idle"] as const).map((value) => ({ value, text: t(`units.${value}`) }))} />
      {part === "units" && <ByUnit {...asked} />}
      {part === "groups" && <ByGroup {...asked} />}
      {part === "idle" && <Idle {...asked} />}
    </section>
  );
}

interface Asked {
  month: string;
  onMonth: (month: string) => void;
}

/** Units by what they have and what waits with them, those that lag first. */
function ByUnit({ month, onMonth }: Asked) {
  const units = useResource((signal) => get<UnitProgress[]>("/progress/units", { month }, signal), [month], countsToward);
  return (
    <>
      <div class="filters spaced"><MonthSelect value={month} onChange={onMonth} testId="units-month" /></div>
      <ProblemBox problem={units.problem} onRetry={units.reload} />
      {!units.value && units.loading && <Loading />}
      {units.value?.length === 0 && <Empty title={t("units.empty")} />}
      {units.value && units.value.length > 0 && (
        <>
          <div class="table-wrap">
            <table class="tight" data-testid="units-table">
              <thead>
                <tr>
                  <th scope="col">{t("planner.owner")}</th>
                  {MEASURES.map((measure) => <th key={measure} scope="col" class="number">{t(`measureShort.${measure}`)}</th>)}
                  <th scope="col" class="number">{t("units.threeMonths")}</th>
                  <th scope="col" class="number">{t("units.waitingSites")}</th>
                  <th scope="col" class="number">{t("units.unusedSites")}</th>
                  <th scope="col" class="number">{t("units.waitingRoutes")}</th>
                  <th scope="col" class="number">{t("units.lastGain")}</th>
                </tr>
              </thead>
              <tbody>{units.value.map((unit) => <UnitRow key={unit.unit} unit={unit} month={month} within={{ unit: unit.unit }} />)}</tbody>
              <tfoot><UnitRow unit={sumOf(units.value)} month={month} within={{}} /></tfoot>
            </table>
          </div>
          <p class="quiet small">{t("units.lagNote")}</p>
        </>
      )}
    </>
  );
}

/** The whole city as one unit. */
function sumOf(units: readonly UnitProgress[]): UnitProgress {
  const sum = (number: (unit: UnitProgress) => number): number => units.reduce((total, unit) => total + number(unit), 0);
  return {
    unit: t("common.total"), lags: false,
    tally: Object.fromEntries(MEASURES.map((measure) => [measure, sum((unit) => unit.tally[measure])])) as UnitProgress["tally"],
    entered_in_3_months: sum((unit) => unit.entered_in_3_months), left_in_3_months: sum((unit) => unit.left_in_3_months),
    waiting_sites: sum((unit) => unit.waiting_sites), unused_sites: sum((unit) => unit.unused_sites),
    waiting_routes: sum((unit) => unit.waiting_routes),
    last_gain_at: units.map((unit) => unit.last_gain_at ?? "").reduce((one, other) => (one > other ? one : other), "") || null,
  };
}

function UnitRow({ unit, month, within }: { unit: UnitProgress; month: string; within: Within }) {
  const sites = (part: SitePart) => ({ what: "list" as const, of: "sites" as const, month, part, within });
  const moved = (entered: boolean) => ({ what: "changes" as const, month, from: monthsBack(month, 3).at(-1) ?? month, entered, within });
  return (
    <tr class={unit.lags ? "lags" : ""}>
      <th scope="row">{groupName("unit", unit.unit)}{unit.lags && <> <Chip tone="warn">{t("units.lags")}</Chip></>}</th>
      <Numbers tally={unit.tally} month={month} within={within} name={groupName("unit", unit.unit)} />
      <td class="number">
        <Opens value={unit.entered_in_3_months} sign="+" to={moved(true)} testId="unit-entered" />{" "}
        {unit.left_in_3_months > 0 && <Opens value={unit.left_in_3_months} sign="−" to={moved(false)} />}
      </td>
      <td class="number"><Opens value={unit.waiting_sites} to={sites("waiting")} testId="unit-waiting" /></td>
      <td class="number"><Opens value={unit.unused_sites} to={sites("unused")} testId="unit-unused" /></td>
      <td class="number"><Opens value={unit.waiting_routes} to={{ what: "list", of: "routes", month, counts: false, within }} /></td>
      <td class="number">{unit.last_gain_at ? shortDay(unit.last_gain_at) : "–"}</td>
    </tr>
  );
}

/** The four numbers of the board, each of which opens. */
export function Numbers({ tally, month, within, name, measures = MEASURES }: {
  tally: Record<Measure, number>; month?: string | undefined; within: Within; name: string; measures?: readonly Measure[];
}) {
  return (
    <>
      {measures.map((measure) => (
        <td key={measure} class="number">
          <Opens value={tally[measure]} to={{ what: "list", of: listOf(measure), month, measure, within }} label={`${name} ${t(`measure.${measure}`)}`} />
        </td>
      ))}
    </>
  );
}

const MEASURES_OF: Record<GroupBy, readonly Measure[]> = {
  district: MEASURES, unit: MEASURES, kind: ["sites_laid_out", "sites_in_use"],
  scenario: ["commercial_routes", "governance_routes"], family: ["commercial_routes", "governance_routes"],
};

const sumsOf = (groups: readonly Group[], measures: readonly Measure[]): Record<Measure, number> =>
  Object.fromEntries(measures.map((measure) => [measure, groups.reduce((sum, group) => sum + group.tally[measure], 0)])) as Record<Measure, number>;

function ByGroup({ month, onMonth }: Asked) {
  const [by, setBy] = useKept<GroupBy>("units.by", "kind");
  const groups = useResource(
    (signal) => get<Group[]>("/progress/breakdown", { by, month }, signal).then((rows) => ({ by, rows })), [by, month], countsToward,
  );
  const found = groups.value; // while another breakdown loads, the former stays under its own names
  return (
    <>
      <div class="filters spaced">
        <MonthSelect value={month} onChange={onMonth} testId="units-month" />
        <Select label={t("units.by")} value={by} onChange={setBy} testId="units-by" options={GROUPS_BY.map((value) => ({ value, text: t(`units.by.${value}`) }))} />
      </div>
      <ProblemBox problem={groups.problem} onRetry={groups.reload} />
      {!found && groups.loading && <Loading />}
      {found?.rows.length === 0 && <Empty title={t("units.empty")} />}
      {found && found.rows.length > 0 && <Breakdown by={found.by} rows={found.rows} month={month} />}
      {(by === "scenario" || by === "family") && <Dictionary />}
    </>
  );
}

function Breakdown({ by, rows, month }: { by: GroupBy; rows: readonly Group[]; month: string }) {
  const measures = MEASURES_OF[by];
  return (
    <div class="table-wrap">
      <table data-testid="groups-table">
        <thead>
          <tr>
            <th scope="col">{t(`units.by.${by}`)}</th>
            {measures.map((measure) => <th key={measure} scope="col" class="number">{t(`measure.${measure}`)}</th>)}
          </tr>
        </thead>
        <tbody>
          {rows.map((group) => (
            <tr key={group.key}>
              <th scope="row">{groupName(by, group.key)}</th>
              <Numbers tally={group.tally} month={month} measures={measures} name={groupName(by, group.key)}
                within={{ [by]: by === "district" ? districtKey(group.key) : group.key }} />
            </tr>
          ))}
        </tbody>
        <tfoot>
          <tr>
            <th scope="row">{t("common.total")}</th>
            <Numbers tally={sumsOf(rows, measures)} month={month} measures={measures} within={{}} name={t("common.total")} />
          </tr>
        </tfoot>
      </table>
    </div>
  );
}

/** Sites in use all through a month that no flight left. */
function Idle({ month, onMonth }: Asked) {
  const [kind, setKind] = useKept<SiteKind>("units.kind", "nest");
  const open = useDrill();
  const idle = useResource((signal) => get<IdleSite[]>("/progress/idle", { month, kind }, signal), [month, kind], countsToward);
  return (
    <>
      <div class="filters spaced">
        <MonthSelect value={month} onChange={onMonth} testId="units-month" />
        <Select label={t("zone.kind")} value={kind} onChange={setKind} options={SITE_KINDS.map((value) => ({ value, text: word("siteKind", value) }))} />
      </div>
      <ProblemBox problem={idle.problem} onRetry={idle.reload} />
      {!idle.value && idle.loading && <Loading />}
      {idle.value && (
        <>
          <p class="target-number"><strong class="tabular" data-testid="idle-count">{idle.value.length}</strong><span>{t("units.idleNote", { kind: word("siteKind", kind) })}</span></p>
          {idle.value.length === 0 && <Empty title={t("units.idleNone")} />}
          <ul class="rows">
            {idle.value.map((site) => (
              <li key={site.site_id}>
                <button type="button" class="row" data-testid="idle-row" onClick={() => open({ what: "life", subject: "site", id: site.site_id })}>
                  <span class="row-top"><strong>{site.name}</strong><DemoTag demo={site.demo} /></span>
                  <span class="row-line quiet">
                    {[groupName("district", site.district), site.unit, t("units.inUseSince", { day: dayOf(site.in_use_since) })].filter(Boolean).join(" · ")}
                    <span class="row-id">{site.site_id}</span>
                  </span>
                </button>
              </li>
            ))}
          </ul>
        </>
      )}
    </>
  );
}
