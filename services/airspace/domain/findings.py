"""From hits and contacts to `Finding`s: what, where, in which height band, when, by which article. Pure."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Final

from services.airspace.domain.apart import Aside
from services.airspace.domain.clearance import plan_clearance, zone_clearance
from services.airspace.domain.closures import LostSite
from services.airspace.domain.contacts import Contact, place_of
from services.airspace.domain.settling import LEAST_RADIUS_M
from services.airspace.domain.slots import MINUTE_US, Shortage
from services.airspace.domain.subjects import Authorization, Reservation, Route
from services.airspace.domain.terminals import PadHold, Terminals, closed
from services.airspace.domain.zone_index import ZoneHit
from shared.contracts.airspace import ZoneKind
from shared.contracts.assessment import Effect, Finding, FindingCode, Outcome, Restriction, SubjectKind
from shared.flight import FlightVolumes
from shared.flight.records import FOREVER_US, from_us
from shared.terrain import REFERENCES, Terrain
from shared.volumes import Altitude, CircleOutline

MAX_FINDINGS: Final = 50  # rule TY-FINDINGS: the strongest are kept, the others counted
ARTICLE_EQUAL: Final = "ASTM F3548-21 SCD0035"
ARTICLE_HIGHER: Final = "ASTM F3548-21 SCD0015"
ARTICLE_EQUAL_ALOFT: Final = "ASTM F3548-21 SCD0050"
ARTICLE_HIGHER_ALOFT: Final = "ASTM F3548-21 SCD0030"
ARTICLE_LOWER: Final = "ASTM F3548-21 SCD0090"
RULE_CLOSED: Final = "TY-CLOSED"  # nobody takes off from a closed site or lands there
RULE_SLOT: Final = "TY-SLOT"  # at no instant are more pads of a site held than it has

RULE_ZONE: Final = "TY-ZONE"  # a zone binds as published, where no article is named and none follows from its kind

_ARTICLES: Final = {
    ZoneKind.CONTROLLED_HEIGHT: "Decree 761 Art. 19",
    ZoneKind.CONTROLLED_AIRPORT: "Decree 761 Art. 19(1)",
    ZoneKind.CONTROLLED_BORDER: "Decree 761 Art. 19(2)",
    ZoneKind.CONTROLLED_MILITARY: "Decree 761 Art. 19(3)",
    ZoneKind.CONTROLLED_HAZARD: "Decree 761 Art. 19(4)",
    ZoneKind.CONTROLLED_INFRASTRUCTURE: "Decree 761 Art. 19(5)",
    ZoneKind.CONTROLLED_ELECTROMAGNETIC: "Decree 761 Art. 19(6)",
    ZoneKind.CONTROLLED_HERITAGE: "Decree 761 Art. 19(7)",
    ZoneKind.CONTROLLED_OTHER: "Decree 761 Art. 19(8)",
    ZoneKind.TEMPORARY: "Decree 761 Art. 20",
    ZoneKind.PROHIBITED: "Decree 761 Art. 19",
    ZoneKind.SUITABLE: "Decree 761 Art. 19",
    ZoneKind.ISOLATED: "Decree 761 Art. 22",
}
_ZONE_RULES: Final = {
    Restriction.PROHIBITED: (FindingCode.ZONE_PROHIBITED, Effect.REFUSES),
    Restriction.REQ_AUTHORIZATION: (FindingCode.ZONE_REQUIRES_AUTHORIZATION, Effect.NEEDS_RULING),
    Restriction.CONDITIONAL: (FindingCode.ZONE_CONDITIONAL, Effect.NEEDS_RULING),
    Restriction.NO_RESTRICTION: (FindingCode.ZONE_UNRESTRICTED, Effect.NOTE),
}
_STRENGTH: Final = {Effect.REFUSES: 0, Effect.NEEDS_RULING: 1, Effect.NOTE: 2}
_KINDS: Final = {SubjectKind.ZONE: 0, SubjectKind.PLAN: 1, SubjectKind.SITE: 2, SubjectKind.ROUTE: 3}
_LEAST_DRAWN_M: Final = 1.0
_OTHER_FLIGHTS: Final = (FindingCode.PLAN_CONFLICT, FindingCode.SITE_FULL)
_CLOSURES: Final = (FindingCode.SITE_CLOSED, FindingCode.SITE_CLOSED_FOR_WEATHER, FindingCode.SITE_OUT_OF_USE)


def zone_finding(
    hit: ZoneHit,
    flight: FlightVolumes,
    permit: Authorization | None,
    terrain: Terrain,
    *,
    as_note: bool = False,
) -> Finding:
    """What a zone does to a flight; `permit` is an authorization that covers it there, `as_note` takes the effect."""
    spec = hit.zone.spec
    code, effect = _ZONE_RULES[spec.restriction]
    if spec.restriction is Restriction.REQ_AUTHORIZATION and permit is not None:
        code, effect = FindingCode.ZONE_AUTHORIZED, Effect.NOTE
    start, end = max(hit.start_us, hit.zone.start_us), min(hit.end_us, hit.zone.end_us)
    effect = Effect.NOTE if as_note else effect
    return Finding(
        code=code,
        effect=effect,
        against=SubjectKind.ZONE,
        against_id=hit.zone.zone_id,
        against_version=hit.zone.zone_version,
        name=spec.name,
        reason=_reason(spec.reason, spec.conditions, spec.authority),
        article=spec.article or _ARTICLES.get(spec.kind, RULE_ZONE),
        leg=hit.volumes[0],
        place=hit.place,
        outline=_round(hit.place, hit.radius_m),
        lower=Altitude(hit.lower_m, hit.reference),
        upper=Altitude(hit.upper_m, hit.reference),
        starts_at=_instant(start),
        ends_at=_instant(end),
        authorization_number=permit.spec.number if permit else None,
        terrain=terrain.name if hit.mixed else "",
        **({} if effect is Effect.NOTE else zone_clearance(hit, flight)),
    )


def plan_finding(
    contact: Contact,
    flights: Sequence[FlightVolumes],
    other: Reservation,
    code: FindingCode,
    effect: Effect,
    article: str,
    terrain: Terrain,
    aside: Aside | None,
) -> Finding:
    """What another plan does to this one (`contact.a`); `aside` is known where that refuses it."""
    return Finding(
        code=code,
        effect=effect,
        against=SubjectKind.PLAN,
        against_id=str(other.plan_id),
        against_version=other.revision,
        against_operator=other.operator,
        article=article,
        **_where(contact, flights, terrain),  # type: ignore[arg-type]
        **({} if aside is None else plan_clearance(contact, flights, aside)),
    )


def slot_finding(shortage: Shortage, effect: Effect) -> Finding:
    """That a site has no pad for a movement: from when to when, and which shift of the flight would find one."""
    start, end = map(_instant, shortage.full)
    shift_us = shortage.shift_us
    return Finding(
        code=FindingCode.SITE_FULL,
        effect=effect,
        against=SubjectKind.SITE,
        against_id=shortage.terminal.site_id,
        name=shortage.terminal.name,
        article=RULE_SLOT,
        **_at_site(shortage.hold),  # type: ignore[arg-type]
        starts_at=start,
        ends_at=end,
        free_until=None if effect is Effect.NOTE else start,
        free_from=None if effect is Effect.NOTE else end,
        pads=shortage.terminal.pads,
        shift_min=None if shift_us is None else shift_us // MINUTE_US,
    )


def pad_yielded_finding(shortage: Shortage, other: Reservation) -> Finding:
    """That another plan gives up the pad of a site to this one, of higher priority."""
    start, end = map(_instant, shortage.full)
    return Finding(
        code=FindingCode.PLAN_PREEMPTED,
        effect=Effect.NOTE,
        against=SubjectKind.PLAN,
        against_id=str(other.plan_id),
        against_version=other.revision,
        against_operator=other.operator,
        article=ARTICLE_LOWER,
        **_at_site(shortage.hold),  # type: ignore[arg-type]
        starts_at=start,
        ends_at=end,
    )


def closed_findings(flight: FlightVolumes, terminals: Terminals, effect: Effect) -> list[Finding]:
    """That a site is closed or out of use when the flight would take off or land there."""
    return [
        Finding(
            code=closure.code,
            effect=effect,
            against=SubjectKind.SITE,
            against_id=terminal.site_id,
            name=terminal.name,
            reason=closure.reason,
            article=RULE_CLOSED,
            **_at_site(hold),  # type: ignore[arg-type]
            starts_at=_instant(closure.start_us),
            ends_at=_instant(closure.end_us),
            free_until=None if effect is Effect.NOTE else _instant(closure.start_us),
            free_from=None if effect is Effect.NOTE else _instant(closure.end_us),
        )
        for hold, terminal, closure in closed(flight, terminals)
    ]


def lost_site_finding(lost: LostSite, leg: int) -> Finding:
    """That a site of a fixed route is out of use: a note, for the route's way is as clear as before."""
    place = (lost.lng, lost.lat)
    return Finding(
        code=lost.closure.code,
        effect=Effect.NOTE,
        against=SubjectKind.SITE,
        against_id=lost.site_id,
        name=lost.name,
        reason=lost.closure.reason,
        article=RULE_CLOSED,
        leg=leg,
        place=place,
        outline=_round(place, LEAST_RADIUS_M),
        starts_at=_instant(lost.closure.start_us),
        ends_at=_instant(lost.closure.end_us),
    )


