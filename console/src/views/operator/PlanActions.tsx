// Move a plan to a new time (in the air too), give it up, confirm its take-off, report its end.
import { useState } from "preact/hooks";
import { post } from "../../api/client";
import { type ApiProblem, asProblem, fieldProblem } from "../../api/errors";
import type { FlightPlanView, PlanState } from "../../api/types";
import { ProblemBox } from "../../components/basics";
import { Input } from "../../components/fields";
import { t } from "../../i18n";
import { timezone } from "../../state";
import { toInstant, toLocalSeconds } from "../../time";
import { zoneName } from "../../words";

const OVER: readonly PlanState[] = ["withdrawn", "lapsed", "refused", "ended", "no_show"];

export function PlanActions({ plan, onChanged }: { plan: FlightPlanView; onChanged: () => void }) {
  const [doing, setDoing] = useState<"move" | "withdraw" | null>(null);
  const [departsAt, setDepartsAt] = useState(() => toLocalSeconds(plan.intent.departs_at, timezone.value));
  const [reason, setReason] = useState("");
  const [problem, setProblem] = useState<ApiProblem | null>(null);
  const [busy, setBusy] = useState(false);
  if (OVER.includes(plan.state)) return null;

  const send = async (path: string, body: unknown): Promise<void> => {
    setBusy(true);
    setProblem(null);
    try {
      await post(`/flight-plans/${plan.plan_id}/${path}`, body);
      setDoing(null);
      onChanged();
    } catch (error) {
      setProblem(asProblem(error));
    } finally {
      setBusy(false);
    }
  };

  const aloft = plan.state === "activated";
  return (
    <div class="plan-actions">
      <div class="button-row">
        {plan.state === "approved" && (
          <button type="button" class="secondary" disabled={busy} data-testid="activate" onClick={() => void send("activate", undefined)}>{t("plan.activate")}</button>
        )}
        {aloft && <button type="button" class="primary" disabled={busy} data-testid="end" onClick={() => void send("end", undefined)}>{t("plan.end")}</button>}
        <button type="button" class="secondary" aria-expanded={doing === "move"} data-testid="move" onClick={() => setDoing(doing === "move" ? null : "move")}>{t("plan.move")}</button>
        {!aloft && <button type="button" class="secondary danger" aria-expanded={doing === "withdraw"} data-testid="withdraw" onClick={() => setDoing(doing === "withdraw" ? null : "withdraw")}>{t("plan.withdraw")}</button>}
      </div>
      {doing === "move" && (
        <form class="inline-form" onSubmit={(event) => { event.preventDefault(); void send("move", { departs_at: toInstant(departsAt, timezone.value) }); }}>
          <Input label={t("plan.moveTo", { zone: zoneName() })} type="datetime-local" step={1} value={departsAt} onInput={setDepartsAt} problem={fieldProblem(problem, "departs_at")} testId="move-to" />
          <button type="submit" class="primary" disabled={busy} data-testid="move-confirm">{t("plan.moveConfirm")}</button>
        </form>
      )}
      {doing === "withdraw" && (
        <form class="inline-form" onSubmit={(event) => { event.preventDefault(); void send("withdraw", { reason }); }}>
          <Input label={t("common.optional", { label: t("plan.withdrawReason") })} value={reason} onInput={setReason} problem={fieldProblem(problem, "reason")} />
          <button type="submit" class="primary danger" disabled={busy} data-testid="withdraw-confirm">{t("plan.withdrawConfirm")}</button>
        </form>
      )}
      <ProblemBox problem={problem} />
    </div>
  );
}
