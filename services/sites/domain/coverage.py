"""The share of people within the service radius of a site in use. Pure."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class DistrictCoverage:
    """People of a district, and those of them a site in use serves."""

    adcode: str
    population: float
    served: float

    @property
    def share(self) -> float:
        """From 0 to 1; nobody is served where nobody lives."""
        return self.served / self.population if self.population else 0.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Coverage:
    """Coverage by district, from how many sites in use it was computed, and the log position it holds for."""

    districts: tuple[DistrictCoverage, ...]
    sites: int
    stamp: int

    @property
    def city(self) -> DistrictCoverage:
        """All districts together."""
        return DistrictCoverage(
            adcode="",
            population=sum(each.population for each in self.districts),
            served=sum(each.served for each in self.districts),
        )
