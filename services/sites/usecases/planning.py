"""From a scenario's question to an instance, and from the solver's answer to its result."""

from dataclasses import dataclass
from typing import Any

import numpy as np
import sqlalchemy as sa

from services.sites.domain.candidates import ZoneCopy, cells, inside, lasts_on_ground
from services.sites.domain.counting import Standing
from services.sites.domain.demand import DemandPoint, spread
from services.sites.domain.errors import LayerNotAsked, NoCandidates
from services.sites.domain.register import Site
from services.sites.domain.scenario import (
    MOST_CANDIDATES,
    CandidateSource,
    ChosenSite,
    DistrictServed,
    Existing,
    Inputs,
    Place,
    Result,
    ScenarioAsked,
)
from services.sites.siting.arrays import Bools, Floats
from services.sites.siting.costs import GeodesicCosts
from services.sites.store import demand as demand_store
from services.sites.store import places as place_store
from services.sites.store import register as register_store
from services.sites.store import scenarios as store
from services.sites.store.register import SiteFilter
from shared.city import CityProfile
from shared.contracts.sites import SiteState


@dataclass(frozen=True, slots=True)
class Question:
    """What the solver gets, with what its answer is read by: `places` are the existing sites, then the candidates."""

    asked: ScenarioAsked
    inputs: Inputs
    demand: list[DemandPoint]
    existing: list[Place]
    candidates: list[Place]
    reference_lat: float

    @property
    def places(self) -> list[Place]:
        """Everything that may be chosen."""
        return self.existing + self.candidates

    def document(self) -> dict[str, Any]:
        """As the solver's process reads it."""
        asked = self.asked
        return {
            "model": asked.model,
            "time_limit_s": asked.time_limit_s,
            "weights": [point.population for point in self.demand],
            "demand": [(point.lng, point.lat) for point in self.demand],
            "candidates": [(place.lng, place.lat) for place in self.places],
            "service_radius_m": self.inputs.service_radius_m,
            "p": None if asked.new_sites is None else len(self.existing) + asked.new_sites,
            "fixed": list(range(len(self.existing))),
            "capacity": None if asked.capacity is None else [asked.capacity] * len(self.places),
            "coverage_percent": asked.coverage_percent,
            "limits": self._limits(),
        }

    def _limits(self) -> list[dict[str, Any]]:
        limits = []
        places, quotas = self.places, self.asked.quotas
        if quotas:
            numbers = {adcode: number for number, adcode in enumerate(sorted(quotas))}
            limits.append(
                {
                    "labels": [numbers.get(place.district, -1) for place in places],
                    "most": [len(places) if quotas[a].most is None else quotas[a].most for a in sorted(quotas)],
                    "least": [quotas[adcode].least for adcode in sorted(quotas)],
                }
            )
        if self.asked.cell_m is not None:
            lng, lat = _columns(places)
            labels = cells(lng, lat, self.asked.cell_m, self.reference_lat)
            limits.append({"labels": labels.tolist(), "most": [1] * (int(labels.max()) + 1), "least": None})
        return limits


def question(connection: sa.Connection, city: CityProfile, asked: ScenarioAsked) -> Question:
    """Gather what the answer is computed from, as it stands now. Raises NoCandidates."""
    demand = _demand(connection, asked.layer)
    existing = _existing(connection, asked.existing)
    zones = _zones(connection, city, asked)
    offered = _offered(connection, city, asked)
    lng, lat = _columns(offered)
    kept = ~inside(zones, lng, lat) if offered else np.zeros(0, np.bool_)
    candidates = [place for place, free in zip(offered, kept.tolist(), strict=True) if free]
    if not candidates:
        raise NoCandidates("no candidate is left outside the zones" if offered else "there is no candidate")
    inputs = Inputs(
        city_version=city.version,
        layer=asked.layer,
        layer_version=demand_store.version(connection, asked.layer) or "",
        demand_points=len(demand),
        people=sum(point.population for point in demand),
        service_radius_m=asked.radius_m(city),
        existing=[place.site_id for place in existing if place.site_id is not None],
        zones=[zone.name for zone in zones],
        candidates=len(candidates),
        left_out=len(offered) - len(candidates),
    )
    return Question(asked, inputs, demand, existing, candidates, city.centre[1])