def is_of_closure(finding: Finding) -> bool:
    """Whether a reason is that a site is closed or out of use."""
    return finding.code in _CLOSURES


def in_the_way(findings: Iterable[Finding]) -> list[Finding]:
    """The reasons to refuse that are other flights: their airspace, or the pads they hold."""
    return [finding for finding in findings if finding.effect is Effect.REFUSES and finding.code in _OTHER_FLIGHTS]


def _at_site(hold: PadHold) -> dict[str, object]:
    place = (hold.spot.lng, hold.spot.lat)
    return {"leg": hold.volume, "place": place, "outline": _round(place, LEAST_RADIUS_M)}


def route_finding(contact: Contact, flights: Sequence[FlightVolumes], other: Route, terrain: Terrain) -> Finding:
    """That another route crosses this one."""
    return Finding(
        code=FindingCode.ROUTE_CROSSING,
        effect=Effect.NOTE,
        against=SubjectKind.ROUTE,
        against_id=other.route_id,
        against_version=other.revision,
        against_operator=other.operator,
        name=other.name,
        **_where(contact, flights, terrain),  # type: ignore[arg-type]
    )


def strongest(findings: Iterable[Finding]) -> tuple[tuple[Finding, ...], int]:
    """In one order whatever the order they were found in, at most `MAX_FINDINGS`, and how many were left out."""
    ordered = sorted(findings, key=lambda f: (_STRENGTH[f.effect], _KINDS[f.against], f.against_id or ""))
    return tuple(ordered[:MAX_FINDINGS]), max(0, len(ordered) - MAX_FINDINGS)


