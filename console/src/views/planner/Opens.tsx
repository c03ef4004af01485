// A number that opens what it is made of.
import { t } from "../../i18n";
import { whole } from "../../words";
import { type Drill, useDrill } from "./drill";

export function Opens({ value, to, label, sign, testId }: { value: number; to: Drill; label?: string; sign?: "+" | "−"; testId?: string }) {
  const open = useDrill();
  const text = `${sign && value > 0 ? sign : ""}${whole(value)}`;
  if (value === 0) return <span class="nothing" data-testid={testId}>{sign ? "·" : text}</span>;
  return (
    <button type="button" class="opens tabular" data-testid={testId} title={label ?? t("planner.openNumber")} aria-label={label ? `${label} ${text}` : undefined} onClick={() => open(to)}>
      {text}
    </button>
  );
}
