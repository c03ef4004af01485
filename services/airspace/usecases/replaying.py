"""Every decision on a plan made again, from what is written: the same answer, or where it differs.

The journal says what was asked and what others held then, the zones' versions what was in force, the event log what was
answered. Rules and terrain are today's: where they were others, the answer may be another one, and that is said.
"""

from collections.abc import Sequence
from dataclasses import dataclass, fields, replace
from datetime import timedelta
from typing import Final
from uuid import UUID

import sqlalchemy as sa

from services.airspace.domain import zones as domain
from services.airspace.domain.assess import assess, decide
from services.airspace.domain.findings import closed_findings, is_of_closure, strongest
from services.airspace.domain.revised import of_others
from services.airspace.domain.slots import HORIZON_US
from services.airspace.domain.subjects import Authorization, PlanRequest, Reservation
from services.airspace.domain.zone_index import ZoneIndex
from services.airspace.state import AirspaceState
from services.airspace.store import journal, pads, subjects
from services.airspace.store.journal import Entry, EntryKind
from services.airspace.store.zones import Zone, zones_at
from services.airspace.usecases.proposing import PlanUnknown
from shared.contracts.assessment import Assessment, Effect, Finding, Outcome
from shared.contracts.codec import encode_value
from shared.db import raw
from shared.flight import FlightIntent, volumes
from shared.flight.records import to_us

_SLOTS: Final = timedelta(microseconds=HORIZON_US) + timedelta(hours=1)  # pads are looked for beyond the flight


@dataclass(frozen=True, slots=True, kw_only=True)
class Replayed:
    """One decision, and the same made again; `differences` names what is not the same, none where all is."""

    position: int  # in the journal
    revision: int
    because: str
    recorded: Assessment
    again: Assessment
    differences: Sequence[str]


@dataclass(frozen=True, slots=True)
class _Written:
    """An entry of the journal with the answer in the event log."""

    entry: Entry
    assessment: Assessment


def replay(state: AirspaceState, connection: sa.Connection, plan_id: UUID) -> list[Replayed]:
    """Every decision on the plan, in order, made again. Raises PlanUnknown."""
    cursor = raw(connection).cursor()
    entries = journal.entries_of(cursor, [plan_id]).get(plan_id, [])
    answered = [entry for entry in entries if entry.kind in (EntryKind.DECIDED, EntryKind.SETTLED)]
    if not answered:
        raise PlanUnknown(f"there is no decision on a flight plan {plan_id}")
    events = journal.assessments_of(cursor, plan_id)[-len(answered) :]
    written = [_Written(entry, event.assessment) for entry, event in zip(answered, events, strict=True)]
    past = _Past(state, connection)
    return [_replayed(state, past, written[: i + 1]) for i in range(len(written))]


def _replayed(state: AirspaceState, past: "_Past", written: Sequence[_Written]) -> Replayed:
    entry, recorded = written[-1].entry, written[-1].assessment
    if entry.kind is EntryKind.SETTLED:
        again = past.settled(entry, recorded, _stood_before(written))
    elif entry.because == "preempted":
        again = past.preempted(entry, recorded)
    else:
        again = past.decided(entry, recorded)
    return Replayed(
        position=entry.position,
        revision=entry.revision,
        because=entry.because,
        recorded=recorded,
        again=again,
        differences=_differences(recorded, again),
    )


def _stood_before(written: Sequence[_Written]) -> Assessment:
    """The answer that was changed: a refused move had left the one before it in place."""
    return next(one.assessment for one in reversed(written[:-1]) if one.entry.holds is not None)


def _differences(recorded: Assessment, again: Assessment) -> list[str]:
    names = (each.name for each in fields(Assessment))
    return [name for name in names if encode_value(getattr(recorded, name)) != encode_value(getattr(again, name))]


