"""The life of a site: which move leads from which state to which. Pure."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from services.sites.domain.errors import MoveInTheFuture, MoveNotAllowed, MoveTooEarly
from shared.contracts.sites import SiteState

CLOCK_SKEW = timedelta(minutes=5)


class Move(StrEnum):
    """What is done to a site."""

    ASSESS = "assess"
    APPROVE = "approve"
    CONSTRUCT = "construct"
    COMMISSION = "commission"
    SUSPEND = "suspend"
    RESUME = "resume"
    RETIRE = "retire"

    @property
    def leads_to(self) -> SiteState:
        """The state the site is in afterwards."""
        return _LEADS_TO[self]


_LEADS_TO = {
    Move.ASSESS: SiteState.ASSESSED,
    Move.APPROVE: SiteState.APPROVED,
    Move.CONSTRUCT: SiteState.UNDER_CONSTRUCTION,
    Move.COMMISSION: SiteState.COMMISSIONED,
    Move.SUSPEND: SiteState.SUSPENDED,
    Move.RESUME: SiteState.COMMISSIONED,
    Move.RETIRE: SiteState.RETIRED,
}

# a nest is put up in a day, so an approved site may be commissioned without having been under construction; and an
# authority that keeps no state of its own for the assessment approves what was proposed
FOLLOWS: dict[SiteState, frozenset[SiteState]] = {
    SiteState.PROPOSED: frozenset({SiteState.ASSESSED, SiteState.APPROVED, SiteState.RETIRED}),
    SiteState.ASSESSED: frozenset({SiteState.APPROVED, SiteState.RETIRED}),
    SiteState.APPROVED: frozenset({SiteState.UNDER_CONSTRUCTION, SiteState.COMMISSIONED, SiteState.RETIRED}),
    SiteState.UNDER_CONSTRUCTION: frozenset({SiteState.COMMISSIONED, SiteState.RETIRED}),
    SiteState.COMMISSIONED: frozenset({SiteState.SUSPENDED, SiteState.RETIRED}),
    SiteState.SUSPENDED: frozenset({SiteState.COMMISSIONED, SiteState.RETIRED}),
    SiteState.RETIRED: frozenset(),
}


def check_move(site_id: str, former: SiteState, wanted: SiteState) -> None:
    """Raises MoveNotAllowed, naming from and to, unless `wanted` may follow `former`."""
    if wanted not in FOLLOWS[former]:
        raise MoveNotAllowed(site_id, former, wanted, sorted(FOLLOWS[former]))


def check_date(effective_at: datetime, former: datetime | None, now: datetime, field: str = "effective_at") -> None:
    """A move is reported once it has happened, and after the one before it. Raises MoveInTheFuture, MoveTooEarly."""
    if effective_at > now + CLOCK_SKEW:
        raise MoveInTheFuture(effective_at, field)
    if former is not None and effective_at < former:
        raise MoveTooEarly(effective_at, former, field)


@dataclass(frozen=True, slots=True)
class Reached:
    """A state that a site has come to, and when; `field` is where that was stated."""

    state: SiteState
    effective_at: datetime
    field: str = "effective_at"


Lived = Collection[tuple[SiteState, datetime]]  # the states a site has come to, as its events tell


def untold(reached: Sequence[Reached], lived: Lived) -> list[Reached]:
    """Those that the site's events do not tell yet."""
    return [each for each in reached if (each.state, each.effective_at) not in lived]
