"""The decision table: what zones, other plans and authorizations make of a plan, a route or a site. Pure.

`now` is stamped on the Assessment as `decided_at`; besides it only says which authorizations of a route are in force
and which zones are over for a route or site.
"""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import datetime
from uuid import UUID

import numpy as np

from services.airspace.domain.contacts import Contact, contacts
from services.airspace.domain.cover import covering
from services.airspace.domain.findings import (
    ARTICLE_EQUAL,
    ARTICLE_HIGHER,
    ARTICLE_LOWER,
    MAX_FINDINGS,
    outcome_of,
    plan_finding,
    route_finding,
    strongest,
    zone_finding,
)
from services.airspace.domain.subjects import Authorization, Decision, PlanRequest, Reservation, Route, SitePosition
from services.airspace.domain.zones import ZoneHit, ZoneIndex
from shared.contracts.airspace import Binds
from shared.contracts.assessment import Assessment, Effect, Finding, FindingCode, Outcome, Restriction
from shared.flight import FlightRules, FlightVolumes
from shared.flight.records import FOREVER_US, RECORD
from shared.terrain import AGL, Terrain

__all__ = ["MAX_FINDINGS", "assess", "assess_each", "assess_route", "assess_site", "decide"]


def assess(
    request: PlanRequest,
    zones: ZoneIndex,
    standing: Iterable[Reservation],
    authorizations: Iterable[Authorization],
    rules: FlightRules,
    terrain: Terrain,
    now: datetime,
) -> Assessment:
    """The answer on one plan by itself: `POST /checks`. `standing` may hold more than what is near, never less."""
    return decide([request], zones, standing, authorizations, rules, terrain, now)[0].assessment


def assess_each(
    requests: Sequence[PlanRequest],
    zones: ZoneIndex,
    standing: Iterable[Reservation],
    authorizations: Iterable[Authorization],
    rules: FlightRules,
    terrain: Terrain,
    now: datetime,
) -> list[Assessment]:
    """`assess` of each request, in one pass: none stands in the way of another, as if each were the only one."""
    batch = _Batch(requests, zones, standing, authorizations, rules, terrain, now, among=False)
    return [batch.answer(i).assessment for i in range(len(requests))]


def decide(
    requests: Sequence[PlanRequest],
    zones: ZoneIndex,
    standing: Iterable[Reservation],
    authorizations: Iterable[Authorization],
    rules: FlightRules,
    terrain: Terrain,
    now: datetime,
) -> list[Decision]:
    """A batch decided in order, exactly as if one by one.

    `standing`: every reservation that may be near one of the requests (each plan once; also the former volumes of the
    plans asked about). A plan made to yield to a later one of higher priority appears again after it, refused,
    `because="preempted"`: also where it was not in `requests`, so apply the decisions in order and let the last one of
    a plan win.
    """
    return _Batch(requests, zones, standing, authorizations, rules, terrain, now).decide()


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
        for contact in contacts(self.flights, range(len(requests)), among=among):
            self.near[contact.a].append(contact)
            if contact.b < len(requests):
                self.near[contact.b].append(contact.turned())

    def decide(self) -> list[Decision]:
        return [decision for i in range(len(self.requests)) for decision in self._decide(i)]

    def answer(self, i: int) -> Decision:
        """The decision on one request, given what is held at this moment; nothing comes of it yet."""
        request, met = self.requests[i], self._met(i)
        findings = self._zone_findings(request, self.hits[i])
        free = request.voluntary and all(f.code is FindingCode.ZONE_UNRESTRICTED for f in findings)
        findings += self._plan_findings(i, met, free=free, refused=outcome_of(findings) is Outcome.REFUSED)
        return self._decision(request, findings, free=free, because=request.because)

    def _decide(self, i: int) -> list[Decision]:
        """The decision on one request, then those on the plans it makes yield."""
        request, decision = self.requests[i], self.answer(i)
        if decision.reserves:
            yielding = [c.turned() for c in self._met(i) if self._code(i, c.b) is FindingCode.PLAN_PREEMPTED]
            self.holding[request.plan_id] = i
            return [decision, *map(self._preempt, yielding)]
        if decision.releases:
            self.holding.pop(request.plan_id, None)
        return [decision]

    def _met(self, i: int) -> list[Contact]:
        """Contacts with what other plans hold at this moment, in the same order however the batch was cut."""
        others = (c for c in self.near[i] if self._plan(c.b) != self._plan(i))
        return sorted((c for c in others if self.holding.get(self._plan(c.b)) == c.b), key=lambda c: self._plan(c.b))

    def _zone_findings(self, request: PlanRequest, hits: Sequence[ZoneHit]) -> list[Finding]:
        return _zone_findings(hits, request.operator, request.volumes, self.authorizations, self.terrain, None)

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
            article = ARTICLE_HIGHER if other.priority > own.priority else ARTICLE_EQUAL
        elif code is FindingCode.PLAN_PREEMPTED:
            article = ARTICLE_LOWER
        return plan_finding(contact, self.flights, other, code, effect, article, self.terrain)

    def _code(self, i: int, j: int) -> FindingCode:
        """What standing flight j is to flight i that comes into contact with it."""
        own, other = self.holders[i], self.holders[j]
        if own.crewed and other.crewed and self.rules.crewed_overlap_is_note:
            return FindingCode.PLAN_NEARBY
        return FindingCode.PLAN_CONFLICT if other.priority >= own.priority else FindingCode.PLAN_PREEMPTED

    def _preempt(self, contact: Contact) -> Decision:
        """Assess the plan that yields again, against its zones and the plan it yields to; it holds nothing any more."""
        holder = self.holders[contact.a]
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
        )
        hits = self.zones.hits([holder.volumes], [holder.crewed], self.terrain)[0]
        findings = [*self._zone_findings(request, hits), self._plan_finding(contact, FindingCode.PLAN_CONFLICT)]
        return self._decision(request, findings, free=False, because="preempted")

    def _decision(self, request: PlanRequest, findings: Sequence[Finding], *, free: bool, because: str) -> Decision:
        outcome = Outcome.NOT_REQUIRED if free else outcome_of(findings)
        return Decision(
            request=request,
            assessment=_assessment(outcome, findings, self.zones, self.rules, self.now),
            because=because,
        )

    def _plan(self, flight: int) -> UUID:
        return self.holders[flight].plan_id


