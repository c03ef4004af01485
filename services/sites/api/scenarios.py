"""The best next sites: long runs with their progress, kept as scenarios, compared, turned into proposed sites."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Annotated, Any
from uuid import UUID

import orjson
import sqlalchemy as sa
from fastapi import APIRouter, Query, Response

from services.sites.api.parts import Exporter, Reading, State, Steward, Tx
from services.sites.domain.errors import ScenarioNotFound
from services.sites.domain.scenario import (
    ChosenSite,
    DistrictCompared,
    Inputs,
    Price,
    Result,
    Scenario,
    ScenarioAsked,
    ScenarioState,
    Stage,
    compare,
    only_in,
    price,
)
from services.sites.siting.models import Model
from services.sites.store import scenarios as store
from services.sites.usecases import scenarios
from services.sites.usecases.scenarios import result_of
from shared.http import Page, Paging, body
from shared.values import Name

router = APIRouter(tags=["scenarios"])
GEOJSON = "application/geo+json"
_FILE: dict[int | str, dict[str, Any]] = {200: {"content": {GEOJSON: {}}}}


@dataclass(frozen=True, slots=True, kw_only=True)
class ScenarioSummary:
    """A scenario in a list; `objective`, `bound` and `gap` are there once it has a result."""

    scenario_id: UUID
    name: str
    state: ScenarioState
    model: Model
    asked_by: str
    created_at: datetime
    ended_at: datetime | None
    objective: float | None
    bound: float | None
    gap: float | None
    new_sites: int | None
    newly_served: float | None


@dataclass(frozen=True, slots=True, kw_only=True)
class ScenarioView:
    """A scenario with its inputs, how far it is, and what came out."""

    scenario_id: UUID
    name: str
    state: ScenarioState
    asked: ScenarioAsked
    asked_by: str
    created_at: datetime
    started_at: datetime | None
    ended_at: datetime | None
    cancelled_by: str | None
    stage: Stage | None
    inputs: Inputs | None
    result: Result | None
    price: Price
    failure: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ScenarioName:
    """What a scenario is to be called."""

    name: Name


@dataclass(frozen=True, slots=True, kw_only=True)
class ComparedSide:
    """One of two scenarios: its new sites, those of them the other has not, what they cost."""

    scenario_id: UUID
    name: str
    new_sites: int
    newly_served: float
    share: float
    only_here: Sequence[ChosenSite]
    price: Price


@dataclass(frozen=True, slots=True, kw_only=True)
class ScenarioComparison:
    """Two scenarios side by side; `districts` have the people served by the existing sites and in each."""

    a: ComparedSide
    b: ComparedSide
    districts: Sequence[DistrictCompared]


@dataclass(frozen=True, slots=True, kw_only=True)
class ScenarioProposal:
    """The scenario's new sites in the register, and how many of them are new there."""

    site_ids: Sequence[str]
    created: int


@router.post("/sites/solve", status_code=202)
def solve(
    tx: Tx, state: State, caller: Steward, asked: Annotated[ScenarioAsked, body(ScenarioAsked)], answer: Response
) -> ScenarioView:
    """Look for the best next sites over the city's demand. It runs on its own: follow it at the Location."""
    scenario = scenarios.ask(tx, state.city, asked, caller.sub)
    tx.after_commit(state.runs.wake)
    answer.headers["location"] = f"/scenarios/{scenario.scenario_id}"
    return _view(scenario, state)


@router.get("/scenarios")
def list_scenarios(reading: Reading, caller: Exporter, page: Paging) -> Page[ScenarioSummary]:
    """The scenarios, the latest first."""
    after = page.after(datetime, UUID)
    found = store.select_scenarios(reading, after and (after[0], after[1]), page.fetch)
    return page.of_views(found, key=lambda each: (each.created_at, each.scenario_id), view=_summary)


@router.get("/scenarios/compare")
def compare_scenarios(
    reading: Reading, state: State, caller: Exporter, a: Annotated[UUID, Query()], b: Annotated[UUID, Query()]
) -> ScenarioComparison:
    """Two scenarios side by side. 409 where one has no result."""
    one, other = _find(reading, a), _find(reading, b)
    ours, theirs = result_of(one), result_of(other)
    return ScenarioComparison(
        a=_side(one, ours, theirs, state), b=_side(other, theirs, ours, state), districts=compare(ours, theirs)
    )


@router.get("/scenarios/{scenario_id}")
def read_scenario(reading: Reading, state: State, caller: Exporter, scenario_id: UUID) -> ScenarioView:
    """One scenario; while it runs `stage` says how far it is."""
    return _view(_find(reading, scenario_id), state)


