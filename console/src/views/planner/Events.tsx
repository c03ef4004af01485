// Events as evidence: what was said, when it took effect, where it stands in which log.
import type { Because } from "../../api/types";
import { t, word } from "../../i18n";
import { dayOf, instant } from "../../words";

export function Events({ events, testId }: { events: readonly Because[]; testId?: string }) {
  if (events.length === 0) return null;
  return (
    <ol class="events" data-testid={testId}>
      {events.map((event) => (
        <li key={event.event_id} title={t("life.recordedAt", { time: instant(event.recorded_at) })}>
          <time class="tabular quiet" dateTime={event.effective_at}>{dayOf(event.effective_at)}</time>
          <span>
            {word("event", event.type)}
            {event.reason && <> · {event.reason}</>}
            {event.zones.length > 0 && <> · {t("life.zones", { zones: event.zones.join("、") })}</>}
            <code class="row-id">{event.log}#{event.position}</code>
          </span>
        </li>
      ))}
    </ol>
  );
}
