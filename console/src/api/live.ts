// The page's event streams, one per service, and who listens to them.
import { signal } from "@preact/signals";
import { forget, renew, session } from "./session";
import { follow, type StreamState } from "./stream";

export interface LiveEvent {
  service: Service;
  type: string;
  key: string;
  time: string;
  event: Record<string, unknown>;
}

export type Service = "airspace" | "flightplan" | "sites";
const SERVICES: readonly Service[] = ["airspace", "flightplan", "sites"];

/** Open only while every stream is. */
export const streamState = signal<StreamState>("connecting");

/** Counts the times a broken stream came back: what may have been missed meanwhile is read again. */
export const resumed = signal(0);

const listeners = new Set<(event: LiveEvent) => void>();

export function listen(listener: (event: LiveEvent) => void): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

/** Follows all three services as the present session until the returned function is called. */
export function connect(): () => void {
  const stop = new AbortController();
  const states = new Map<Service, StreamState>(SERVICES.map((service) => [service, "connecting"]));
  const broken = new Set<Service>();
  for (const service of SERVICES) {
    void follow({
      url: `/${service}/events`,
      token: () => session.value?.token ?? null,
      signal: stop.signal,
      onUnauthorized: () => void renew().then((done) => { if (!done) forget(); }),
      onState: (state) => {
        if (stop.signal.aborted) return;
        if (state === "open" && broken.delete(service)) resumed.value += 1;
        if (state === "waiting") broken.add(service);
        states.set(service, state);
        const all = [...states.values()];
        streamState.value = all.find((one) => one === "waiting") ?? all.find((one) => one !== "open") ?? "open";
      },
      onMessage: ({ event: type, data }) => {
        if (type === "dropped") return; // we read too slowly: the stream ends and is resumed where it was
        const { key, time, event } = JSON.parse(data) as Omit<LiveEvent, "type" | "service">;
        for (const listener of listeners) listener({ service, type, key, time, event });
      },
    });
  }
  return () => stop.abort();
}