@router.get("/scenarios/{scenario_id}/sites.geojson", response_class=Response, responses=_FILE)
def map_scenario(reading: Reading, caller: Exporter, scenario_id: UUID) -> Response:
    """The new sites as points for the map. 409 where there is no result."""
    scenario = _find(reading, scenario_id)
    features = [_feature(scenario, each) for each in result_of(scenario).sites]
    return Response(orjson.dumps({"type": "FeatureCollection", "features": features}), media_type=GEOJSON)


@router.get("/scenarios/{scenario_id}/candidates")
def read_candidates(reading: Reading, caller: Exporter, scenario_id: UUID) -> list[tuple[float, float]]:
    """Longitude and latitude of the candidates it could choose from; empty before it began."""
    _find(reading, scenario_id)
    return [(lng, lat) for lng, lat in store.select_places(reading, scenario_id) or []]


@router.put("/scenarios/{scenario_id}/name")
def name_scenario(
    tx: Tx, state: State, caller: Steward, scenario_id: UUID, asked: Annotated[ScenarioName, body(ScenarioName)]
) -> ScenarioView:
    """Call a scenario something else."""
    return _view(scenarios.rename(tx, scenario_id, asked.name), state)


@router.post("/scenarios/{scenario_id}/cancel")
def cancel_scenario(tx: Tx, state: State, caller: Steward, scenario_id: UUID) -> ScenarioView:
    """Stop a scenario. One that runs ends within seconds and keeps what it has found; one that is over stays so."""
    return _view(scenarios.cancel(tx, scenario_id, caller.sub), state)


@router.post("/scenarios/{scenario_id}/propose")
def propose_scenario(tx: Tx, caller: Steward, scenario_id: UUID) -> ScenarioProposal:
    """Register its new sites as proposed, once: airspace then assesses each. A second call changes nothing."""
    proposed = scenarios.propose(tx, scenario_id)
    return ScenarioProposal(site_ids=proposed.site_ids, created=proposed.created)


@router.delete("/scenarios/{scenario_id}", status_code=204)
def delete_scenario(tx: Tx, caller: Steward, scenario_id: UUID) -> None:
    """Forget a scenario that is over; its proposed sites stay. 409 while it is computed: cancel it first."""
    scenarios.forget(tx, scenario_id)


def _find(reading: sa.Connection, scenario_id: UUID) -> Scenario:
    scenario = store.find(reading, scenario_id)
    if scenario is None:
        raise ScenarioNotFound(scenario_id)
    return scenario


def _view(scenario: Scenario, state: State) -> ScenarioView:
    return ScenarioView(
        scenario_id=scenario.scenario_id,
        name=scenario.name,
        state=scenario.state,
        asked=scenario.asked,
        asked_by=scenario.asked_by,
        created_at=scenario.created_at,
        started_at=scenario.started_at,
        ended_at=scenario.ended_at,
        cancelled_by=scenario.cancelled_by,
        stage=scenario.stage,
        inputs=scenario.inputs,
        result=scenario.result,
        price=price(scenario, state.city.site_costs_cny),
        failure=scenario.failure,
    )


def _summary(scenario: Scenario) -> ScenarioSummary:
    result = scenario.result
    return ScenarioSummary(
        scenario_id=scenario.scenario_id,
        name=scenario.name,
        state=scenario.state,
        model=scenario.asked.model,
        asked_by=scenario.asked_by,
        created_at=scenario.created_at,
        ended_at=scenario.ended_at,
        objective=None if result is None else result.objective,
        bound=None if result is None else result.bound,
        gap=None if result is None else result.gap,
        new_sites=None if result is None else len(result.sites),
        newly_served=None if result is None else result.newly_served,
    )


def _side(scenario: Scenario, ours: Result, theirs: Result, state: State) -> ComparedSide:
    people = sum(each.population for each in ours.districts)
    return ComparedSide(
        scenario_id=scenario.scenario_id,
        name=scenario.name,
        new_sites=len(ours.sites),
        newly_served=ours.newly_served,
        share=sum(each.after for each in ours.districts) / people if people else 0.0,
        only_here=only_in(ours, theirs),
        price=price(scenario, state.city.site_costs_cny),
    )


def _feature(scenario: Scenario, chosen: ChosenSite) -> dict[str, object]:
    place = chosen.place
    return {
        "type": "Feature",
        "geometry": {"type": "Point", "coordinates": [place.lng, place.lat]},
        "properties": {
            "site_id": place.site_id or scenario.site_id_of(chosen.number),
            "number": chosen.number,
            "district": place.district,
            "people": round(chosen.people),
            "alone": round(chosen.alone),
        },
    }
