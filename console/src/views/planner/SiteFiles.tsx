// Files of sites: import with the report of every row, templates, export.
import { useState } from "preact/hooks";
import { download, upload } from "../../api/client";
import { type ApiProblem, asProblem, fieldProblem } from "../../api/errors";
import type { SiteImportReport } from "../../api/types";
import { ProblemBox } from "../../components/basics";
import { FileInput, Select } from "../../components/fields";
import { said, t } from "../../i18n";
import { problemSentence } from "../../i18n/problems";
import { whole } from "../../words";
import { DATUMS, type Datum, mediaTypeOf, TAKEN } from "./siteFile";

const TEMPLATES = ["xlsx", "csv", "geojson"] as const;
const EXPORTS = [...TEMPLATES, "uom", "uom-xlsx"] as const;
const MOST_SHOWN = 300;

export function SiteFiles({ onBack }: { onBack: () => void }) {
  return (
    <section class="detail" data-testid="site-files">
      <button type="button" class="back" onClick={onBack}>← {t("common.back")}</button>
      <Import />
      <Saving title={t("files.template")} note={t("files.templateNote")} path="/sites/template" formats={TEMPLATES} testId="template" />
      <Saving title={t("files.export")} note={t("files.exportNote")} path="/sites/export" formats={EXPORTS} testId="export" />
    </section>
  );
}

function Import() {
  const [file, setFile] = useState<File | null>(null);
  const [datum, setDatum] = useState<Datum>("wgs84");
  const [sending, setSending] = useState(false);
  const [problem, setProblem] = useState<ApiProblem | null>(null);
  const [report, setReport] = useState<SiteImportReport | null>(null);
  const mediaType = file && mediaTypeOf(file.name);
  const choose = (chosen: File | null): void => { setFile(chosen); setReport(null); setProblem(null); };
  const send = (event: Event): void => {
    event.preventDefault();
    if (!file || !mediaType) return;
    setSending(true);
    setProblem(null);
    setReport(null);
    upload<SiteImportReport>("/sites/import", file, mediaType, { crs: datum })
      .then(setReport)
      .catch((error: unknown) => setProblem(asProblem(error)))
      .finally(() => setSending(false));
  };
  return (
    <form onSubmit={send}>
      <h3>{t("files.import")}</h3>
      <div class="grid">
        <FileInput label={t("files.file")} accept={TAKEN} onChoose={choose} testId="import-file"
          problem={file && !mediaType ? t("files.notTaken") : null} hint={t("files.fileHint")} />
        <Select label={t("files.datum")} value={datum} onChange={setDatum} testId="import-datum" problem={fieldProblem(problem, "crs")}
          options={DATUMS.map((value) => ({ value, text: t(`datum.${value}`) }))} />
      </div>
      <div class="actions">
        <button type="submit" class="primary" disabled={!mediaType || sending} data-testid="import-start">{t(sending ? "files.importing" : "files.importStart")}</button>
      </div>
      <ProblemBox problem={problem} />
      {report && <Report report={report} />}
    </form>
  );
}

function Report({ report }: { report: SiteImportReport }) {
  const faulty = new Set(report.errors.map((error) => error.row)).size;
  return (
    <div role="status" data-testid="import-report">
      <ul class="counts four spaced">
        {(["created", "updated", "unchanged"] as const).map((what) => (
          <li key={what}><strong class="tabular" data-testid={`import-${what}`}>{whole(report[what])}</strong><span>{t(`files.${what}`)}</span></li>
        ))}
        <li><strong class="tabular" data-testid="import-faulty">{whole(faulty)}</strong><span>{t("files.faulty")}</span></li>
      </ul>
      {report.conversion && <p class="small spaced" data-testid="import-conversion">{said(report.conversion)}</p>}
      {report.errors.length > 0 && <Faults errors={report.errors} />}
    </div>
  );
}

function Faults({ errors }: { errors: SiteImportReport["errors"] }) {
  return (
    <>
      <p class="quiet small spaced">{t("files.faultyNote")}</p>
      <div class="table-wrap">
        <table data-testid="import-errors">
          <thead><tr><th scope="col" class="number">{t("files.row")}</th><th scope="col">{t("files.field")}</th><th scope="col">{t("files.fault")}</th></tr></thead>
          <tbody>
            {errors.slice(0, MOST_SHOWN).map((error, i) => (
              <tr key={i}><th scope="row" class="number">{error.row}</th><td>{error.field && <code>{error.field}</code>}</td><td class="wraps">{problemSentence(error.detail)}</td></tr>
            ))}
          </tbody>
        </table>
      </div>
      {errors.length > MOST_SHOWN && <p class="quiet small">{t("common.showing", { count: MOST_SHOWN })}</p>}
    </>
  );
}

interface SavingProps {
  title: string;
  note: string;
  path: string;
  formats: readonly (typeof EXPORTS)[number][];
  testId: string;
}

function Saving({ title, note, path, formats, testId }: SavingProps) {
  const [problem, setProblem] = useState<ApiProblem | null>(null);
  const save = (format: string): void => {
    setProblem(null);
    download(path, { format }).catch((error: unknown) => setProblem(asProblem(error)));
  };
  return (
    <>
      <h3>{title}</h3>
      <div class="button-row" role="group" aria-label={title}>
        {formats.map((format) => (
          <button key={format} type="button" class="quiet-button" data-testid={`${testId}-${format}`} onClick={() => save(format)}>{t(`format.${format}`)}</button>
        ))}
      </div>
      <p class="quiet small">{note}</p>
      <ProblemBox problem={problem} />
    </>
  );
}
