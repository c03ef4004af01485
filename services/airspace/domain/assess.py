"""The decision table: what zones, other plans, slots and authorizations make of a plan. Pure.

`now` is stamped on the Assessment as `decided_at`.
"""

from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Sequence
from datetime import datetime
from uuid import UUID

from services.airspace.domain.answers import assessment_of, zone_findings
from services.airspace.domain.apart import Aside, plan_asides
from services.airspace.domain.contacts import Contact, contacts
from services.airspace.domain.findings import (
    ARTICLE_EQUAL,
    ARTICLE_EQUAL_ALOFT,
    ARTICLE_HIGHER,
    ARTICLE_HIGHER_ALOFT,
    ARTICLE_LOWER,
    closed_findings,
    outcome_of,
    pad_yielded_finding,
    plan_finding,
    slot_finding,
)
from services.airspace.domain.settling import unsettled
from services.airspace.domain.slots import Shortage, Slots, Span
from services.airspace.domain.subjects import Authorization, Decision, PlanRequest, Reservation
from services.airspace.domain.terminals import NO_TERMINALS, PadHold, Terminals
from services.airspace.domain.zone_index import ZoneHit, ZoneIndex
from shared.contracts.assessment import Assessment, Effect, Finding, FindingCode, Outcome
from shared.flight import FlightRules
from shared.flight.records import to_us
from shared.terrain import Terrain


def assess(
    request: PlanRequest,
    zones: ZoneIndex,
    standing: Iterable[Reservation],
    authorizations: Iterable[Authorization],
    rules: FlightRules,
    terrain: Terrain,
    now: datetime,
    terminals: Terminals = NO_TERMINALS,
) -> Assessment:
    """The answer on one plan by itself: `POST /checks`. `standing` may hold more than what is near, never less."""
    return decide([request], zones, standing, authorizations, rules, terrain, now, terminals)[0].assessment


def assess_each(
    requests: Sequence[PlanRequest],
    zones: ZoneIndex,
    standing: Iterable[Reservation],
    authorizations: Iterable[Authorization],
    rules: FlightRules,
    terrain: Terrain,
    now: datetime,
    terminals: Terminals = NO_TERMINALS,
) -> list[Assessment]:
    """`assess` of each request, in one pass: none stands in the way of another, as if each were the only one."""
    batch = _Batch(requests, zones, standing, authorizations, rules, terrain, now, terminals, among=False)
    return [batch.answer(i).assessment for i in range(len(requests))]


def decide(
    requests: Sequence[PlanRequest],
    zones: ZoneIndex,
    standing: Iterable[Reservation],
    authorizations: Iterable[Authorization],
    rules: FlightRules,
    terrain: Terrain,
    now: datetime,
    terminals: Terminals = NO_TERMINALS,
) -> list[Decision]:
    """A batch decided in order, exactly as if one by one.

    `standing`: every reservation that may be near one of the requests (each plan once; also the former volumes of the
    plans asked about). `terminals`: the sites that the requests use; at others there are no slots.
    A plan made to yield to a later one of higher priority appears again after it, refused (in the air: told),
    `because="preempted"`: also where it was not in `requests`, so apply the decisions in order and let the last one of
    a plan win.
    """
    return _Batch(requests, zones, standing, authorizations, rules, terrain, now, terminals).decide()


