// Events as they come in, newest first.
import { signal } from "@preact/signals";
import { useEffect } from "preact/hooks";
import { listen, type LiveEvent } from "../../api/live";
import { t, word } from "../../i18n";
import { timezone } from "../../state";
import { formatClock } from "../../time";
import { eventState, shortId } from "../../words";

const KEPT = 30;

const heard = signal<readonly LiveEvent[]>([]);

/** Keeps what comes for as long as the calling view stands, whichever of its parts is in front. */
export function useFeed(): void {
  useEffect(() => {
    const stop = listen((event) => {
      if (event.type === "PlanAssessed") return; // the plan's own decision follows at once and says it to people
      heard.value = [event, ...heard.value].slice(0, KEPT);
    });
    return () => { stop(); heard.value = []; };
  }, []);
}

export function Feed({ onOpen, onSite }: { onOpen: (planId: string) => void; onSite: (siteId: string) => void }) {
  const events = heard.value;
  return (
    <section data-testid="feed">
      <h3>{t("regulator.feed")}</h3>
      {events.length === 0 && <p class="quiet">{t("regulator.feedEmpty")}</p>}
      <ol class="history">
        {events.map((event) => (
          <li key={`${event.service}-${event.time}-${event.key}-${event.type}`}>
            <time class="tabular quiet" dateTime={event.time}>{formatClock(event.time, timezone.value)}</time>
            <span>
              {word("event", event.type)}
              {typeof event.event["state"] === "string" && <> · {eventState(event.type, event.event["state"])}</>}{" "}
              {isPlan(event) && <button type="button" class="link" aria-label={t("regulator.openPlan", { id: shortId(event.key) })} onClick={() => onOpen(event.key)}>{shortId(event.key)}</button>}
              {isSite(event) && <button type="button" class="link" aria-label={t("regulator.openSite", { id: event.key })} onClick={() => onSite(event.key)}>{nameOf(event)}</button>}
              {!isPlan(event) && !isSite(event) && <span class="quiet">{nameOf(event)}</span>}
            </span>
          </li>
        ))}
      </ol>
    </section>
  );
}

const isPlan = (event: LiveEvent): boolean => event.type.startsWith("FlightPlan") || event.type === "ConflictEnded";
const isSite = (event: LiveEvent): boolean => event.type.startsWith("Site");

/** What a zone, a site or a route is called; its id where the event does not say. */
function nameOf({ event, key }: LiveEvent): string {
  const spec = (event["spec"] ?? event["former"]) as { name?: unknown } | null | undefined;
  return typeof spec?.name === "string" ? spec.name : key;
}
