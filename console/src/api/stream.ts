// Follows one event stream for as long as it is wanted: by fetch, so that the token travels in a header, with resume and back-off.
import { EventStreamParser, type Message } from "./sse";

export type StreamState = "connecting" | "open" | "waiting";

export interface FollowOptions {
  url: string;
  token: () => string | null;
  onMessage: (message: Message) => void;
  onState?: (state: StreamState) => void;
  onUnauthorized?: () => void;
  signal: AbortSignal;
}

const FIRST_PAUSE_MS = 500;
const LONGEST_PAUSE_MS = 15_000;

/** Pause before attempt n, doubling, with jitter so that many pages do not come back at the same instant. */
export function pauseMs(attempt: number, random: number): number {
  return Math.min(LONGEST_PAUSE_MS, FIRST_PAUSE_MS * 2 ** attempt) * (0.5 + random / 2);
}

export async function follow(options: FollowOptions): Promise<void> {
  let lastEventId = "";
  let attempt = 0;
  while (!options.signal.aborted) {
    options.onState?.("connecting");
    let serverPauseMs: number | null = null;
    try {
      const response = await connect(options, lastEventId);
      if (response.status === 401) options.onUnauthorized?.();
      if (response.ok && response.body) {
        options.onState?.("open");
        serverPauseMs = await drain(response.body, (message) => {
          attempt = 0;
          if (message.id) lastEventId = message.id;
          options.onMessage(message);
        });
      }
    } catch {
      // a broken connection is expected now and then; the loop comes back with Last-Event-ID
    }
    if (options.signal.aborted) return;
    options.onState?.("waiting");
    await sleep(serverPauseMs ?? pauseMs(attempt++, Math.random()), options.signal);
  }
}

function connect(options: FollowOptions, lastEventId: string): Promise<Response> {
  const headers: Record<string, string> = { Accept: "text/event-stream" };
  const token = options.token();
  if (token) headers["Authorization"] = `Bearer ${token}`;
  if (lastEventId) headers["Last-Event-ID"] = lastEventId;
  return fetch(options.url, { headers, signal: options.signal, cache: "no-store" });
}

async function drain(body: ReadableStream<Uint8Array>, deliver: (message: Message) => void): Promise<number | null> {
  const parser = new EventStreamParser(deliver);
  const reader = body.getReader();
  const decoder = new TextDecoder();
  for (;;) {
    const { done, value } = await reader.read();
    if (done) return parser.retryMs;
    parser.push(decoder.decode(value, { stream: true }));
  }
}

function sleep(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const timer = setTimeout(resolve, ms);
    signal.addEventListener("abort", () => { clearTimeout(timer); resolve(); }, { once: true });
  });
}