def outcome_of(findings: Iterable[Finding]) -> Outcome:
    """The answer by the strongest effect."""
    effects = {finding.effect for finding in findings}
    if Effect.REFUSES in effects:
        return Outcome.REFUSED
    return Outcome.AWAITING if Effect.NEEDS_RULING in effects else Outcome.APPROVED


def _where(contact: Contact, flights: Sequence[FlightVolumes], terrain: Terrain) -> dict[str, object]:
    place = place_of(contact, flights)
    radii = [
        flights[flight].records["radius_m"][legs[0]]
        for flight, legs in ((contact.a, contact.legs_a), (contact.b, contact.legs_b))
    ]
    reference = REFERENCES[contact.reference]
    return {
        "leg": contact.legs_a[0],
        "place": place,
        "outline": _round(place, float(sum(radii))),
        "lower": Altitude(contact.lower_m, reference),
        "upper": Altitude(contact.upper_m, reference),
        "starts_at": _instant(contact.start_us),
        "ends_at": _instant(contact.end_us),
        "terrain": terrain.name if contact.mixed else "",
    }


def _reason(*parts: str) -> str:
    return "; ".join(part for part in parts if part)[:2000]


def _round(place: tuple[float, float], radius_m: float) -> CircleOutline:
    return CircleOutline("Circle", place, max(radius_m, _LEAST_DRAWN_M))


def _instant(us: int) -> datetime | None:
    return None if abs(us) >= FOREVER_US else from_us(us)
