"""Answers given again because zones or authorizations changed, many at once. Pure.

Where zones changed only those are asked: what was said of every other zone, and of other plans, is still so.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from services.airspace.domain.answers import assessment_of, zone_findings
from services.airspace.domain.findings import outcome_of
from services.airspace.domain.subjects import Authorization, PlanRequest
from services.airspace.domain.zone_index import ZoneHit, ZoneIndex
from shared.contracts.assessment import Assessment, Finding, FindingCode, Outcome, SubjectKind
from shared.flight import FlightRules
from shared.terrain import Terrain

Permits = Mapping[str, Sequence[Authorization]]  # by operator


@dataclass(frozen=True, slots=True)
class Answered:
    """The request a plan makes, and the answer it was last given."""

    request: PlanRequest
    assessment: Assessment


def revised(
    answered: Sequence[Answered],
    zones: ZoneIndex,
    authorizations: Iterable[Authorization],
    rules: FlightRules,
    terrain: Terrain,
    now: datetime,
    *,
    since: int | None = None,
) -> list[Assessment]:
    """The zones' answer of now on each, with what was said of other plans: those that came later take nothing from it.

    `since`: a version of the zones that all of them were answered with, or an older one; zones that have not changed
    after it are not asked again. Without it all are, as where authorizations have changed.
    """
    permits: Permits = _by_operator(authorizations)
    if since is None:
        return _asked(answered, zones, None, zones, permits, rules, terrain, now)
    asked, changed = zones.changed_since(since)
    again = _asked(answered, asked, changed, zones, permits, rules, terrain, now)
    cut = [i for i, one in enumerate(answered) if one.assessment.findings_left_out]  # what was left out is not known
    whole = _asked([answered[i] for i in cut], zones, None, zones, permits, rules, terrain, now)
    for i, assessment in zip(cut, whole, strict=True):
        again[i] = assessment
    return again


def _asked(
    answered: Sequence[Answered],
    asked: ZoneIndex,
    changed: frozenset[str] | None,
    zones: ZoneIndex,
    permits: Permits,
    rules: FlightRules,
    terrain: Terrain,
    now: datetime,
) -> list[Assessment]:
    requests = [one.request for one in answered]
    met = asked.hits([request.volumes for request in requests], [request.crewed for request in requests], terrain)
    found = [_findings(one, hits, changed, permits, terrain) for one, hits in zip(answered, met, strict=True)]
    return [
        assessment_of(_outcome(one.request, of_zones), [*of_zones, *of_others(one.assessment)], zones, rules, now)
        for one, of_zones in zip(answered, found, strict=True)
    ]


def _findings(
    one: Answered, hits: Sequence[ZoneHit], changed: frozenset[str] | None, permits: Permits, terrain: Terrain
) -> list[Finding]:
    """What zones say now: those that changed were asked, `None` for all of them."""
    of_zones = (finding for finding in one.assessment.findings if finding.against is SubjectKind.ZONE)
    kept = [] if changed is None else [finding for finding in of_zones if finding.against_id not in changed]
    operator = one.request.operator
    return kept + zone_findings(hits, operator, one.request.volumes, permits.get(operator, ()), terrain, None)


def of_others(assessment: Assessment) -> list[Finding]:
    """What was said of other plans and of pads."""
    return [finding for finding in assessment.findings if finding.against is not SubjectKind.ZONE]


def _outcome(request: PlanRequest, of_zones: Sequence[Finding]) -> Outcome:
    free = request.voluntary and all(finding.code is FindingCode.ZONE_UNRESTRICTED for finding in of_zones)
    return Outcome.NOT_REQUIRED if free else outcome_of(of_zones)


def _by_operator(authorizations: Iterable[Authorization]) -> Permits:
    permits: dict[str, list[Authorization]] = defaultdict(list)
    for one in authorizations:
        permits[one.spec.operator].append(one)
    return permits
