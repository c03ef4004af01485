"""A scenario: what a planner asks of the next sites, what it was computed from, and what came out. Pure."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Annotated
from uuid import UUID

from annotated_types import Ge, Gt, Le, Len

from services.sites.domain.reach import ServiceTime
from services.sites.siting.models import Model
from shared.city import CityProfile
from shared.contracts.assessment import Restriction
from shared.contracts.sites import SiteKind
from shared.values import Identifier, Latitude, Longitude, Name, Text

MOST_CANDIDATES = 20_000


class Existing(StrEnum):
    """Which registered sites stand in any case."""

    LAID_OUT = "laid_out"  # approved or later
    IN_USE = "in_use"
    NONE = "none"


class CandidateSource(StrEnum):
    """Where new sites may be."""

    GRID = "grid"  # every so many metres on the city's dry land
    PROPOSED = "proposed"  # the registered sites that are proposed, airspace's own answer on them not a refusal
    GIVEN = "given"  # the positions of the request


class ScenarioState(StrEnum):
    """The life of a scenario."""

    QUEUED = "queued"
    RUNNING = "running"
    SOLVED = "solved"
    CANCELLED = "cancelled"  # on request; what had been found by then is kept
    FAILED = "failed"  # `failure` says why
    INTERRUPTED = "interrupted"  # the platform stopped while it ran

    @property
    def is_over(self) -> bool:
        """True where nothing more comes."""
        return self not in (ScenarioState.QUEUED, ScenarioState.RUNNING)


@dataclass(frozen=True, slots=True, kw_only=True)
class Quota:
    """How many sites a district may and must have, existing ones counted."""

    most: Annotated[int, Ge(0), Le(MOST_CANDIDATES)] | None = None
    least: Annotated[int, Ge(0), Le(MOST_CANDIDATES)] = 0

    def __post_init__(self) -> None:
        if self.most is not None and self.least > self.most:
            raise ValueError(f"least {self.least} is above most {self.most}")


@dataclass(frozen=True, slots=True, kw_only=True)
class ScenarioAsked:
    """What is asked: so many new sites (not for `lscp`), where they may be, whom they serve within which radius.

    `capacity` is the people that a site can take, existing ones alike; `cell_m` allows one site a cell of that width.
    """

    name: Name
    model: Model
    new_sites: Annotated[int, Ge(1), Le(MOST_CANDIDATES)] | None = None
    coverage_percent: Annotated[float, Gt(0.0), Le(100.0)] = 100.0
    layer: Identifier = "population"
    service_radius_m: Annotated[float, Gt(0.0), Le(100_000.0)] | None = None
    service_time: ServiceTime | None = None
    existing: Existing = Existing.LAID_OUT
    source: CandidateSource = CandidateSource.GRID
    spacing_m: Annotated[float, Ge(200.0), Le(50_000.0)] = 1_500.0
    positions: Annotated[Sequence[tuple[Longitude, Latitude]], Len(0, MOST_CANDIDATES)] = ()
    avoid: Annotated[Sequence[Restriction], Len(0, 4)] = (Restriction.PROHIBITED,)
    cell_m: Annotated[float, Ge(10.0), Le(100_000.0)] | None = None
    quotas: Mapping[Identifier, Quota] = field(default_factory=dict)
    capacity: Annotated[float, Gt(0.0), Le(1e9)] | None = None
    kind: SiteKind = SiteKind.NEST
    unit: Text = ""
    unit_cost_cny: Annotated[float, Gt(0.0), Le(1e12)] | None = None
    time_limit_s: Annotated[float, Ge(1.0), Le(3_600.0)] = 60.0

    def __post_init__(self) -> None:
        if (self.new_sites is None) != (self.model is Model.LSCP):
            raise ValueError("new_sites belongs to mclp and p_median, and they need it; lscp finds the number")
        if bool(self.positions) != (self.source is CandidateSource.GIVEN):
            raise ValueError("positions belong to the source `given`, and it needs them")
        if self.service_time is not None and self.service_radius_m is not None:
            raise ValueError("service_time and service_radius_m exclude each other")

    def radius_m(self, city: CityProfile) -> float:
        """How far a site serves. Raises StandardNotClear."""
        if self.service_time is not None:
            return self.service_time.radius_m(city.dispatch, "service_time.")
        return self.service_radius_m or city.service_radius_m


@dataclass(frozen=True, slots=True, kw_only=True)
class Stage:
    """How far a run is."""

    seconds: float
    doing: str
    objective: float | None
    bound: float | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Inputs:
    """What it was computed from: demand by the city's version, sites and zones as they stood, candidates."""

    city_version: str
    layer: str = "population"
    layer_version: str = ""
    demand_points: int
    people: float
    service_radius_m: float
    existing: Sequence[str]  # site ids
    zones: Sequence[str]  # those kept out of, zone_id@zone_version
    candidates: int  # after those in the zones were left out
    left_out: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """A candidate: a position in a district (empty outside the city), or a site that is registered already."""

    lng: Longitude
    lat: Latitude
    district: str = ""
    site_id: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ChosenSite:
    """A new site; `people` live within the radius, `alone` of them are reached by no other site."""

    number: int
    place: Place
    people: float
    alone: float


