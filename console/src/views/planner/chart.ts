// The geometry of the burn-up chart: months along, counts up. Pure; the component draws it.
import type { BurnUp } from "../../api/types";
import { plusMonths } from "../../months";

export interface Frame {
  width: number;
  height: number;
  left: number;
  right: number;
  top: number;
  bottom: number;
}

export interface Mark {
  month: string;
  count: number | null;
  low: number | null;
  mid: number | null;
  high: number | null;
}

export interface Chart {
  marks: readonly Mark[];
  /** Where the month stands, by its index, and where a count does. */
  x: (index: number) => number;
  y: (count: number) => number;
  /** Counts with a line across. */
  ticks: readonly number[];
  /** The target is drawn unless the counts would then lie flat on the ground. */
  targetShown: boolean;
  actual: string;
  mid: string;
  band: string;
}

const FARTHEST_TARGET = 6; // times the highest count, as in the reports

/** Every month from the first point to the last band asked for; the forecast opens at the last month that is over. */
export function chartOf(burn: BurnUp, ahead: number, frame: Frame): Chart {
  const marks = marksOf(burn, ahead);
  const highest = Math.max(1, ...marks.flatMap((mark) => [mark.count ?? 0, mark.high ?? 0]));
  const targetShown = burn.number <= FARTHEST_TARGET * highest;
  const ticks = ticksUpTo(targetShown ? Math.max(highest, burn.number) : highest);
  const top = ticks[ticks.length - 1] ?? 1;
  const step = (frame.width - frame.left - frame.right) / Math.max(1, marks.length - 1);
  const x = (index: number): number => frame.left + index * step;
  const y = (count: number): number => frame.height - frame.bottom - (count / top) * (frame.height - frame.top - frame.bottom);
  const line = (points: readonly (readonly [number, number])[]): string =>
    points.map(([at, up], i) => `${i === 0 ? "M" : "L"}${x(at).toFixed(1)} ${y(up).toFixed(1)}`).join("");
  const has = (key: "count" | "low" | "mid" | "high"): (readonly [number, number])[] =>
    marks.flatMap((mark, i) => (mark[key] === null ? [] : [[i, mark[key]] as const]));
  return {
    marks, x, y, ticks, targetShown,
    actual: line(has("count")),
    mid: line(has("mid")),
    band: has("low").length > 1 ? `${line([...has("high"), ...has("low").reverse()])}Z` : "",
  };
}

function marksOf(burn: BurnUp, ahead: number): Mark[] {
  const bands = burn.bands.slice(0, ahead);
  const first = bands[0];
  const opening = first && plusMonths(first.month, -1);
  const months = [...new Set([...burn.points.map((point) => point.month), ...bands.map((band) => band.month)])].sort();
  return months.map((month) => {
    const count = burn.points.find((point) => point.month === month)?.count ?? null;
    const band = bands.find((one) => one.month === month) ?? (month === opening && count !== null ? { low: count, mid: count, high: count } : null);
    return { month, count, low: band?.low ?? null, mid: band?.mid ?? null, high: band?.high ?? null };
  });
}

/** At most five round steps from nothing to at least `most`. */
export function ticksUpTo(most: number): number[] {
  const raw = most / 5;
  const power = 10 ** Math.floor(Math.log10(raw));
  const step = Math.max(1, [1, 2, 2.5, 5, 10].map((one) => one * power).find((one) => one >= raw && Number.isInteger(one)) ?? 10 * power);
  const count = Math.ceil(most / step);
  return Array.from({ length: count + 1 }, (_, i) => i * step);
}
