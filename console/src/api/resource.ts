// A piece of the platform's state on the page: loaded, kept fresh by events, with its loading and error states.
import { useCallback, useEffect, useRef, useState } from "preact/hooks";
import { type ApiProblem, asProblem } from "./errors";
import { listen, type LiveEvent, resumed } from "./live";
import type { Page } from "./types";

export interface Resource<T> {
  value: T | null;
  problem: ApiProblem | null;
  loading: boolean;
  reload: () => void;
}

/** A burst of events asks for one reload: after this time, and longer where the last reload took long. */
const SETTLE_MS = 400;
const LONGEST_SETTLE_MS = 3_000;

export function useResource<T>(
  load: (signal: AbortSignal) => Promise<T>,
  dependencies: readonly unknown[],
  changedBy: (event: LiveEvent) => boolean = () => false,
): Resource<T> {
  const [value, setValue] = useState<T | null>(null);
  const [problem, setProblem] = useState<ApiProblem | null>(null);
  const [loading, setLoading] = useState(true);
  const [round, setRound] = useState(0);
  const reload = useCallback(() => setRound((n) => n + 1), []);
  const relevant = useRef(changedBy);
  relevant.current = changedBy;
  const tookMs = useRef(0);

  useEffect(() => {
    const stop = new AbortController();
    const began = performance.now();
    setLoading(true);
    load(stop.signal)
      .then((loaded) => {
        if (stop.signal.aborted) return;
        tookMs.current = performance.now() - began;
        setValue(loaded);
        setProblem(null);
        setLoading(false);
      })
      .catch((error: unknown) => {
        if (stop.signal.aborted) return;
        setProblem(asProblem(error));
        setLoading(false);
      });
    return () => stop.abort();
  }, [...dependencies, round, resumed.value]);

  useEffect(() => {
    let timer: ReturnType<typeof setTimeout> | undefined;
    const stop = listen((event) => {
      if (!relevant.current(event)) return;
      timer ??= setTimeout(() => { timer = undefined; reload(); }, Math.min(LONGEST_SETTLE_MS, SETTLE_MS + 2 * tookMs.current));
    });
    return () => { stop(); clearTimeout(timer); };
  }, [reload]);

  return { value, problem, loading, reload };
}

/** A list read page by page. */
export interface Pages<T> {
  items: T[];
  more: (() => void) | null;
  problem: ApiProblem | null;
  loading: boolean;
  reload: () => void;
}

/** Shows the first pages of a list and reads the same pages again when something changed, so that nothing shown is stale. */
export function usePages<T>(
  load: (cursor: string | undefined, signal: AbortSignal) => Promise<Page<T>>,
  dependencies: readonly unknown[],
  changedBy?: (event: LiveEvent) => boolean,
): Pages<T> {
  const [wanted, setWanted] = useState(1);
  useEffect(() => setWanted(1), dependencies);
  const read = useResource((signal) => readPages(load, wanted, signal), [...dependencies, wanted], changedBy);
  return {
    items: read.value?.items ?? [],
    more: read.value?.next ? () => setWanted((n) => n + 1) : null,
    problem: read.problem,
    loading: read.loading,
    reload: read.reload,
  };
}

async function readPages<T>(
  load: (cursor: string | undefined, signal: AbortSignal) => Promise<Page<T>>,
  wanted: number,
  signal: AbortSignal,
): Promise<Page<T>> {
  const items: T[] = [];
  let next: string | null = null;
  for (let i = 0; i < wanted; i++) {
    const page: Page<T> = await load(next ?? undefined, signal);
    items.push(...page.items);
    next = page.next;
    if (next === null) break;
  }
  return { items, next };
}
