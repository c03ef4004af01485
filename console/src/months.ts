// Calendar months as the API writes them, `2026-11`, in the city's time.
import { civil } from "./time";

/** The month that clocks in `zone` show. */
export function monthOf(instant: Date, zone: string): string {
  const { year, month } = civil(instant, zone);
  return written(year, month - 1);
}

/** So many months later, or earlier. */
export function plusMonths(month: string, months: number): string {
  const [year = 0, number = 1] = month.split("-").map(Number);
  const whole = year * 12 + (number - 1) + months;
  return written(Math.floor(whole / 12), whole % 12);
}

/** The last `count` months up to and with the given one, the latest first. */
export const monthsBack = (last: string, count: number): string[] => Array.from({ length: count }, (_, i) => plusMonths(last, -i));

/** How many months the second is after the first. */
export function monthsBetween(first: string, second: string): number {
  const [a, b] = [first, second].map((month) => {
    const [year = 0, number = 1] = month.split("-").map(Number);
    return year * 12 + number;
  });
  return (b ?? 0) - (a ?? 0);
}

const written = (year: number, zeroBased: number): string => `${String(year).padStart(4, "0")}-${String(zeroBased + 1).padStart(2, "0")}`;
