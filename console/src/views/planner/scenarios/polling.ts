// A run tells of itself when asked: while one is under way it is asked again and again.
import { useEffect } from "preact/hooks";
import type { ScenarioState } from "../../../api/types";

const EVERY_MS = 1_000;

export function usePolling(active: boolean, ask: () => void): void {
  useEffect(() => {
    if (!active) return;
    const timer = setInterval(ask, EVERY_MS);
    return () => clearInterval(timer);
  }, [active, ask]);
}

export const isOver = (state: ScenarioState): boolean => state !== "queued" && state !== "running";

export const TONE: Record<ScenarioState, string> = {
  queued: "plain", running: "calm", solved: "good", cancelled: "warn", failed: "bad", interrupted: "warn",
};