class _Past:
    """What was there when decisions were made."""

    def __init__(self, state: AirspaceState, connection: sa.Connection) -> None:
        self._state = state
        self._cursor = raw(connection).cursor()
        self._current = state.zones.read(self._cursor)
        self._zones: dict[int, ZoneIndex] = {}

    def decided(self, entry: Entry, recorded: Assessment) -> Assessment:
        """A plan filed, moved, or asked again as if newly filed."""
        return self._decide(entry, recorded)[0]

    def preempted(self, entry: Entry, recorded: Assessment) -> Assessment:
        """A plan that yielded: what came of the decision on the plan it yielded to, just before."""
        before = journal.decided_before(self._cursor, entry.position)
        return self._decide(before, recorded, of=entry.plan_id)[-1]

    def settled(self, entry: Entry, recorded: Assessment, before: Assessment) -> Assessment:
        """The zones' new answer, with what was said of other plans before."""
        request, zones = self._request(entry), self._at(recorded.zones_version)
        authorizations = self._authorizations(request, entry.position)
        rules, terrain = self._state.rules, self._state.terrain
        answer = assess(request, zones, (), authorizations, rules, terrain, recorded.decided_at)
        others = [finding for finding in of_others(before) if not is_of_closure(finding)]
        closed = self._closed(request, entry, answer)
        kept, left_out = strongest((*answer.findings, *others, *closed))
        refused = any(finding.effect is Effect.REFUSES for finding in closed)
        return replace(
            answer,
            outcome=Outcome.REFUSED if refused else answer.outcome,
            findings=kept,
            findings_left_out=answer.findings_left_out + left_out,
        )

    def _closed(self, request: PlanRequest, entry: Entry, answer: Assessment) -> list[Finding]:
        """What was known of its sites' closing: a note where it needs no approval, or was on its way."""
        ends = request.volumes.movements
        on_its_way = ends is not None and ends.departs_us <= to_us(answer.decided_at)
        effect = Effect.NOTE if on_its_way or answer.outcome is Outcome.NOT_REQUIRED else Effect.REFUSES
        terminals = pads.find_terminals(self._cursor, [request.volumes], before=entry.position)
        return closed_findings(request.volumes, terminals, effect)

    def _decide(self, entry: Entry, recorded: Assessment, *, of: UUID | None = None) -> list[Assessment]:
        request, zones = self._request(entry), self._at(recorded.zones_version)
        standing = self._standing(request, entry.position)
        operators = {request.operator, *(one.operator for one in standing if one.priority < request.priority)}
        window = request.volumes.window
        authorizations = [
            found
            for operator in sorted(operators)
            for found in subjects.authorizations_then(self._cursor, operator, window.start, window.end, entry.position)
        ]
        rules, terrain = self._state.rules, self._state.terrain
        terminals = pads.find_terminals(self._cursor, [request.volumes], before=entry.position)
        decisions = decide([request], zones, standing, authorizations, rules, terrain, recorded.decided_at, terminals)
        return [one.assessment for one in decisions if one.request.plan_id == (of or entry.plan_id)]

    def _request(self, entry: Entry) -> PlanRequest:
        entries = journal.entries_of(self._cursor, [entry.plan_id])[entry.plan_id]
        intent = next(one.intent for one in entries if one.revision == entry.revision and one.intent is not None)
        return PlanRequest(
            plan_id=entry.plan_id,
            revision=entry.revision,
            operator=entry.operator,
            priority=intent.priority,
            crewed=intent.aircraft_class.is_crewed,
            voluntary=entry.voluntary,
            volumes=volumes(intent, self._state.rules, self._state.terrain),
            keeps_former=entry.keeps_former,
            because=entry.because,
            active=any(one.kind is EntryKind.ACTIVATED and one.position < entry.position for one in entries),
        )

    def _authorizations(self, request: PlanRequest, position: int) -> list[Authorization]:
        window = request.volumes.window
        return subjects.authorizations_then(self._cursor, request.operator, window.start, window.end, position)

    def _standing(self, request: PlanRequest, position: int) -> list[Reservation]:
        """What other plans held at the position, about the request's time: their entries before, one after another."""
        window = request.volumes.window
        plan_ids = journal.plans_held(self._cursor, window.start - _SLOTS, window.end + _SLOTS, position)
        histories = journal.entries_of(self._cursor, plan_ids)
        holding = [held for some in histories.values() if (held := _held(some, position)) is not None]
        intents = {
            (entry.plan_id, entry.revision): entry.intent
            for some in histories.values()
            for entry in some
            if entry.intent is not None
        }
        return [
            self._reservation(entry, intents[entry.plan_id, entry.revision], active=active) for entry, active in holding
        ]

    def _reservation(self, entry: Entry, intent: FlightIntent, *, active: bool) -> Reservation:
        return Reservation(
            plan_id=entry.plan_id,
            revision=entry.revision,
            operator=entry.operator,
            priority=intent.priority,
            crewed=intent.aircraft_class.is_crewed,
            volumes=volumes(intent, self._state.rules, self._state.terrain),
            active=active,
        )

    def _at(self, version: int) -> ZoneIndex:
        """The zones in force at a version; those that have not changed since are prepared already."""
        if version not in self._zones:
            self._zones[version] = ZoneIndex(version, (self._zone(zone) for zone in zones_at(self._cursor, version)))
        return self._zones[version]

    def _zone(self, stated: Zone) -> domain.Zone:
        current = self._current.zones.get(stated.zone_id)
        if current is not None and current.zone_version == stated.zone_version:
            return current
        return domain.zone(stated.zone_id, stated.zone_version, stated.spec, self._state.city_time)


def _held(entries: Sequence[Entry], position: int) -> tuple[Entry, bool] | None:
    """The entry whose volumes the plan held just before the position, and whether it was in the air."""
    held: Entry | None = None
    active = False
    for entry in entries:
        if entry.position >= position:
            break
        if entry.kind is EntryKind.RELEASED:
            held, active = None, False
        elif entry.kind is EntryKind.ACTIVATED:
            active = True
        elif active and not entry.keeps_former:
            continue  # told, and it keeps what it holds
        elif entry.holds is not None:
            held = entry if entry.holds else None
    return None if held is None else (held, active)
