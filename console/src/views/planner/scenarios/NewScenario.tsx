// Asks for the best next sites: how many, by which model, under which constraints.
import { useState } from "preact/hooks";
import { post } from "../../../api/client";
import { type ApiProblem, asProblem, fieldProblem } from "../../../api/errors";
import { MODELS, type ScenarioView, SITE_KINDS } from "../../../api/types";
import { ProblemBox } from "../../../components/basics";
import { Input, Select } from "../../../components/fields";
import { t, word } from "../../../i18n";
import { city } from "../../../state";
import { asked, type Draft, FRESH } from "./draft";

export function NewScenario({ onBack, onAsked }: { onBack: () => void; onAsked: (id: string) => void }) {
  const [draft, setDraft] = useState<Draft>(FRESH);
  const [problem, setProblem] = useState<ApiProblem | null>(null);
  const [sending, setSending] = useState(false);
  const set = <K extends keyof Draft>(key: K) => (value: Draft[K]): void => setDraft((now) => ({ ...now, [key]: value }));
  const wrong = (field: string): string | null => fieldProblem(problem, field);
  const start = (event: Event): void => {
    event.preventDefault();
    setSending(true);
    setProblem(null);
    post<ScenarioView>("/sites/solve", asked(draft, (city.value?.districts ?? []).map((one) => one.adcode)))
      .then((scenario) => onAsked(scenario.scenario_id))
      .catch((error: unknown) => { setProblem(asProblem(error)); setSending(false); });
  };
  const radius = city.value ? String(city.value.service_radius_m) : "";
  return (
    <section data-testid="scenario-form">
      <button type="button" class="back" onClick={onBack}>← {t("common.back")}</button>
      <h3>{t("scenario.new")}</h3>
      <form onSubmit={start}>
        <div class="grid">
          <Input label={t("scenario.name")} value={draft.name} onInput={set("name")} required wide testId="scenario-name" placeholder={t("scenario.nameHint")} problem={wrong("name")} />
          <Select label={t("scenario.model")} value={draft.model} onChange={set("model")} wide testId="scenario-model" hint={t(`modelNote.${draft.model}`)}
            options={MODELS.map((value) => ({ value, text: word("model", value) }))} />
          {draft.model === "lscp"
            ? <Input label={t("scenario.coverage")} type="number" min={1} max={100} step="any" value={draft.coveragePercent} onInput={set("coveragePercent")} required problem={wrong("coverage_percent")} />
            : <Input label={t("scenario.newSites")} type="number" min={1} max={20000} value={draft.newSites} onInput={set("newSites")} required testId="scenario-count" problem={wrong("new_sites")} />}
          <Input label={t("scenario.radius")} type="number" min={1} step="any" value={draft.radiusM} onInput={set("radiusM")} placeholder={radius} testId="scenario-radius" problem={wrong("service_radius_m")} />
          <Select label={t("scenario.existing")} value={draft.existing} onChange={set("existing")}
            options={(["laid_out", "in_use", "none"] as const).map((value) => ({ value, text: t(`existing.${value}`) }))} />
          <Select label={t("scenario.source")} value={draft.source} onChange={set("source")}
            options={(["grid", "proposed"] as const).map((value) => ({ value, text: t(`candidates.${value}`) }))} />
        </div>
        <details class="fold">
          <summary>{t("scenario.constraints")}</summary>
          <div class="grid spaced">
            {draft.source === "grid" && <Input label={t("scenario.spacing")} type="number" min={200} step="any" value={draft.spacingM} onInput={set("spacingM")} testId="scenario-spacing" problem={wrong("spacing_m")} />}
            <Input label={t("scenario.most")} type="number" min={0} value={draft.mostPerDistrict} onInput={set("mostPerDistrict")} hint={t("scenario.mostHint")} problem={wrong("quotas")} />
            <Input label={t("scenario.capacity")} type="number" min={1} step="any" value={draft.capacity} onInput={set("capacity")} hint={t("scenario.capacityHint")} problem={wrong("capacity")} />
            <Select label={t("zone.kind")} value={draft.kind} onChange={set("kind")} options={SITE_KINDS.map((value) => ({ value, text: word("siteKind", value) }))} />
            <Input label={t("planner.owner")} value={draft.unit} onInput={set("unit")} problem={wrong("unit")} />
            <Input label={t("scenario.unitCost")} type="number" min={1} step="any" value={draft.unitCost} onInput={set("unitCost")} problem={wrong("unit_cost_cny")} />
            <Input label={t("scenario.timeLimit")} type="number" min={1} max={3600} value={draft.timeLimitS} onInput={set("timeLimitS")} testId="scenario-time" problem={wrong("time_limit_s")} />
          </div>
          <fieldset class="checks">
            <label><input type="checkbox" checked={draft.avoidControlled} onChange={(event) => set("avoidControlled")(event.currentTarget.checked)} />{t("scenario.avoid")}</label>
          </fieldset>
        </details>
        <ProblemBox problem={problem} />
        <div class="actions">
          <button type="submit" class="primary" disabled={sending || !draft.name.trim()} data-testid="scenario-start">{t(sending ? "scenario.starting" : "scenario.start")}</button>
        </div>
      </form>
    </section>
  );
}
