// What may follow a run: its sites are proposed, it gets another name, it is thrown away.
import { useState } from "preact/hooks";
import { call, post } from "../../../api/client";
import { type ApiProblem, asProblem, fieldProblem } from "../../../api/errors";
import type { ScenarioProposal, ScenarioView } from "../../../api/types";
import { ProblemBox } from "../../../components/basics";
import { Input } from "../../../components/fields";
import { t } from "../../../i18n";

type Step = "propose" | "rename" | "delete";

interface StepsProps {
  scenario: ScenarioView;
  onGone: () => void;
  onNamed: () => void;
}

export function Steps({ scenario, onGone, onNamed }: StepsProps) {
  const [step, setStep] = useState<Step | null>(null);
  const [proposed, setProposed] = useState<ScenarioProposal | null>(null);
  const [problem, setProblem] = useState<ApiProblem | null>(null);
  const path = `/scenarios/${scenario.scenario_id}`;
  const done = (): void => { setStep(null); setProblem(null); };
  const fail = (error: unknown): void => { setProblem(asProblem(error)); if (step !== "rename") setStep(null); };
  const propose = (): void => { post<ScenarioProposal>(`${path}/propose`, {}).then((found) => { setProposed(found); done(); }).catch(fail); };
  const remove = (): void => { call("DELETE", path).then(onGone).catch(fail); };
  const rename = (name: string): void => { call("PUT", `${path}/name`, { body: { name } }).then(() => { done(); onNamed(); }).catch(fail); };
  const count = scenario.result?.sites.length ?? 0;
  return (
    <div>
      {step !== "rename" && <ProblemBox problem={problem} />}
      {proposed && <p class="working" role="status" data-testid="proposed">{t("scenario.proposed", { count: proposed.site_ids.length, created: proposed.created })}</p>}
      {step === null && (
        <div class="bar-row">
          {count > 0 && !proposed && <button type="button" class="primary" data-testid="propose" onClick={() => setStep("propose")}>{t("scenario.propose")}</button>}
          <button type="button" class="quiet-button" data-testid="rename" onClick={() => setStep("rename")}>{t("scenario.rename")}</button>
          <button type="button" class="quiet-button" onClick={() => setStep("delete")}>{t("scenario.delete")}</button>
        </div>
      )}
      {step === "propose" && <Sure text={t("scenario.proposeSure", { count })} yes={t("scenario.propose")} onYes={propose} onNo={done} />}
      {step === "delete" && <Sure text={t("scenario.deleteSure")} yes={t("scenario.delete")} danger onYes={remove} onNo={done} />}
      {step === "rename" && <Rename name={scenario.name} problem={problem} onName={rename} onNo={done} />}
    </div>
  );
}

interface SureProps {
  text: string;
  yes: string;
  danger?: boolean;
  onYes: () => void;
  onNo: () => void;
}

function Sure({ text, yes, danger, onYes, onNo }: SureProps) {
  return (
    <div class="inline-form" role="group">
      <p>{text}</p>
      <div class="bar-row">
        <button type="button" class={danger ? "primary danger" : "primary"} data-testid="sure" onClick={onYes}>{yes}</button>
        <button type="button" class="secondary" onClick={onNo}>{t("common.cancel")}</button>
      </div>
    </div>
  );
}

function Rename({ name, problem, onName, onNo }: { name: string; problem: ApiProblem | null; onName: (name: string) => void; onNo: () => void }) {
  const [typed, setTyped] = useState(name);
  const send = (event: Event): void => { event.preventDefault(); onName(typed.trim()); };
  return (
    <form class="inline-form" onSubmit={send}>
      <Input label={t("scenario.name")} value={typed} onInput={setTyped} required testId="rename-name" problem={fieldProblem(problem, "name")} />
      {problem && !fieldProblem(problem, "name") && <ProblemBox problem={problem} />}
      <div class="bar-row">
        <button type="submit" class="primary" disabled={!typed.trim()} data-testid="rename-save">{t("scenario.rename")}</button>
        <button type="button" class="secondary" onClick={onNo}>{t("common.cancel")}</button>
      </div>
    </form>
  );
}