@dataclass(frozen=True, slots=True, kw_only=True)
class DistrictServed:
    """People of a district, served by the existing sites and with the new ones."""

    adcode: str
    population: float
    before: float
    after: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Result:
    """The answer: objective, bound and gap of the model; the new sites; coverage by district within the radius.

    With a capacity the objective counts what the sites can take, the districts who lives within the radius.
    """

    objective: float
    bound: float
    gap: float | None
    seconds: float
    sites: Sequence[ChosenSite]
    districts: Sequence[DistrictServed]

    @property
    def newly_served(self) -> float:
        """The people served who were not."""
        return sum(each.after - each.before for each in self.districts)


@dataclass(frozen=True, slots=True, kw_only=True)
class Scenario:
    """A scenario as it is kept."""

    scenario_id: UUID
    name: str
    state: ScenarioState
    asked: ScenarioAsked
    asked_by: str
    created_at: datetime
    started_at: datetime | None = None
    ended_at: datetime | None = None
    cancelled_by: str | None = None
    stage: Stage | None = None
    inputs: Inputs | None = None
    result: Result | None = None
    failure: str = ""

    def site_id_of(self, number: int) -> str:
        """The id that a new site gets when it is proposed: always the same."""
        return f"plan-{self.scenario_id.hex[:12]}-{number:04d}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Price:
    """What the new sites cost, and for each person newly served; None where no cost is known or nobody is."""

    unit_cost_cny: float | None
    cost_cny: float | None
    cost_per_person_cny: float | None


def price(scenario: Scenario, costs: Mapping[SiteKind, float]) -> Price:
    """By the scenario's own cost of a site, else the city's for the kind."""
    unit = scenario.asked.unit_cost_cny or costs.get(scenario.asked.kind)
    result = scenario.result
    if unit is None or result is None:
        return Price(unit_cost_cny=unit, cost_cny=None, cost_per_person_cny=None)
    cost, people = unit * len(result.sites), result.newly_served
    return Price(unit_cost_cny=unit, cost_cny=cost, cost_per_person_cny=cost / people if people > 0 else None)


@dataclass(frozen=True, slots=True, kw_only=True)
class DistrictCompared:
    """A district in two scenarios."""

    adcode: str
    population: float
    before: float
    a: float
    b: float


def compare(a: Result, b: Result) -> list[DistrictCompared]:
    """The districts of either side by side."""
    ours, theirs = ({each.adcode: each for each in result.districts} for result in (a, b))
    compared = []
    for adcode in sorted(ours | theirs):
        one, two = ours.get(adcode), theirs.get(adcode)
        known = one or two
        assert known is not None
        compared.append(
            DistrictCompared(
                adcode=adcode,
                population=known.population,
                before=known.before,
                a=one.after if one else 0.0,
                b=two.after if two else 0.0,
            )
        )
    return compared


def only_in(one: Result, other: Result) -> list[ChosenSite]:
    """The new sites that the other has none at the position of."""
    theirs = {(each.place.lng, each.place.lat) for each in other.sites}
    return [each for each in one.sites if (each.place.lng, each.place.lat) not in theirs]
