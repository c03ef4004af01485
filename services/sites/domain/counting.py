"""What counts toward a target, and why something does not (docs: the counting rule). Pure.

A site is laid out (布局) once approved and not retired, with a position that airspace found compatible or authorised.
It is in use (投用) while commissioned. A route counts while it is open, compatible or authorised, its class ruled, and
every end inside the city is a site in use; it belongs to the district of its origin.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from shared.city import Words
from shared.contracts.assessment import Assessment, Effect, FindingCode, Outcome
from shared.contracts.flightplan import RouteClass, RouteState
from shared.contracts.sites import SiteState


class Standing(StrEnum):
    """How a site's position or a route stands with the airspace."""

    COMPATIBLE = "compatible"
    AUTHORISED = "authorised"  # an authorization covers what would need one
    AWAITING = "awaiting"
    REFUSED = "refused"
    UNASSESSED = "unassessed"

    @property
    def is_good(self) -> bool:
        """True where the airspace is no obstacle."""
        return self in (Standing.COMPATIBLE, Standing.AUTHORISED)


class ReasonCode(StrEnum):
    """Why something does not count."""

    SITE_PROPOSED = "site_proposed"
    SITE_RETIRED = "site_retired"
    POSITION_UNASSESSED = "position_unassessed"
    POSITION_AWAITING = "position_awaiting"
    POSITION_REFUSED = "position_refused"
    ROUTE_NOT_OPEN = "route_not_open"
    CLASS_NOT_RULED = "class_not_ruled"
    ROUTE_UNASSESSED = "route_unassessed"
    ROUTE_AWAITING = "route_awaiting"
    ROUTE_REFUSED = "route_refused"
    END_WITHOUT_SITE = "end_without_site"
    END_UNKNOWN = "end_unknown"
    END_NOT_IN_USE = "end_not_in_use"
    OUTSIDE_CITY = "outside_city"


_TEXTS: dict[ReasonCode, Words] = {
    ReasonCode.SITE_PROPOSED: Words("选址尚未批准", "the site is proposed, not approved yet"),
    ReasonCode.SITE_RETIRED: Words("站点已退役", "the site is retired"),
    ReasonCode.POSITION_UNASSESSED: Words("空域尚未评估该位置", "airspace has not assessed the position yet"),
    ReasonCode.POSITION_AWAITING: Words(
        "所在空域需要批准，尚无有效批准", "the position needs an authorization and has none"
    ),
    ReasonCode.POSITION_REFUSED: Words("所在空域禁止起降", "the position lies in airspace that forbids it"),
    ReasonCode.ROUTE_NOT_OPEN: Words("航线未开通", "the route is not open"),
    ReasonCode.CLASS_NOT_RULED: Words("尚未认定商业或治理类别", "no planner has ruled what the route counts as"),
    ReasonCode.ROUTE_UNASSESSED: Words("空域尚未评估该航线", "airspace has not assessed the route yet"),
    ReasonCode.ROUTE_AWAITING: Words(
        "航线所经空域需要批准，尚无有效批准", "the route needs an authorization and has none"
    ),
    ReasonCode.ROUTE_REFUSED: Words("航线穿越禁止飞行的空域", "the route passes through airspace that forbids it"),
    ReasonCode.END_WITHOUT_SITE: Words("市内端点不是登记的起降场点", "an end inside the city is no registered site"),
    ReasonCode.END_UNKNOWN: Words("端点站点未登记", "an end names a site that is not registered"),
    ReasonCode.END_NOT_IN_USE: Words("端点站点未投用", "the site at an end is not in use"),
    ReasonCode.OUTSIDE_CITY: Words("两端均不在市内", "neither end lies inside the city"),
}


def words(reason: ReasonCode) -> Words:
    """The reason in Chinese and in English."""
    return _TEXTS[reason]


@dataclass(frozen=True, slots=True)
class Why:
    """A reason, with what it is about: `about` names the site or zones, so that the reader can go on from there."""

    code: ReasonCode
    about: str = ""


