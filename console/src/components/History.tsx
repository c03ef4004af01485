// What happened to a thing, event by event, newest last.
import { get } from "../api/client";
import { useResource } from "../api/resource";
import { t, word } from "../i18n";
import { eventState, instant } from "../words";
import { ProblemBox } from "./basics";

interface HistoryEntry {
  type: string;
  time: string;
  event: { state?: string; revision?: number; because?: string; reason?: string };
}

export function History({ path, of }: { path: string; of: string }) {
  const found = useResource(
    async (signal) => {
      const answer = await get<HistoryEntry[] | { items: HistoryEntry[] }>(path, {}, signal);
      return Array.isArray(answer) ? answer : answer.items;
    },
    [path],
    (event) => event.key === of,
  );
  return (
    <>
      <h4>{t("plan.history")}</h4>
      <ProblemBox problem={found.problem} onRetry={found.reload} />
      <ol class="history" data-testid="history">
        {found.value?.map((entry, i) => (
          <li key={i}>
            <time class="tabular quiet" dateTime={entry.time}>{instant(entry.time)}</time>
            <span>
              {word("event", entry.type)}
              {entry.event.state && <> · {eventState(entry.type, entry.event.state)}</>}
              {entry.event.reason && <span class="quiet"> · {entry.event.reason === "import" ? t("history.import") : entry.event.reason}</span>}
            </span>
          </li>
        ))}
      </ol>
    </>
  );
}
