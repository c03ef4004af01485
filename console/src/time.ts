// Instants of the API (UTC) to the city's civil time and back; the page never shows the browser's own zone.

export interface CivilParts {
  year: number;
  month: number;
  day: number;
  hour: number;
  minute: number;
  second: number;
}

const formats = new Map<string, Intl.DateTimeFormat>();

function formatOf(zone: string): Intl.DateTimeFormat {
  let format = formats.get(zone);
  if (!format) {
    format = new Intl.DateTimeFormat("en-GB", {
      timeZone: zone, hourCycle: "h23",
      year: "numeric", month: "2-digit", day: "2-digit", hour: "2-digit", minute: "2-digit", second: "2-digit",
    });
    formats.set(zone, format);
  }
  return format;
}

/** The civil date and time that clocks in `zone` show at the instant. */
export function civil(instant: Date, zone: string): CivilParts {
  const parts: Record<string, number> = {};
  for (const part of formatOf(zone).formatToParts(instant)) parts[part.type] = Number(part.value);
  return {
    year: parts["year"] ?? 0, month: parts["month"] ?? 0, day: parts["day"] ?? 0,
    hour: parts["hour"] ?? 0, minute: parts["minute"] ?? 0, second: parts["second"] ?? 0,
  };
}

/** How far the zone's clocks are ahead of UTC at the instant, in milliseconds. */
function offsetMs(instant: Date, zone: string): number {
  const at = civil(instant, zone);
  const asUtc = Date.UTC(at.year, at.month - 1, at.day, at.hour, at.minute, at.second);
  return asUtc - Math.floor(instant.getTime() / 1000) * 1000;
}

/** `2026-11-23T09:30` on the clocks of `zone` as an instant, `2026-11-23T01:30:00Z`; null where it is no time. */
export function toInstant(local: string, zone: string): string | null {
  const naive = Date.parse(`${local.length === 16 ? `${local}:00` : local}Z`);
  if (Number.isNaN(naive)) return null;
  const guess = new Date(naive - offsetMs(new Date(naive), zone));
  const exact = new Date(naive - offsetMs(guess, zone)); // a second step settles days on which the offset changes
  return exact.toISOString().replace(".000Z", "Z");
}

const two = (value: number): string => String(value).padStart(2, "0");

/** An instant as `datetime-local` wants it: `2026-11-23T09:30`. */
export function toLocal(instant: string | Date, zone: string): string {
  const at = civil(new Date(instant), zone);
  return `${at.year}-${two(at.month)}-${two(at.day)}T${two(at.hour)}:${two(at.minute)}`;
}

/** The same with seconds where there are any, so that no alternative is rounded away. */
export function toLocalSeconds(instant: string, zone: string): string {
  const { second } = civil(new Date(instant), zone);
  return second === 0 ? toLocal(instant, zone) : `${toLocal(instant, zone)}:${two(second)}`;
}

/** `11-23` of `2026-11-23T09:30`, with the year where it is not the present one. */
function dayShown(local: string, zone: string, now: Date): string {
  return local.slice(0, 4) === toLocal(now, zone).slice(0, 4) ? local.slice(5, 10) : local.slice(0, 10);
}

/** `11-23 09:30` in the city's time; `2030-01-01 09:30` in another year. */
export function formatInstant(instant: string | Date, zone: string, now = new Date()): string {
  const local = toLocal(instant, zone);
  return `${dayShown(local, zone, now)} ${local.slice(11)}`;
}

/** `09:30:05` in the city's time. */
export function formatClock(instant: string | Date, zone: string): string {
  const at = civil(new Date(instant), zone);
  return `${two(at.hour)}:${two(at.minute)}:${two(at.second)}`;
}

/** Shorter windows are told to the second. */
const SHORT_MS = 10 * 60_000;

/** `11-23 09:30–09:48`, with the second date only where it differs; a short one `11-23 09:30:05–09:31:20`. */
export function formatWindow(start: string, end: string, zone: string, now = new Date()): string {
  const [from, until] = [toLocal(start, zone), toLocal(end, zone)];
  const isShort = Date.parse(end) - Date.parse(start) < SHORT_MS;
  const clock = (at: string): string => (isShort ? formatClock(at, zone) : toLocal(at, zone).slice(11));
  const sameDay = from.slice(0, 10) === until.slice(0, 10);
  return `${dayShown(from, zone, now)} ${clock(start)}–${sameDay ? "" : `${dayShown(until, zone, now)} `}${clock(end)}`;
}

/** 10:00 of tomorrow in the city, as `datetime-local` wants it: the usual first choice for a filing. */
export function tomorrowMorning(now: Date, zone: string): string {
  return `${toLocal(new Date(now.getTime() + 86_400_000), zone).slice(0, 10)}T10:00`;
}
