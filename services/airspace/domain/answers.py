"""What the findings on a plan, route or site come to: one a zone, and the answer with the strongest of all. Pure."""

from collections.abc import Iterable, Sequence
from datetime import datetime

from services.airspace.domain.cover import covering
from services.airspace.domain.findings import strongest, zone_finding
from services.airspace.domain.subjects import Authorization
from services.airspace.domain.zone_index import ZoneHit, ZoneIndex
from shared.contracts.assessment import Assessment, Finding, Outcome, Restriction
from shared.flight import FlightRules, FlightVolumes
from shared.terrain import Terrain


def zone_findings(
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


def assessment_of(
    outcome: Outcome, findings: Iterable[Finding], zones: ZoneIndex, rules: FlightRules, now: datetime
) -> Assessment:
    """The answer, with the strongest of the findings."""
    kept, left_out = strongest(findings)
    return Assessment(
        outcome=outcome,
        findings=kept,
        findings_left_out=left_out,
        zones_version=zones.version,
        decided_at=now,
        rules=rules.name,
    )
