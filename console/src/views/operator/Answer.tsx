// The answer to "may I fly": the outcome in one line, the reasons, and the nearest changes that make it legal.
import { useEffect, useRef } from "preact/hooks";
import type { Alternative, Answer as AnswerBody, Outcome } from "../../api/types";
import { Findings } from "../../components/Findings";
import { t } from "../../i18n";
import { outcomeWord } from "../../words";
import { Alternatives } from "./Alternatives";

const TONE: Record<Outcome, string> = { approved: "good", refused: "bad", awaiting: "warn", not_required: "calm" };

interface Props {
  assessment: AnswerBody;
  stale: boolean;
  onTake: (alternative: Alternative) => void;
}

export function Answer({ assessment, stale, onTake }: Props) {
  const heading = useRef<HTMLDivElement>(null);
  useEffect(() => heading.current?.scrollIntoView({ block: "nearest", behavior: "smooth" }), [assessment]);
  return (
    <section class={`answer${stale ? " stale" : ""}`} aria-live="polite" data-testid="answer" data-outcome={assessment.outcome}>
      <div ref={heading} class={`outcome ${TONE[assessment.outcome]}`}>
        <h3>{outcomeWord(assessment.outcome)}</h3>
        <p>{stale ? t("operator.stale") : t(`outcomeNote.${assessment.outcome}`)}</p>
      </div>
      {!stale && <Alternatives found={assessment.alternatives} onTake={onTake} />}
      <Findings assessment={assessment} />
    </section>
  );
}
