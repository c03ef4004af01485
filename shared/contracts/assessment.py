"""What airspace answers: an `Assessment` with typed findings. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from shared.values import Identifier, Instant
from shared.volumes import Altitude, Outline


class Restriction(StrEnum):
    """What a zone asks of a flight (ED-318)."""

    PROHIBITED = "PROHIBITED"
    REQ_AUTHORIZATION = "REQ_AUTHORIZATION"
    CONDITIONAL = "CONDITIONAL"
    NO_RESTRICTION = "NO_RESTRICTION"


class FindingCode(StrEnum):
    """Why a finding is made; the texts in Chinese and English hang on it (`shared/wording.py`)."""

    ZONE_PROHIBITED = "zone_prohibited"
    ZONE_REQUIRES_AUTHORIZATION = "zone_requires_authorization"
    ZONE_AUTHORIZED = "zone_authorized"  # required, and a recorded authorization covers it
    ZONE_CONDITIONAL = "zone_conditional"
    ZONE_UNRESTRICTED = "zone_unrestricted"
    PLAN_CONFLICT = "plan_conflict"  # equal or higher priority: in the way
    PLAN_PREEMPTED = "plan_preempted"  # lower priority: made to yield
    PLAN_NEARBY = "plan_nearby"  # a note: crewed with crewed, or a voluntary notice
    ROUTE_CROSSING = "route_crossing"
    SITE_CLOSED = "site_closed"  # nobody takes off or lands then
    SITE_CLOSED_FOR_WEATHER = "site_closed_for_weather"
    SITE_OUT_OF_USE = "site_out_of_use"  # suspended or retired, until it is in use again
    SITE_FULL = "site_full"  # no pad of the site is free for the movement


class Effect(StrEnum):
    """What a finding does to what is assessed, from the strongest."""

    REFUSES = "refuses"
    NEEDS_RULING = "needs_ruling"
    NOTE = "note"


class Outcome(StrEnum):
    """The answer, by the strongest effect among the findings."""

    APPROVED = "approved"
    REFUSED = "refused"
    AWAITING = "awaiting"  # waits for a ruling
    NOT_REQUIRED = "not_required"  # the law asks for no approval; holds nothing


class SubjectKind(StrEnum):
    """What a finding is against."""

    ZONE = "zone"
    PLAN = "plan"
    ROUTE = "route"
    SITE = "site"


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """One reason: against what, where, in which height band, when, and why.

    `against_id` and `against_operator` name another operator's flight only to those who may know it:
    the HTTP edge clears them for everyone else.
    """

    code: FindingCode
    effect: Effect
    against: SubjectKind
    against_id: str | None = None
    against_version: int | None = None
    against_operator: str | None = None
    name: str = ""  # the zone's, route's or site's name
    reason: str = ""  # the zone's own words: reason, authority, conditions
    article: str = ""  # the article or rule id it rests on
    leg: int | None = None  # 0-based part of the flight, by volume index
    place: Sequence[float] = ()  # longitude, latitude of a point where the two meet
    outline: Outline | None = None  # the overlap's neighbourhood or the zone's outline, for drawing
    lower: Altitude | None = None
    upper: Altitude | None = None
    starts_at: Instant | None = None
    ends_at: Instant | None = None
    authorization_number: str | None = None
    clear_by_m: float | None = None  # to the side that would be enough, with nothing else changed
    clear_towards_deg: float | None = None  # and on which course, from true north by east
    clear_below_m: float | None = None  # lower that would be enough
    clear_above_m: float | None = None  # higher that would be enough
    free_until: Instant | None = None  # what is met is not there before this
    free_from: Instant | None = None  # nor from this on
    pads: int | None = None  # how many the site has, where they are all held
    shift_min: int | None = None  # by which the whole flight finds its pads free (earlier where negative), if any does
    terrain: str = ""  # which terrain the heights were compared through; empty where references were equal


@dataclass(frozen=True, slots=True, kw_only=True)
class Assessment:
    """The decision of airspace on one plan, route or site, made with exactly `zones_version`."""

    outcome: Outcome
    findings: Sequence[Finding]
    zones_version: int
    decided_at: Instant
    rules: Identifier  # name of the rule set: profile and revision
    findings_left_out: int = 0  # weaker ones beyond the most that are kept
