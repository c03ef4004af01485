// The circle zone being drawn and filled in. Pure.
import type { Altitude, AltitudeReference, Binds, Restriction, ZoneDraftBody, ZoneKind } from "../../api/types";
import { numberOf } from "../../components/fields";
import { parsePosition } from "../../geo";
import { toInstant } from "../../time";

export interface ZoneDraft {
  center: string;
  radius: string;
  name: string;
  kind: ZoneKind;
  restriction: Restriction;
  lower: string;
  upper: string;
  reference: AltitudeReference;
  startsAt: string;
  endsAt: string;
  binds: Binds;
  authority: string;
  reason: string;
  article: string;
  noticeBy: string;
  noticeNumber: string;
  noticeIssuedAt: string;
  emergency: boolean;
}

export type ZoneFault =
  | "center" | "radius_m" | "name" | "authority" | "lower" | "upper" | "notice.determined_by" | "notice.number" | "notice.issued_at";

export function zoneFaults(draft: ZoneDraft): ZoneFault[] {
  const found: ZoneFault[] = [];
  if (!parsePosition(draft.center)) found.push("center");
  if (!(Number(numberOf(draft.radius)) > 0)) found.push("radius_m");
  if (!draft.name.trim()) found.push("name");
  if (!draft.authority.trim()) found.push("authority");
  if (draft.lower.trim() && numberOf(draft.lower) === null) found.push("lower");
  if (draft.upper.trim() && numberOf(draft.upper) === null) found.push("upper");
  if (draft.kind === "temporary") {
    if (!draft.noticeBy.trim()) found.push("notice.determined_by");
    if (!draft.noticeNumber.trim()) found.push("notice.number");
    if (!draft.noticeIssuedAt) found.push("notice.issued_at");
  }
  return found;
}

const altitude = (text: string, reference: AltitudeReference): Altitude | null => {
  const value = numberOf(text);
  return value === null ? null : { value_m: value, reference };
};

/** What is sent to the platform, or null while something is missing. */
export function specOf(draft: ZoneDraft, zone: string): ZoneDraftBody | null {
  const center = parsePosition(draft.center);
  const radius = numberOf(draft.radius);
  if (zoneFaults(draft).length > 0 || !center || radius === null) return null;
  return {
    name: draft.name.trim(), kind: draft.kind, restriction: draft.restriction,
    outline: { type: "Circle", center, radius_m: radius },
    lower: altitude(draft.lower, draft.reference), upper: altitude(draft.upper, draft.reference),
    starts_at: draft.startsAt ? toInstant(draft.startsAt, zone) : null,
    ends_at: draft.endsAt ? toInstant(draft.endsAt, zone) : null,
    binds: draft.binds, authority: draft.authority.trim(), reason: draft.reason.trim(), article: draft.article.trim(),
    notice: draft.kind === "temporary"
      ? {
          determined_by: draft.noticeBy.trim(), number: draft.noticeNumber.trim(),
          issued_at: toInstant(draft.noticeIssuedAt, zone) ?? "", emergency: draft.emergency,
        }
      : null,
  };
}
