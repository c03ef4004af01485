"""Which changes are worth asking about: the candidates for the nearest legal plan, with their volumes. Pure."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import groupby
from typing import Final
from uuid import UUID

from services.airspace.domain.alternatives import AlternativeLimits, Change, raised, shifted
from services.airspace.domain.detours import Obstacle, detours, flight_obstacle, zone_obstacle
from services.airspace.domain.subjects import Authorization, PlanRequest, Reservation
from services.airspace.domain.zone_index import ZoneIndex
from services.airspace.domain.zones import Zone
from shared.contracts.assessment import Assessment, Effect, Finding, Outcome, SubjectKind
from shared.errors import Invalid
from shared.flight import FlightIntent, FlightRules, FlightVolumes, volumes_of_all
from shared.flight.records import from_us, to_us
from shared.law import voluntary
from shared.terrain import AGL, WGS84, Terrain

MOST_VOLUMES: Final = 12_000  # of all candidates together: bounds the time of an answer
FEW: Final = 4  # candidates for a flight all over the city
_WIDE_DEGREES: Final = 0.5


@dataclass(frozen=True, slots=True, kw_only=True)
class Checked:
    """The answer on a flight, and everything it was found with."""

    intent: FlightIntent  # with the positions of its sites
    request: PlanRequest
    zones: ZoneIndex
    standing: Mapping[UUID, Reservation]
    authorizations: Sequence[Authorization]  # also those in force somewhat earlier or later
    assessment: Assessment


def requested(plan_id: UUID, operator: str, intent: FlightIntent, flight: FlightVolumes) -> PlanRequest:
    """What a filing of the intent would ask for."""
    return PlanRequest(
        plan_id=plan_id,
        revision=1,
        operator=operator,
        priority=intent.priority,
        crewed=intent.aircraft_class.is_crewed,
        voluntary=voluntary(intent),
        volumes=flight,
    )


def candidates(
    checked: Checked, rules: FlightRules, terrain: Terrain, limits: AlternativeLimits, until: datetime
) -> tuple[list[Change], list[PlanRequest]]:
    """Changes that may be better off, and what each would ask for as the same plan. None for a plan that may fly."""
    if checked.assessment.outcome not in (Outcome.REFUSED, Outcome.AWAITING):
        return [], []
    asked = checked.request
    changes = _bounded(asked.volumes, list(_changes(checked, rules, terrain, limits, until)))
    pairs = _flights(changes, rules, terrain)
    requests = [requested(asked.plan_id, asked.operator, change.intent, flight) for change, flight in pairs]
    return [change for change, _ in pairs], requests


def _changes(
    checked: Checked, rules: FlightRules, terrain: Terrain, limits: AlternativeLimits, until: datetime
) -> Iterator[Change]:
    now = checked.assessment.decided_at
    yield from shifted(checked.intent, limits, now, until, list(_clear(checked)))
    if checked.intent.departs_at < now:
        return  # another height or way does not bring back the time
    yield from raised(checked.intent, limits, _ground_m(checked.request.volumes, terrain))
    for effects in ({Effect.REFUSES}, {Effect.REFUSES, Effect.NEEDS_RULING}):
        yield from detours(checked.intent, list(_obstacles(checked, effects)), rules, limits)


def _bounded(flight: FlightVolumes, changes: Sequence[Change]) -> list[Change]:
    """As many as an answer has time for, the small ones of each kind first."""
    west, south, east, north = flight.bounds
    wide = max(east - west, north - south) > _WIDE_DEGREES
    most = FEW if wide else max(FEW, MOST_VOLUMES // len(flight))
    if len(changes) <= most:
        return list(changes)
    ranked = [
        (rank, change)
        for _, some in groupby(changes, key=lambda change: change.kind)
        for rank, change in enumerate(sorted(some, key=lambda change: change.size))
    ]
    return [change for _, change in sorted(ranked, key=lambda pair: pair[0])[:most]]


def _flights(changes: Sequence[Change], rules: FlightRules, terrain: Terrain) -> list[tuple[Change, FlightVolumes]]:
    """The volumes of each, in one pass; without those that make no flight."""
    try:
        flights = volumes_of_all([change.intent for change in changes], rules, terrain)
    except Invalid:
        if len(changes) == 1:
            return []
        return [pair for change in changes for pair in _flights([change], rules, terrain)]
    return list(zip(changes, flights, strict=True))


def _blocking(checked: Checked, effects: set[Effect]) -> list[Finding]:
    return [finding for finding in checked.assessment.findings if finding.effect in effects]


def _clear(checked: Checked) -> Iterator[timedelta]:
    """By how much later or earlier something in the way is over, or not yet there."""
    records, window = checked.request.volumes.records, checked.request.volumes.window
    for finding in _blocking(checked, {Effect.REFUSES, Effect.NEEDS_RULING}):
        first = from_us(records["start_us"][finding.leg or 0])
        if zone := _zone_of(checked, finding):
            if zone.spec.ends_at:
                yield zone.spec.ends_at - first
            if zone.spec.starts_at:
                yield zone.spec.starts_at - window.end
        elif (other := _flight_of(checked, finding)) is not None:
            yield other.window.end - first
        elif finding.shift_min is not None:
            yield timedelta(minutes=finding.shift_min)


def _obstacles(checked: Checked, effects: set[Effect]) -> Iterator[Obstacle]:
    """What would have to be flown round, in the order it is met."""
    for finding in sorted(_blocking(checked, effects), key=lambda finding: finding.leg or 0):
        if zone := _zone_of(checked, finding):
            yield zone_obstacle(zone)
        elif (other := _flight_of(checked, finding)) is not None and finding.starts_at and finding.ends_at:
            obstacle = flight_obstacle(other, to_us(finding.starts_at), to_us(finding.ends_at))
            if obstacle is not None:
                yield obstacle


def _zone_of(checked: Checked, finding: Finding) -> Zone | None:
    return checked.zones.zones.get(finding.against_id or "") if finding.against is SubjectKind.ZONE else None


def _flight_of(checked: Checked, finding: Finding) -> FlightVolumes | None:
    if finding.against is not SubjectKind.PLAN or finding.against_id is None:
        return None
    other = checked.standing.get(UUID(finding.against_id))
    return other.volumes if other else None


def _ground_m(flight: FlightVolumes, terrain: Terrain) -> float:
    """The highest ground under the flight, in the reference of its heights."""
    code = int(flight.records["reference"][0])
    if code == AGL:
        return 0.0
    highest = float(terrain.ground(flight.boxes)[1].max())
    return highest + terrain.geoid_max_m if code == WGS84 else highest