def _demand(connection: sa.Connection, layer: str) -> list[DemandPoint]:
    points = demand_store.points(connection, layer)
    if not points:
        raise LayerNotAsked(layer)
    return points


def _existing(connection: sa.Connection, wanted: Existing) -> list[Place]:
    if wanted is Existing.NONE:
        return []
    in_use_only = wanted is Existing.IN_USE
    states = tuple(state for state in SiteState if (state.is_in_use if in_use_only else state.is_laid_out))
    return [_place(site) for site in register_store.select_sites(connection, SiteFilter(states=states))]


def _place(site: Site) -> Place:
    return Place(lng=site.spec.lng, lat=site.spec.lat, district=site.district, site_id=site.site_id)


def _zones(connection: sa.Connection, city: CityProfile, asked: ScenarioAsked) -> list[ZoneCopy]:
    highest = max(district.ground_max_m for district in city.districts)
    return [
        zone
        for zone in store.zones_in_force(connection)
        if zone.spec.restriction in asked.avoid and lasts_on_ground(zone.spec, highest, city.geoid_max_m)
    ]


def _offered(connection: sa.Connection, city: CityProfile, asked: ScenarioAsked) -> list[Place]:
    match asked.source:
        case CandidateSource.PROPOSED:
            waiting = SiteFilter(states=(SiteState.PROPOSED, SiteState.ASSESSED))
            proposed = register_store.select_sites(connection, waiting)
            return [_place(site) for site in proposed if site.standing is not Standing.REFUSED]
        case CandidateSource.GRID:
            points = spread(city.districts, asked.spacing_m, city.centre[1])
            if len(points) > MOST_CANDIDATES:
                raise NoCandidates(f"the grid has {len(points):,} points: make spacing_m wider", field="spacing_m")
            return [Place(lng=point.lng, lat=point.lat, district=point.adcode) for point in points]
        case CandidateSource.GIVEN:
            districts = place_store.districts_of(connection, asked.positions)
            return [
                Place(lng=lng, lat=lat, district=district)
                for (lng, lat), district in zip(asked.positions, districts, strict=True)
            ]


def result(question: Question, answer: dict[str, Any]) -> Result:
    """What the answer means: the new sites with whom they reach, and coverage by district."""
    places = question.places
    chosen = np.array(answer["sites"], np.int64)
    positions = [(places[site].lng, places[site].lat) for site in chosen]
    people = np.array([point.population for point in question.demand])
    reach = _reach(question, positions)
    times = reach.sum(axis=1)
    before = np.asarray(reach[:, chosen < len(question.existing)].any(axis=1), np.bool_)
    new = np.flatnonzero(chosen >= len(question.existing))
    sites = [
        ChosenSite(
            number=number,
            place=places[chosen[column]],
            people=float(people[reach[:, column]].sum()),
            alone=float(people[reach[:, column] & (times == 1)].sum()),
        )
        for number, column in enumerate(new, start=1)
    ]
    return Result(
        objective=answer["objective"],
        bound=answer["bound"],
        gap=answer["gap"],
        seconds=answer["seconds"],
        sites=sites,
        districts=_districts(question.demand, people, before, np.asarray(times > 0, np.bool_)),
    )


def _reach(question: Question, positions: list[tuple[float, float]]) -> Bools:
    if not positions:
        return np.zeros((len(question.demand), 0), np.bool_)
    costs = GeodesicCosts([(point.lng, point.lat) for point in question.demand], positions)
    return np.asarray(costs.within(question.inputs.service_radius_m).toarray() > 0, np.bool_)


def _districts(demand: list[DemandPoint], people: Floats, before: Bools, after: Bools) -> list[DistrictServed]:
    adcodes = np.array([point.adcode for point in demand])
    return [
        DistrictServed(
            adcode=str(adcode),
            population=float(people[adcodes == adcode].sum()),
            before=float(people[before & (adcodes == adcode)].sum()),
            after=float(people[after & (adcodes == adcode)].sum()),
        )
        for adcode in np.unique(adcodes)
    ]


def _columns(places: list[Place]) -> tuple[Floats, Floats]:
    return np.array([place.lng for place in places]), np.array([place.lat for place in places])
