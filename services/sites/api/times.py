"""Months and instants in the queries about progress."""

from dataclasses import dataclass
from datetime import datetime
from typing import Annotated, Final

from fastapi import Depends, Query

from services.sites.api.parts import Reading, State, district_key
from services.sites.domain.errors import InvalidMonths, MonthAhead
from services.sites.domain.history import History
from services.sites.domain.months import Month, month_of, months, parse_month
from services.sites.domain.scope import Scope
from services.sites.domain.series import cut
from services.sites.state import SitesState
from shared.contracts.sites import SiteKind
from shared.values import Instant

MOST_MONTHS: Final = 120
USUAL_MONTHS: Final = 12
_PATTERN: Final = r"^[1-9][0-9]{3}-(0[1-9]|1[0-2])$"

MonthText = Annotated[str | None, Query(pattern=_PATTERN, description="such as 2026-11, in the city's time")]
From = Annotated[MonthText, Query(alias="from")]
MonthAsked = Annotated[str, Query(pattern=_PATTERN, description="such as 2026-11, in the city's time")]
KnownAt = Annotated[
    Instant | None, Query(description="as it was known then: without what was recorded later, however it is dated")
]


@dataclass(frozen=True, slots=True)
class Past:
    """The history a question is about, and now."""

    history: History
    state: SitesState
    now: datetime

    def month(self, text: str | None, field: str = "month") -> Month:
        """The month of that name, or the present one. Raises MonthAhead."""
        present = month_of(self.now, self.state.city.timezone)
        month = parse_month(text) if text else present
        if month > present:
            raise MonthAhead(str(month), field)
        return month

    def span(self, first: str | None, last: str | None) -> list[Month]:
        """The months asked for: the last twelve where nothing is said. Raises MonthAhead, InvalidMonths."""
        until = self.month(last, "to")
        since = self.month(first, "from") if first else until.plus(1 - USUAL_MONTHS)
        wanted = list(months(since, min(until, since.plus(MOST_MONTHS))))
        if not 0 < len(wanted) <= MOST_MONTHS:
            raise InvalidMonths(f"from {since} to {until} must be 1 to {MOST_MONTHS} months", field="from")
        return wanted

    def cut(self, month: Month) -> datetime:
        """The instant a month is looked at."""
        return cut(month, self.state.city.timezone, self.now)

    def starts_at(self, month: Month) -> datetime:
        """A month's first instant."""
        return month.starts_at(self.state.city.timezone)


def _past(reading: Reading, state: State, known_at: KnownAt = None) -> Past:
    return Past(state.history.ask(reading, known_at), state, state.clock())


Asked = Annotated[Past, Depends(_past, scope="function")]


def _scope(
    state: State,
    district: Annotated[
        str | None, Query(pattern=r"^([0-9A-Za-z]{1,12})$", description="adcode, or `outside` for outside the city")
    ] = None,
    unit: Annotated[str | None, Query(max_length=200, description="the unit declared, 承办单位")] = None,
    kind: Annotated[SiteKind | None, Query(description="of sites; leaves routes out")] = None,
    scenario: Annotated[str | None, Query(max_length=200, description="of routes; leaves sites out")] = None,
    family: Annotated[
        str | None, Query(max_length=200, description="of the scenarios of routes; leaves sites out")
    ] = None,
) -> Scope:
    return Scope(
        district=district_key(district),
        unit=unit,
        kind=kind,
        scenario=scenario,
        family=family,
        scenarios=state.city.route_scenarios,
    )


Within = Annotated[Scope, Depends(_scope)]