@dataclass(frozen=True, slots=True)
class SiteCount:
    """Whether a site is laid out and in use; `reason` says why it is not laid out."""

    laid_out: bool
    in_use: bool
    reason: Why | None


@dataclass(frozen=True, slots=True, kw_only=True)
class RouteEnd:
    """One end of a route: the site it names, if any, that site's state where known, and whether it is in the city."""

    site_id: str | None
    state: SiteState | None
    in_city: bool


@dataclass(frozen=True, slots=True)
class RouteCount:
    """Whether a route counts, and as what; `reasons` says why not, the first one first."""

    counts: bool
    route_class: RouteClass | None
    reasons: tuple[Why, ...]


def standing(assessment: Assessment | None) -> Standing:
    """How airspace's latest answer stands."""
    if assessment is None:
        return Standing.UNASSESSED
    if assessment.outcome is Outcome.REFUSED:
        return Standing.REFUSED
    if assessment.outcome is Outcome.AWAITING:
        return Standing.AWAITING
    authorised = any(finding.code is FindingCode.ZONE_AUTHORIZED for finding in assessment.findings)
    return Standing.AUTHORISED if authorised else Standing.COMPATIBLE


def obstacles(assessment: Assessment | None) -> str:
    """The names of what stands in the way, for the reader."""
    if assessment is None:
        return ""
    names = [finding.name or finding.against_id or "" for finding in assessment.findings if _hinders(finding.effect)]
    return "; ".join(dict.fromkeys(name for name in names if name))


def _hinders(effect: Effect) -> bool:
    return effect in (Effect.REFUSES, Effect.NEEDS_RULING)


_POSITION_REASONS = {
    Standing.UNASSESSED: ReasonCode.POSITION_UNASSESSED,
    Standing.AWAITING: ReasonCode.POSITION_AWAITING,
    Standing.REFUSED: ReasonCode.POSITION_REFUSED,
}
_ROUTE_REASONS = {
    Standing.UNASSESSED: ReasonCode.ROUTE_UNASSESSED,
    Standing.AWAITING: ReasonCode.ROUTE_AWAITING,
    Standing.REFUSED: ReasonCode.ROUTE_REFUSED,
}


def count_site(state: SiteState, position: Standing, obstacle: str = "") -> SiteCount:
    """布局 and 投用 of one site."""
    reason: Why | None = None
    if state in (SiteState.PROPOSED, SiteState.ASSESSED):
        reason = Why(ReasonCode.SITE_PROPOSED)
    elif state is SiteState.RETIRED:
        reason = Why(ReasonCode.SITE_RETIRED)
    elif not position.is_good:
        reason = Why(_POSITION_REASONS[position], obstacle)
    return SiteCount(laid_out=reason is None, in_use=state.is_in_use, reason=reason)


def count_route(
    state: RouteState,
    route_class: RouteClass | None,
    airspace: Standing,
    ends: Sequence[RouteEnd],
    obstacle: str = "",
) -> RouteCount:
    """Whether one route counts; every reason against it is named."""
    reasons: list[Why] = []
    if state is not RouteState.OPEN:
        reasons.append(Why(ReasonCode.ROUTE_NOT_OPEN, state))
    if not airspace.is_good:
        reasons.append(Why(_ROUTE_REASONS[airspace], obstacle))
    if route_class is None:
        reasons.append(Why(ReasonCode.CLASS_NOT_RULED))
    reasons += dict.fromkeys(why for end in ends if (why := _end_reason(end)) is not None)
    if not any(end.in_city for end in ends):
        reasons.append(Why(ReasonCode.OUTSIDE_CITY))
    return RouteCount(counts=not reasons, route_class=route_class, reasons=tuple(reasons))


def _end_reason(end: RouteEnd) -> Why | None:
    if end.site_id is not None and end.state is None:
        return Why(ReasonCode.END_UNKNOWN, end.site_id)
    if not end.in_city:
        return None
    if end.site_id is None:
        return Why(ReasonCode.END_WITHOUT_SITE)
    if end.state is not None and not end.state.is_in_use:
        return Why(ReasonCode.END_NOT_IN_USE, f"{end.site_id} ({end.state})")
    return None
