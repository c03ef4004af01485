// Reports of any month, half-year or year, for the city or one unit: a look at the numbers, and the files.
import { useState } from "preact/hooks";
import { download, get } from "../../api/client";
import { type ApiProblem, asProblem } from "../../api/errors";
import { useResource } from "../../api/resource";
import { DemoTag, Loading, ProblemBox, Segments } from "../../components/basics";
import { Input, Select } from "../../components/fields";
import { t } from "../../i18n";
import { timezone } from "../../state";
import { toInstant } from "../../time";
import { zoneName } from "../../words";
import { useKept } from "./drill";
import { MonthSelect, presentMonth, UnitSelect } from "./selects";

type Kind = "monthly" | "half-year" | "yearly";
const KINDS: readonly Kind[] = ["monthly", "half-year", "yearly"];
const FORMATS = ["docx", "xlsx", "csv", "json"] as const;
type Format = (typeof FORMATS)[number];
type Cell = string | number | null;

/** The part of a report's JSON that the page shows. */
interface Preview {
  title: string;
  demo: boolean;
  complete: boolean;
  notes: readonly string[];
  tables: Record<string, readonly Record<string, Cell>[]>;
}

export function Reports() {
  const [kind, setKind] = useKept<Kind>("reports.kind", "monthly");
  const [month, setMonth] = useKept("reports.month", presentMonth());
  const [year, setYear] = useKept("reports.year", presentMonth().slice(0, 4));
  const [half, setHalf] = useKept<"1" | "2">("reports.half", Number(presentMonth().slice(5)) > 6 ? "2" : "1");
  const [unit, setUnit] = useKept("reports.unit", "*");
  const [knownAt, setKnownAt] = useKept("reports.knownAt", "");
  const query: Record<string, string | undefined> = {
    unit: unit === "*" ? undefined : unit,
    known_at: toInstant(knownAt, timezone.value) ?? undefined,
    ...(kind === "monthly" ? { month } : kind === "half-year" ? { year, half } : { year }),
  };
  const years = Array.from({ length: 4 }, (_, i) => String(Number(presentMonth().slice(0, 4)) - i));
  return (
    <section data-testid="reports">
      <Segments label={t("reports.kind")} chosen={kind} onChoose={setKind} testId="report"
        choices={KINDS.map((value) => ({ value, text: t(`reports.${value}`) }))} />
      <div class="filters spaced">
        {kind === "monthly" && <MonthSelect value={month} onChange={setMonth} testId="report-month" />}
        {kind !== "monthly" && <Select label={t("reports.year")} value={year} onChange={setYear} testId="report-year" options={years.map((value) => ({ value, text: value }))} />}
        {kind === "half-year" && <Select label={t("reports.half")} value={half} onChange={setHalf} options={(["1", "2"] as const).map((value) => ({ value, text: t(`reports.half.${value}`) }))} />}
        <UnitSelect value={unit} onChange={setUnit} testId="report-unit" />
        <Input label={t("reports.knownAt", { clock: zoneName() })} type="datetime-local" value={knownAt} onInput={setKnownAt} hint={t("reports.knownAtHint")} testId="report-known-at" />
      </div>
      <Files path={`/reports/${kind}`} query={query} />
      <Look path={`/reports/${kind}`} query={query} />
    </section>
  );
}

interface Asked {
  path: string;
  query: Record<string, string | undefined>;
}

function Files({ path, query }: Asked) {
  const [writing, setWriting] = useState<Format | null>(null);
  const [problem, setProblem] = useState<ApiProblem | null>(null);
  const save = (format: Format): void => {
    setWriting(format);
    setProblem(null);
    download(path, { ...query, format })
      .catch((error: unknown) => setProblem(asProblem(error)))
      .finally(() => setWriting(null));
  };
  return (
    <>
      <div class="files" role="group" aria-label={t("reports.download")}>
        {FORMATS.map((format, i) => (
          <button key={format} type="button" class={i === 0 ? "primary" : "secondary"} disabled={writing !== null} data-testid={`report-${format}`} onClick={() => save(format)}>
            {format.toUpperCase()}
          </button>
        ))}
      </div>
      <p class="quiet small" role="status">{writing ? t("reports.writing", { format: writing.toUpperCase() }) : t("reports.note")}</p>
      <ProblemBox problem={problem} />
    </>
  );
}

/** What the report says, from its JSON. */
function Look({ path, query }: Asked) {
  const preview = useResource((signal) => get<Preview>(path, { ...query, format: "json" }, signal), [path, JSON.stringify(query)]);
  const found = preview.value;
  return (
    <div class={`look${preview.loading && found ? " stale" : ""}`} data-testid="report-look">
      <ProblemBox problem={preview.problem} onRetry={preview.reload} />
      {!found && preview.loading && <Loading />}
      {found && !preview.problem && (
        <>
          <header class="detail-head"><h3>{found.title}</h3><DemoTag demo={found.demo} /></header>
          <ul class="notes quiet small">{found.notes.map((note) => <li key={note}>{note}</li>)}</ul>
          {SHOWN.map(([name, columns]) => <Table key={name} name={name} columns={columns} rows={found.tables[name] ?? []} />)}
          <p class="quiet small">{t("reports.more", { count: Object.keys(found.tables).length - SHOWN.length })}</p>
        </>
      )}
    </div>
  );
}

/** The tables of the report that the page shows, with their columns; the files have all. */
const SHOWN: readonly (readonly [string, readonly string[]])[] = [
  ["目标进展", ["目标", "文件用语", "目标数", "完成数", "完成率", "期限"]],
  ["本期变化", ["指标", "期初", "新增", "退出", "期末"]],
  ["趋势与预测", ["目标", "目标数", "当前", "三个月后（中位）", "预计达成"]],
];

function Table({ name, columns, rows }: { name: string; columns: readonly string[]; rows: readonly Record<string, Cell>[] }) {
  const isNumber = (column: string): boolean => rows.some((row) => typeof row[column] === "number");
  return (
    <>
      <h4>{name}</h4>
      <div class="table-wrap">
        <table data-testid={`report-${name}`}>
          <thead><tr>{columns.map((column) => <th key={column} scope="col" class={isNumber(column) ? "number" : ""}>{column}</th>)}</tr></thead>
          <tbody>
            {rows.map((row, i) => (
              <tr key={i}>
                {columns.map((column, j) => (j === 0
                  ? <th key={column} scope="row" class="wraps">{row[column]}</th>
                  : <td key={column} class={isNumber(column) ? "number" : String(row[column]).length > 6 ? "wraps" : ""}>{written(column, row[column] ?? null)}</td>))}
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </>
  );
}

const written = (column: string, value: Cell): string =>
  value === null ? "–" : typeof value === "number" && column.endsWith("率") ? `${(value * 100).toFixed(1)} %` : String(value);
