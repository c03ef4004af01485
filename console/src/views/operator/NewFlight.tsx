// Draw a flight, ask whether it may be flown, file it and see it decided.
import type { FeatureCollection } from "geojson";
import { useEffect, useRef, useState } from "preact/hooks";
import { post } from "../../api/client";
import { type ApiProblem, asProblem, fieldProblem } from "../../api/errors";
import { AIRCRAFT_CLASSES, type Alternative, type Answer as AnswerBody, CLAWBACKS, type FlightIntent, type FlightPlanView, PURPOSES } from "../../api/types";
import { ProblemBox } from "../../components/basics";
import { goToFault, Input, Select, TextArea } from "../../components/fields";
import { t, word } from "../../i18n";
import { timezone } from "../../state";
import { tomorrowMorning } from "../../time";
import { unique } from "../../unique";
import { zoneName } from "../../words";
import { Answer } from "./Answer";
import { adopted, amend, draft, emptyDraft, faults, intentOf } from "./draft";
import { PathEditor } from "./PathEditor";

/** How long a filing waits for its decision before it shows the plan as it stands. */
const WAIT_S = 5;

export function NewFlight({ sites, onFiled }: { sites: FeatureCollection | null; onFiled: (plan: FlightPlanView) => void }) {
  const [answer, setAnswer] = useState<AnswerBody | null>(null);
  const [problem, setProblem] = useState<ApiProblem | null>(null);
  const [busy, setBusy] = useState<"check" | "file" | null>(null);
  const [tried, setTried] = useState(false);
  const [asked, setAsked] = useState("");
  const form = useRef<HTMLFormElement>(null);
  const filing = useRef<{ body: string; key: string } | null>(null);
  useEffect(() => { draft.value ??= emptyDraft(tomorrowMorning(new Date(), timezone.value)); }, []);
  const made = draft.value;
  if (!made) return null;

  const intent = intentOf(made, timezone.value);
  const body = JSON.stringify(intent);
  const missing = tried ? faults(made, timezone.value) : [];

  const run = async (what: "check" | "file", work: () => Promise<void>): Promise<void> => {
    setTried(true);
    if (!intent) return goToFault(form.current);
    setBusy(what);
    setProblem(null);
    try {
      await work();
    } catch (error) {
      setProblem(asProblem(error));
    } finally {
      setBusy(null);
    }
  };
  const check = (of: FlightIntent | null = intent) => run("check", async () => {
    setAnswer(await post<AnswerBody>("/checks", { intent: of }));
    setAsked(JSON.stringify(of));
  });
  const take = (one: Alternative): void => {
    draft.value = adopted(made, one.intent, timezone.value);
    void check(intentOf(draft.value, timezone.value));
  };
  const file = () => run("file", async () => {
    // the same filing keeps its key, so that a second click or a lost answer files nothing twice
    if (filing.current?.body !== body) filing.current = { body, key: unique() };
    onFiled(await post<FlightPlanView>("/flight-plans", intent, { "Idempotency-Key": filing.current.key, Prefer: `wait=${WAIT_S}` }));
    filing.current = null;
  });
  const wrong = (name: string): string | null => fieldProblem(problem, name);

  return (
    <form ref={form} onSubmit={(event) => { event.preventDefault(); void check(); }} noValidate>
      <PathEditor
        sites={sites}
        problem={missing.includes("points") ? t("operator.tooShort") : wrong("path") ?? wrong("departure") ?? wrong("arrival")}
      />
      <div class="grid">
        <Input
          label={t("operator.departsAt", { zone: zoneName() })} type="datetime-local" step="any" wide value={made.departsAt} testId="departs-at"
          problem={missing.includes("departs_at") ? t("operator.departsAtNeeded") : wrong("departs_at")} onInput={(departsAt) => amend({ departsAt })}
        />
        <Input
          label={t("operator.height")} type="number" min={0} max={10_000} step="any" value={made.height} testId="height"
          problem={missing.includes("height_m") ? t("zone.badNumber") : wrong("height_m")} onInput={(height) => amend({ height })}
        />
        <Input
          label={t("operator.speed")} type="number" min={0.1} max={150} step="any" value={made.speed} testId="speed"
          problem={missing.includes("speed_mps") ? t("zone.badNumber") : wrong("speed_mps")} onInput={(speed) => amend({ speed })}
        />
        <Select
          label={t("operator.aircraft")} value={made.aircraft} testId="aircraft" problem={wrong("aircraft_class")}
          options={AIRCRAFT_CLASSES.map((value) => ({ value, text: word("aircraft", value) }))}
          onChange={(aircraft) => amend({ aircraft })}
        />
        <Select
          label={t("operator.purpose")} value={made.purpose} testId="purpose" problem={wrong("purpose")}
          options={PURPOSES.map((value) => ({ value, text: word("purpose", value) }))} onChange={(purpose) => amend({ purpose })}
        />
      </div>
      <Special wrong={wrong} />
      <ProblemBox problem={problem} />
      <div class="actions">
        <button type="submit" class="primary" data-testid="check" disabled={busy !== null}>
          {busy === "check" ? t("operator.checking") : t("operator.check")}
        </button>
        <button type="button" class="secondary" data-testid="file" disabled={busy !== null} onClick={() => void file()}>
          {busy === "file" ? t("operator.filing") : t("operator.file")}
        </button>
      </div>
      {answer && <Answer assessment={answer} stale={asked !== body} onTake={take} />}
    </form>
  );
}

function Special({ wrong }: { wrong: (name: string) => string | null }) {
  const made = draft.value;
  if (!made) return null;
  return (
    <details class="fold">
      <summary>{t("operator.special")}</summary>
      <fieldset class="checks">
        <legend>{t("operator.clawbacks")}</legend>
        {CLAWBACKS.map((one) => (
          <label key={one}>
            <input
              type="checkbox" checked={made.clawbacks.includes(one)}
              onChange={(event) => amend({
                clawbacks: event.currentTarget.checked ? [...made.clawbacks, one] : made.clawbacks.filter((other) => other !== one),
              })}
            />
            {word("clawback", one)}
          </label>
        ))}
      </fieldset>
      <div class="grid">
        <Input
          label={t("operator.authorization")} value={made.authorization} problem={wrong("authorization_number")}
          onInput={(authorization) => amend({ authorization })}
        />
        <Input
          label={t("operator.registration")} value={made.registration} problem={wrong("aircraft_registration")}
          onInput={(registration) => amend({ registration })}
        />
        <TextArea wide label={t("operator.remark")} value={made.remark} problem={wrong("remark")} onInput={(remark) => amend({ remark })} />
      </div>
    </details>
  );
}
