// The reasons of an answer, strongest first, each a card that lights its place up on the map.
import type { Answer, Effect, Finding } from "../api/types";
import { said, t, word } from "../i18n";
import { goTo, hasPlace, lightsUp } from "../map/highlight";
import { heightBand, instant, validity } from "../words";
import { Chip } from "./basics";

const STRENGTH: readonly Effect[] = ["refuses", "needs_ruling", "note"];
const TONE: Record<Effect, string> = { refuses: "bad", needs_ruling: "warn", note: "calm" };
const NOTES_SHOWN = 3;

export function Findings({ assessment }: { assessment: Omit<Answer, "message" | "alternatives"> & { findings_left_out?: number } }) {
  const sorted = [...assessment.findings].sort((a, b) => STRENGTH.indexOf(a.effect) - STRENGTH.indexOf(b.effect));
  const strong = sorted.filter((finding) => finding.effect !== "note");
  const notes = sorted.filter((finding) => finding.effect === "note");
  const first = notes.slice(0, strong.length > 0 ? 0 : NOTES_SHOWN);
  const rest = notes.slice(first.length);
  return (
    <div class="findings" data-testid="findings">
      {sorted.length === 0 && <p class="quiet">{t("finding.none")}</p>}
      {[...strong, ...first].map((finding, i) => <FindingCard key={i} finding={finding} />)}
      {rest.length > 0 && (
        <details>
          <summary>{t("finding.more", { count: rest.length })}</summary>
          {rest.map((finding, i) => <FindingCard key={i} finding={finding} />)}
        </details>
      )}
      {(assessment.findings_left_out ?? 0) > 0 && <p class="quiet small">{t("finding.leftOut", { count: assessment.findings_left_out ?? 0 })}</p>}
      <p class="quiet small">
        {t("finding.decided", { time: instant(assessment.decided_at), version: assessment.zones_version })}
      </p>
    </div>
  );
}

export function FindingCard({ finding }: { finding: Finding }) {
  const message = said(finding.message);
  return (
    <article class={`finding ${TONE[finding.effect]}`} data-testid="finding" data-code={finding.code} {...lightsUp(finding)}>
      <header>
        <Chip tone={TONE[finding.effect]}>{word("effect", finding.effect)}</Chip>
        <h4>{finding.name || word("against", finding.against)}</h4>
        {hasPlace(finding) && (
          <button type="button" class="icon" aria-label={t("finding.show")} title={t("finding.show")} onClick={() => goTo(finding)}>
            <svg viewBox="0 0 16 16" width="15" height="15" aria-hidden="true">
              <path d="M8 14.5S3 9.6 3 6.4a5 5 0 0 1 10 0c0 3.2-5 8.1-5 8.1Z" fill="none" stroke="currentColor" stroke-width="1.5" />
              <circle cx="8" cy="6.4" r="1.7" fill="currentColor" />
            </svg>
          </button>
        )}
      </header>
      <p class="finding-line tabular">
        {[
          (finding.lower || finding.upper) && heightBand(finding.lower, finding.upper),
          (finding.starts_at || finding.ends_at) && validity(finding.starts_at, finding.ends_at),
          finding.article,
        ].filter(Boolean).map((text) => <span key={text}>{text}</span>)}
      </p>
      {message && <p class="quiet">{message}</p>}
      {finding.authorization_number && <p class="quiet">{t("finding.authorization")} {finding.authorization_number}</p>}
    </article>
  );
}