class _Batch:
    """Requests, then standing reservations, are flights 0, 1, ...; who holds what changes with each decision."""

    def __init__(
        self,
        requests: Sequence[PlanRequest],
        zones: ZoneIndex,
        standing: Iterable[Reservation],
        authorizations: Iterable[Authorization],
        rules: FlightRules,
        terrain: Terrain,
        now: datetime,
        terminals: Terminals = NO_TERMINALS,
        *,
        among: bool = True,
    ) -> None:
        self.requests, self.zones, self.rules, self.terrain, self.now = requests, zones, rules, terrain, now
        self.authorizations = tuple(authorizations)
        stands = sorted(standing, key=lambda one: str(one.plan_id))
        self.holders = [*map(_reservation, requests), *stands]
        self.flights = [holder.volumes for holder in self.holders]
        self.holding = {one.plan_id: len(requests) + i for i, one in enumerate(stands)}
        self.hits = zones.hits([r.volumes for r in requests], [r.crewed for r in requests], terrain)
        self.near: dict[int, list[Contact]] = defaultdict(list)  # by the flight that is asked about
        self.terminals = terminals
        self.already = self._already()
        self.slots = Slots(self.flights, terminals, shifts=among)
        for contact in self._contacts(range(len(requests)), among=among):
            self.near[contact.a].append(contact)
            if contact.b < len(requests):
                self.near[contact.b].append(contact.turned())
        self.asides = self._asides()

    def _contacts(self, asked: Sequence[int], *, among: bool = True) -> Iterable[Contact]:
        """Of these flights with any other; two that slots settle are in nobody's way."""
        return unsettled(contacts(self.flights, asked, among=among), self.flights, self.terminals)

    def _asides(self) -> dict[tuple[int, int], Aside]:
        """How far to the side requests would be clear of what stands in their way, all at once."""
        stands = [(i, c.b) for i, near in self.near.items() for c in near if c.b >= len(self.requests)]
        asked = [(i, j) for i, j in stands if self._code(i, j) is not FindingCode.PLAN_NEARBY]
        return dict(zip(asked, plan_asides([(self.flights[i], self.flights[j]) for i, j in asked]), strict=True))

    def _aside(self, i: int, j: int) -> Aside:
        """The same of flight i from flight j; of two requests, and of what yields, it is asked where it is told."""
        if (i, j) not in self.asides:
            (self.asides[i, j],) = plan_asides([(self.flights[i], self.flights[j])])
        return self.asides[i, j]

    def _already(self) -> set[tuple[int, UUID]]:
        """Whom flights in the air that are to be moved have come across already: that is not held against the move."""
        moved = {
            self.holding[request.plan_id]: i
            for i, request in enumerate(self.requests)
            if request.moves_in_the_air and request.plan_id in self.holding
        }
        met = list(self._contacts(sorted(moved)))
        pairs = [(contact.a, contact.b) for contact in met] + [(contact.b, contact.a) for contact in met]
        return {(moved[a], self._plan(b)) for a, b in pairs if a in moved}

    def decide(self) -> list[Decision]:
        return [decision for i in range(len(self.requests)) for decision in self._decide(i)]

    def answer(self, i: int) -> Decision:
        """The decision on one request, given what is held at this moment; nothing comes of it yet."""
        request, met = self.requests[i], self._met(i)
        findings = self._zone_findings(request, self._ahead(request, self.hits[i]))
        free = request.voluntary and all(f.code is FindingCode.ZONE_UNRESTRICTED for f in findings)
        short = self.slots.shortages(i, self._counts(i, least=request.priority))
        findings += closed_findings(request.volumes, self.terminals, Effect.NOTE if free else Effect.REFUSES)
        refused = _outcome(request, findings) is Outcome.REFUSED or bool(short)
        findings += self._plan_findings(i, met, free=free, refused=refused)
        findings += [slot_finding(each, Effect.NOTE if free else Effect.REFUSES) for each in short]
        if not free and _outcome(request, findings) is not Outcome.REFUSED:
            findings += [pad_yielded_finding(each, self.holders[j]) for j, each in self._pads_yielded(i, met)]
        return self._decision(request, findings, free=free, because=request.because)

    def _decide(self, i: int) -> list[Decision]:
        """The decision on one request, then those on the plans it makes yield."""
        request, decision = self.requests[i], self.answer(i)
        if decision.reserves:
            met = self._met(i)
            without_pad = self._pads_yielded(i, met)
            self.holding[request.plan_id] = i
            told = [(c.b, self._plan_finding(c.turned(), code)) for c in met if (code := self._told(i, c.b))]
            told += [(j, slot_finding(each, Effect.REFUSES)) for j, each in without_pad]
            return [decision, *(self._preempt(j, finding) for j, finding in told)]
        if decision.releases:
            self.holding.pop(request.plan_id, None)
        return [decision]

    def _met(self, i: int) -> list[Contact]:
        """Contacts with what other plans hold at this moment, in the same order however the batch was cut."""
        others = (c for c in self.near[i] if self._plan(c.b) != self._plan(i))
        return sorted((c for c in others if self.holding.get(self._plan(c.b)) == c.b), key=lambda c: self._plan(c.b))

    def _counts(self, i: int, *, least: int, gone: Collection[int] = ()) -> Callable[[int], bool]:
        """Whether a flight holds pads against flight i: another plan's, held at this moment, of so high a priority."""

        def counts(j: int) -> bool:
            plan, holder = self._plan(j), self.holders[j]
            held = (holder.priority >= least or holder.active) and j not in gone
            return held and plan != self._plan(i) and self.holding.get(plan) == j

        return counts

    def _pads_yielded(self, i: int, met: Sequence[Contact]) -> list[tuple[int, Shortage]]:
        """Flights of lower priority that give up a pad to flight i, besides those that give up their airspace to it."""
        gone = {contact.b for contact in met if self._code(i, contact.b) is FindingCode.PLAN_PREEMPTED}
        yielded: list[tuple[int, Shortage]] = []
        for hold in self.slots.holds[i]:
            while full := self.slots.full(hold, self._counts(i, least=0, gone=gone)):
                j, shortage = self._last_in_line(i, hold, full, gone)
                gone.add(j)
                yielded.append((j, shortage))
        return yielded

    def _last_in_line(self, i: int, hold: PadHold, full: Span, gone: Collection[int]) -> tuple[int, Shortage]:
        """Who of lower priority gives up the pad: the lowest, among equals the one that comes last."""
        others = self.slots.others(hold, self._counts(i, least=0, gone=gone))
        lower = [held for held in others if held[0] <= full[0] < held[1] and self._yields(i, held[2])]
        start, end, j = min(lower, key=lambda held: (self.holders[held[2]].priority, -held[0], self._plan(held[2])))
        theirs = hold._replace(volume=next(h.volume for h in self.slots.holds[j] if h[:3] == (hold.spot, start, end)))
        return j, self.slots.shortage(theirs, (max(start, hold.start_us), min(end, hold.end_us)))

    def _ahead(self, request: PlanRequest, hits: Sequence[ZoneHit]) -> Sequence[ZoneHit]:
        """The zones that a flight in the air still comes to: one it has passed does not keep it from another way."""
        if not request.moves_in_the_air:
            return hits
        return [hit for hit in hits if hit.end_us > to_us(self.now)]

    def _zone_findings(self, request: PlanRequest, hits: Sequence[ZoneHit]) -> list[Finding]:
        return zone_findings(hits, request.operator, request.volumes, self.authorizations, self.terrain, None)

    def _plan_findings(self, i: int, met: Sequence[Contact], *, free: bool, refused: bool) -> list[Finding]:
        codes = [self._code(i, contact.b) for contact in met]
        refused = refused or (FindingCode.PLAN_CONFLICT in codes and not free)
        return [
            self._plan_finding(contact, _softened(code, free=free, refused=refused))
            for contact, code in zip(met, codes, strict=True)
        ]

    def _plan_finding(self, contact: Contact, code: FindingCode) -> Finding:
        own, other = self.holders[contact.a], self.holders[contact.b]
        effect = Effect.REFUSES if code is FindingCode.PLAN_CONFLICT else Effect.NOTE
        article = ""
        if code is FindingCode.PLAN_CONFLICT:
            article = self._article(contact.a, is_equal=other.priority == own.priority)
        elif code is FindingCode.PLAN_PREEMPTED or self._crossed(contact.a, contact.b):
            article = ARTICLE_LOWER
        aside = self._aside(contact.a, contact.b) if effect is Effect.REFUSES else None
        return plan_finding(contact, self.flights, other, code, effect, article, self.terrain, aside)

    def _article(self, i: int, *, is_equal: bool) -> str:
        if i < len(self.requests) and self.requests[i].moves_in_the_air:
            return ARTICLE_EQUAL_ALOFT if is_equal else ARTICLE_HIGHER_ALOFT
        return ARTICLE_EQUAL if is_equal else ARTICLE_HIGHER

    def _code(self, i: int, j: int) -> FindingCode:
        """What standing flight j is to flight i that comes into contact with it."""
        own, other = self.holders[i], self.holders[j]
        if own.crewed and other.crewed and self.rules.crewed_overlap_is_note:
            return FindingCode.PLAN_NEARBY
        if own.priority == other.priority and self.rules.same_priority_overlap_is_note:
            return FindingCode.PLAN_NEARBY
        if other.priority >= own.priority:
            return FindingCode.PLAN_NEARBY if (i, other.plan_id) in self.already else FindingCode.PLAN_CONFLICT
        return FindingCode.PLAN_NEARBY if other.active else FindingCode.PLAN_PREEMPTED

    def _yields(self, i: int, j: int) -> bool:
        """Whether flight j makes room for flight i."""
        return self.holders[j].priority < self.holders[i].priority and not self.holders[j].active

    def _crossed(self, i: int, j: int) -> bool:
        """Whether one of the two is in the air and the other, of higher priority, goes across it."""
        low, high = sorted((self.holders[i], self.holders[j]), key=lambda holder: holder.priority)
        return low.active and low.priority < high.priority

    def _told(self, i: int, j: int) -> FindingCode | None:
        """What flight j of lower priority is told when flight i is accepted; None where that is nothing to it."""
        code = self._code(i, j)
        if code is FindingCode.PLAN_PREEMPTED:
            return FindingCode.PLAN_CONFLICT
        lower = self.holders[j].priority < self.holders[i].priority
        return code if lower and self._crossed(i, j) and code is FindingCode.PLAN_NEARBY else None

    def _preempt(self, j: int, finding: Finding) -> Decision:
        """Assess the plan that yields again, by zones and what it yields to; on the ground it holds nothing more."""
        holder = self.holders[j]
        if not holder.active:
            del self.holding[holder.plan_id]
        request = PlanRequest(
            plan_id=holder.plan_id,
            revision=holder.revision,
            operator=holder.operator,
            priority=holder.priority,
            crewed=holder.crewed,
            voluntary=False,
            volumes=holder.volumes,
            because="preempted",
            active=holder.active,
        )
        hits = self.zones.hits([holder.volumes], [holder.crewed], self.terrain)[0]
        findings = [*self._zone_findings(request, hits), finding]
        return self._decision(request, findings, free=False, because="preempted")

    def _decision(self, request: PlanRequest, findings: Sequence[Finding], *, free: bool, because: str) -> Decision:
        outcome = Outcome.NOT_REQUIRED if free else _outcome(request, findings)
        return Decision(
            request=request,
            assessment=assessment_of(outcome, findings, self.zones, self.rules, self.now),
            because=because,
        )

    def _plan(self, flight: int) -> UUID:
        return self.holders[flight].plan_id


def _outcome(request: PlanRequest, findings: Iterable[Finding]) -> Outcome:
    """By the strongest effect; what is in the air cannot wait for a ruling on its move."""
    outcome = outcome_of(findings)
    return Outcome.REFUSED if outcome is Outcome.AWAITING and request.moves_in_the_air else outcome


def _softened(code: FindingCode, *, free: bool, refused: bool) -> FindingCode:
    """A voluntary notice disputes nothing, and a refused plan makes nobody yield."""
    if free or (refused and code is FindingCode.PLAN_PREEMPTED):
        return FindingCode.PLAN_NEARBY
    return code


def _reservation(request: PlanRequest) -> Reservation:
    return Reservation(
        plan_id=request.plan_id,
        revision=request.revision,
        operator=request.operator,
        priority=request.priority,
        crewed=request.crewed,
        volumes=request.volumes,
        active=request.active,
    )
