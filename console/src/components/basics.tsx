// Small pieces every view uses: chips, states of loading, problems, segmented choice.
import type { ComponentChildren } from "preact";
import { useEffect } from "preact/hooks";
import type { ApiProblem } from "../api/errors";
import { t } from "../i18n";
import { fieldName, problemSentence, problemTitle } from "../i18n/problems";
import { demoSeen } from "../state";

export function Chip({ tone, children, testId }: { tone: string; children: ComponentChildren; testId?: string }) {
  return <span class={`chip ${tone}`} data-testid={testId}>{children}</span>;
}

/** Marks demo data wherever it shows, and lets the page's banner know. */
export function DemoTag({ demo }: { demo: boolean | null | undefined }) {
  useEffect(() => { if (demo) demoSeen.value = true; }, [demo]);
  return demo ? <span class="chip demo">{t("app.demo")}</span> : null;
}

export function Loading() {
  return (
    <div class="loading" role="status">
      <span class="visually-hidden">{t("common.loading")}</span>
      <i /><i /><i />
    </div>
  );
}

export function Empty({ title, hint }: { title: string; hint?: string }) {
  return (
    <div class="empty">
      <p>{title}</p>
      {hint && <p class="quiet">{hint}</p>}
    </div>
  );
}

/** A problem of the API in words, with the fields that no form field shows by itself. */
export function ProblemBox({ problem, onRetry }: { problem: ApiProblem | null; onRetry?: () => void }) {
  if (!problem) return null;
  return (
    <div class="problem" role="alert" data-testid="problem">
      <p>
        <strong>{problem.status === 0 ? t("problem.network") : problemTitle(problem.kind, problem.title) || t("problem.generic")}</strong>
        {problem.status !== 0 && problem.fields.length === 0 && problem.detail && problem.detail !== problem.title && (
          <span> {problemSentence(problem.detail)}</span>
        )}
      </p>
      {problem.fields.length > 0 && (
        <ul>
          {problem.fields.map((entry) => <li key={entry.field}><strong>{fieldName(entry.field)}</strong> {problemSentence(entry.detail)}</li>)}
        </ul>
      )}
      {onRetry && <button type="button" class="quiet-button" onClick={onRetry}>{t("common.retry")}</button>}
    </div>
  );
}

export interface Choice<T extends string> {
  value: T;
  text: string;
  count?: number | null;
}

/** A few exclusive choices side by side: the tabs inside a view. */
export function Segments<T extends string>(
  { choices, chosen, onChoose, label, testId }:
  { choices: readonly Choice<T>[]; chosen: T; onChoose: (value: T) => void; label: string; testId?: string },
) {
  const step = (event: KeyboardEvent): void => {
    const by = event.key === "ArrowRight" ? 1 : event.key === "ArrowLeft" ? -1 : 0;
    if (by === 0) return;
    const at = choices.findIndex((choice) => choice.value === chosen);
    const next = choices[(at + by + choices.length) % choices.length];
    if (!next) return;
    onChoose(next.value);
    const tabs = (event.currentTarget as HTMLElement).querySelectorAll<HTMLElement>("[role=tab]");
    tabs[(at + by + choices.length) % choices.length]?.focus();
  };
  return (
    <div class="segments" role="tablist" aria-label={label} onKeyDown={step}>
      {choices.map(({ value, text, count }) => (
        <button
          key={value} type="button" role="tab" aria-selected={value === chosen} tabIndex={value === chosen ? 0 : -1}
          data-testid={testId ? `${testId}-${value}` : undefined} onClick={() => onChoose(value)}
        >
          {text}
          {count != null && count > 0 && <span class="count">{count}</span>}
        </button>
      ))}
    </div>
  );
}

/** Rows of a name and what it is. */
export function Facts({ rows }: { rows: readonly (readonly [string, ComponentChildren] | null | false)[] }) {
  return (
    <dl class="facts">
      {rows.filter((row): row is readonly [string, ComponentChildren] => Boolean(row)).map(([name, text]) => (
        <div key={name}><dt>{name}</dt><dd>{text}</dd></div>
      ))}
    </dl>
  );
}

export function More({ more, count }: { more: (() => void) | null; count: number }) {
  if (count === 0) return null;
  return (
    <p class="more">
      <span class="quiet">{t("common.showing", { count })}</span>
      {more && <button type="button" class="quiet-button" onClick={more}>{t("common.more")}</button>}
    </p>
  );
}
