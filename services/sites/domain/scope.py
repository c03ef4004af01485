"""Which sites and routes a question is about. Pure."""

from collections.abc import Iterable
from dataclasses import dataclass

from services.sites.domain.progress import CountedRoute, CountedSite
from shared.city import RouteScenarios
from shared.contracts.sites import SiteKind


@dataclass(frozen=True, slots=True, kw_only=True)
class Scope:
    """A part of the city's sites and routes; None is any. A kind is of sites only, scenario and family of routes."""

    district: str | None = None  # adcode; "" is outside the city
    unit: str | None = None
    kind: SiteKind | None = None
    scenario: str | None = None
    family: str | None = None  # of scenarios
    scenarios: RouteScenarios | None = None  # by which families are told; needed where one is named

    def keeps(self, row: CountedSite | CountedRoute) -> bool:
        """Whether the site or route is meant."""
        if self.district not in (None, row.district) or self.unit not in (None, row.unit):
            return False
        if isinstance(row, CountedSite):
            return self.scenario is None and self.family is None and self.kind in (None, row.kind)
        return self.kind is None and self.scenario in (None, row.scenario) and self._is_in_family(row.scenario)

    def _is_in_family(self, scenario: str) -> bool:
        return self.family is None or self.scenarios is None or self.scenarios.family_of(scenario) == self.family

    def sites(self, rows: Iterable[CountedSite]) -> list[CountedSite]:
        """Those meant."""
        return [row for row in rows if self.keeps(row)]

    def routes(self, rows: Iterable[CountedRoute]) -> list[CountedRoute]:
        """Those meant."""
        return [row for row in rows if self.keeps(row)]


EVERYTHING = Scope()