def assess_route(
    route: Route,
    zones: ZoneIndex,
    routes: Iterable[Route],
    authorizations: Iterable[Authorization],
    rules: FlightRules,
    terrain: Terrain,
    now: datetime,
) -> Assessment:
    """The answer on a fixed route: zones decide (one with an end in time is a note), crossing routes are notes."""
    others = sorted((one for one in routes if one.route_id != route.route_id), key=lambda one: one.route_id)
    flights = [route.volumes, *(one.volumes for one in others)]
    hits = zones.hits([route.volumes], [route.crewed], terrain)[0]
    lasting = [hit for hit in hits if not _is_over(hit, now)]
    findings = _zone_findings(lasting, route.operator, route.volumes, tuple(authorizations), terrain, now)
    findings += [route_finding(c, flights, others[c.b - 1], terrain) for c in contacts(flights, [0])]
    return _assessment(outcome_of(findings), findings, zones, rules, now)


def assess_site(
    site: SitePosition, zones: ZoneIndex, rules: FlightRules, terrain: Terrain, now: datetime
) -> Assessment:
    """The answer on a site's position: the zones that reach its ground. One with an end in time is a note."""
    ground = _on_ground(site, terrain)
    whom = {Binds.UNCREWED: (False,), Binds.CREWED: (True,), Binds.BOTH: (False, True)}[site.serves]
    found = {hit.zone.zone_id: hit for hits in zones.hits([ground] * len(whom), whom, terrain) for hit in hits}
    lasting = [hit for hit in found.values() if not _is_over(hit, now)]
    findings = _zone_findings(lasting, "", ground, (), terrain, now)
    return _assessment(outcome_of(findings), findings, zones, rules, now)


def _zone_findings(
    hits: Iterable[ZoneHit],
    operator: str,
    volumes: FlightVolumes,
    authorizations: Sequence[Authorization],
    terrain: Terrain,
    at: datetime | None,
) -> list[Finding]:
    """One finding a zone. With `at` the subject has no time of its own, so a zone that ends does not decide."""
    findings = []
    for hit in hits:
        permit = None
        if hit.zone.spec.restriction is Restriction.REQ_AUTHORIZATION:
            permit = covering(authorizations, operator, volumes, hit.volumes, terrain, at)
        as_note = at is not None and hit.zone.spec.ends_at is not None
        findings.append(zone_finding(hit, volumes, permit, terrain, as_note=as_note))
    return findings


def _assessment(
    outcome: Outcome, findings: Iterable[Finding], zones: ZoneIndex, rules: FlightRules, now: datetime
) -> Assessment:
    kept, left_out = strongest(findings)
    return Assessment(
        outcome=outcome,
        findings=kept,
        findings_left_out=left_out,
        zones_version=zones.version,
        decided_at=now,
        rules=rules.name,
    )


def _softened(code: FindingCode, *, free: bool, refused: bool) -> FindingCode:
    """A voluntary notice disputes nothing, and a refused plan makes nobody yield."""
    if free or (refused and code is FindingCode.PLAN_PREEMPTED):
        return FindingCode.PLAN_NEARBY
    return code


def _is_over(hit: ZoneHit, now: datetime) -> bool:
    ends_at = hit.zone.spec.ends_at
    return ends_at is not None and ends_at <= now


def _on_ground(site: SitePosition, terrain: Terrain) -> FlightVolumes:
    records = np.zeros(1, RECORD)
    records["lng1"] = records["lng2"] = site.lng
    records["lat1"] = records["lat2"] = site.lat
    records["reference"], records["area"] = AGL, -1
    records["start_us"], records["end_us"] = -FOREVER_US, FOREVER_US
    boxes = FlightVolumes(records).boxes
    records["amsl_lower_m"], records["amsl_upper_m"] = terrain.ground(boxes)
    return FlightVolumes(records)


def _reservation(request: PlanRequest) -> Reservation:
    return Reservation(
        plan_id=request.plan_id,
        revision=request.revision,
        operator=request.operator,
        priority=request.priority,
        crewed=request.crewed,
        volumes=request.volumes,
    )
