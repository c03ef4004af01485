// Why a number moved: everything that entered or left the counts in a month, with the events behind it.
import { useState } from "preact/hooks";
import { get } from "../../api/client";
import { usePages } from "../../api/resource";
import { type Change, MEASURES, type Measure, type Page } from "../../api/types";
import { Chip, Empty, Loading, More, ProblemBox, Segments } from "../../components/basics";
import { Select } from "../../components/fields";
import { t } from "../../i18n";
import { dayOf } from "../../words";
import { type Drill, queryOf, useDrill } from "./drill";
import { Events } from "./Events";
import { reasons } from "./Listed";
import { countsToward } from "./progress";
import { groupName, withinWords } from "./words";

type Wanted = Extract<Drill, { what: "changes" }>;
type Way = "all" | "entered" | "left";

export function Changes({ wanted, onBack }: { wanted: Wanted; onBack: () => void }) {
  const [measure, setMeasure] = useState<Measure | "all">(wanted.measure ?? "all");
  const [way, setWay] = useState<Way>(wanted.entered === undefined ? "all" : wanted.entered ? "entered" : "left");
  const list = usePages(
    (cursor, signal) => get<Page<Change>>("/progress/changes", {
      ...queryOf(wanted.within), month: wanted.month, from: wanted.from, limit: 100, cursor,
      measure: measure === "all" ? undefined : measure, entered: way === "all" ? undefined : String(way === "entered"),
    }, signal),
    [JSON.stringify(wanted), measure, way],
    countsToward,
  );
  return (
    <section class="detail" data-testid="changes">
      <button type="button" class="back" onClick={onBack}>← {t("common.back")}</button>
      <div>
        <h3>{t("changes.title", { month: wanted.from ? `${wanted.from} – ${wanted.month}` : wanted.month })}</h3>
        <p class="quiet small">{withinWords(wanted.within).join(" · ") || t("units.wholeCity")}</p>
      </div>
      <div class="filters">
        <Select label={t("changes.measure")} value={measure} onChange={setMeasure} testId="change-measure"
          options={[{ value: "all" as const, text: t("common.all") }, ...MEASURES.map((value) => ({ value, text: t(`measure.${value}`) }))]} />
        <Segments label={t("changes.way")} chosen={way} onChoose={setWay} testId="change-way"
          choices={(["all", "entered", "left"] as const).map((value) => ({ value, text: t(`changes.${value}`) }))} />
      </div>
      <ProblemBox problem={list.problem} onRetry={list.reload} />
      {list.loading && list.items.length === 0 && <Loading />}
      {!list.loading && !list.problem && list.items.length === 0 && <Empty title={t("changes.empty")} hint={t("changes.emptyHint")} />}
      <Why rows={list.items} />
      <ul class="rows">
        {list.items.map((change) => <Row key={`${change.subject_id}${change.measure}${change.at}`} change={change} />)}
      </ul>
      <More more={list.more} count={list.items.length} />
    </section>
  );
}

/** What made the shown ones leave, the most frequent first: one zone may have taken thirty. */
function Why({ rows }: { rows: readonly Change[] }) {
  const numbers = new Map<string, number>();
  for (const change of rows.filter((one) => !one.entered)) {
    const why = reasons(change.reasons) || t("changes.otherGroup");
    numbers.set(why, (numbers.get(why) ?? 0) + 1);
  }
  if (numbers.size === 0) return null;
  return (
    <div class="note">
      <h4>{t("changes.whyLeft")}</h4>
      <ul class="reasons">
        {[...numbers].sort((a, b) => b[1] - a[1]).slice(0, 6).map(([why, number]) => <li key={why}><span>{why}</span><b class="tabular">{number}</b></li>)}
      </ul>
    </div>
  );
}

function Row({ change }: { change: Change }) {
  const open = useDrill();
  return (
    <li class="change">
      <button type="button" class="row" data-testid="change-row" onClick={() => open({ what: "life", subject: change.subject, id: change.subject_id })}>
        <span class="row-top">
          <Chip tone={change.entered ? "good" : "warn"}>{change.entered ? "+" : "−"} {t(`measure.${change.measure}`)}</Chip>
          <strong>{change.name}</strong>
        </span>
        <span class="row-line quiet">
          {[dayOf(change.at), groupName("district", change.district), change.unit].filter(Boolean).join(" · ")}
          <span class="row-id">{change.subject_id}</span>
        </span>
        {change.reasons.length > 0 && <span class="row-line warn-text">{reasons(change.reasons)}</span>}
      </button>
      <Events events={change.because} />
    </li>
  );
}
