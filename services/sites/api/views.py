"""How sites are shown."""

from collections.abc import Sequence
from dataclasses import dataclass, fields
from datetime import datetime
from typing import Any

from services.sites.domain.counting import ReasonCode, Standing, Why, words
from services.sites.domain.operations import KnownStatus
from services.sites.domain.register import Site
from shared.contracts.assessment import Assessment, Finding, Outcome
from shared.contracts.sites import SiteSpec, SiteState, SiteStatus
from shared.wording import Message, message


@dataclass(frozen=True, slots=True)
class ReasonView:
    """Why something does not count: the code, what it is about, and the sentence in both languages."""

    code: ReasonCode
    about: str
    zh: str
    en: str


def reason_view(why: Why) -> ReasonView:
    """The reason in words, with what it is about."""
    text = words(why.code)
    about = (f"：{why.about}", f": {why.about}") if why.about else ("", "")
    return ReasonView(why.code, why.about, text.zh + about[0], text.en + about[1])


@dataclass(frozen=True, slots=True, kw_only=True)
class SiteFindingView(Finding):
    """A finding with its sentence."""

    message: Message


@dataclass(frozen=True, slots=True, kw_only=True)
class SiteAssessmentView:
    """Airspace's latest answer on the position."""

    outcome: Outcome
    findings: Sequence[SiteFindingView]
    zones_version: int
    decided_at: datetime
    rules: str


@dataclass(frozen=True, slots=True, kw_only=True)
class StatusView:
    """How a site stands; open since ever where nothing was said."""

    status: SiteStatus
    starts_at: datetime | None
    ends_at: datetime | None
    reason: str
    event_id: str
    reported_by: str


def status_view(known: KnownStatus | None) -> StatusView:
    """The status as it is shown."""
    if known is None:
        return StatusView(status=SiteStatus.OPEN, starts_at=None, ends_at=None, reason="", event_id="", reported_by="")
    told = known.report
    return StatusView(
        status=told.status,
        starts_at=told.starts_at,
        ends_at=told.ends_at,
        reason=told.reason,
        event_id=told.event_id,
        reported_by=told.reported_by,
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class SiteView:
    """A site with what follows from it; `assessment` is in the answer for one site, not in lists."""

    site_id: str
    revision: int
    state: SiteState
    spec: SiteSpec
    district: str
    standing: Standing
    laid_out: bool
    in_use: bool
    reason: ReasonView | None
    assessment: SiteAssessmentView | None
    status: StatusView  # of this moment
    effective_at: datetime
    registered_at: datetime
    updated_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class SiteEventView:
    """One event of a site's history, as it was recorded."""

    position: int
    type: str
    time: datetime
    event: dict[str, Any]


def site_view(site: Site, timezone: str, status: KnownStatus | None = None) -> SiteView:
    """The site as it is shown."""
    count = site.count
    return SiteView(
        site_id=site.site_id,
        revision=site.revision,
        state=site.state,
        spec=site.spec,
        district=site.district,
        standing=site.standing,
        laid_out=count.laid_out,
        in_use=count.in_use,
        reason=None if count.reason is None else reason_view(count.reason),
        assessment=None if site.assessment is None else _assessment(site.assessment, timezone),
        status=status_view(status),
        effective_at=site.effective_at,
        registered_at=site.registered_at,
        updated_at=site.updated_at,
    )


def _assessment(assessment: Assessment, timezone: str) -> SiteAssessmentView:
    return SiteAssessmentView(
        outcome=assessment.outcome,
        findings=[_finding(finding, timezone) for finding in assessment.findings],
        zones_version=assessment.zones_version,
        decided_at=assessment.decided_at,
        rules=assessment.rules,
    )


def _finding(finding: Finding, timezone: str) -> SiteFindingView:
    values = {field.name: getattr(finding, field.name) for field in fields(Finding)}
    return SiteFindingView(**values, message=message(finding, timezone))
