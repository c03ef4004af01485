"""What `service.py` wires for the endpoints of sites."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime

from services.sites.usecases.coverage import CoverageBook
from services.sites.usecases.history import HistoryCache
from services.sites.usecases.reports import Desk
from services.sites.usecases.runs import Runs
from shared.city import CityProfile
from shared.http import Gate


@dataclass(frozen=True, slots=True)
class SitesState:
    """The city, the clock and the answers kept, the desk that writes reports, the scenarios' runs."""

    city: CityProfile
    clock: Callable[[], datetime]
    coverage: CoverageBook
    history: HistoryCache
    desk: Desk
    runs: Runs
    writing: Gate  # to the desk: one report at a time

    def today(self) -> date:
        """The date in the city."""
        return self.clock().astimezone(self.city.timezone).date()
