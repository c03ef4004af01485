"""What coverage is asked by: a layer of demand, a radius or minutes, a kind and a function, in a query or a body."""

from typing import Annotated

from fastapi import Depends, Query

from services.sites.api.parts import State
from services.sites.domain.errors import StandardNotClear
from services.sites.domain.reach import ServiceTime, Standard
from services.sites.state import SitesState
from services.sites.store.demand import POPULATION
from services.sites.usecases.coverage import Question
from shared.contracts.sites import SiteFunction, SiteKind
from shared.values import Identifier

Radius = Annotated[float | None, Query(gt=0, le=100_000, allow_inf_nan=False)]
Minutes = Annotated[
    float | None, Query(gt=0, le=240, allow_inf_nan=False, description="on scene so soon, instead of a radius")
]
Delay = Annotated[float | None, Query(ge=0, le=3_600, allow_inf_nan=False, description="from the call to the launch")]
Speed = Annotated[float | None, Query(gt=0, le=120, allow_inf_nan=False, description="through the air")]
Wind = Annotated[float | None, Query(ge=0, le=60, allow_inf_nan=False, description="margin: taken off the speed")]


def _question(
    state: State,
    layer: Annotated[Identifier, Query()] = POPULATION,
    radius_m: Radius = None,
    minutes: Minutes = None,
    launch_delay_s: Delay = None,
    cruise_mps: Speed = None,
    wind_mps: Wind = None,
    kind: SiteKind | None = None,
    function: SiteFunction | None = None,
) -> Question:
    if minutes is not None:
        time = ServiceTime(minutes=minutes, launch_delay_s=launch_delay_s, cruise_mps=cruise_mps, wind_mps=wind_mps)
        return question_of(state, layer, radius_m, time.radius_m(state.city.dispatch), kind, function)
    if any(each is not None for each in (launch_delay_s, cruise_mps, wind_mps)):
        raise StandardNotClear("launch_delay_s, cruise_mps and wind_mps belong to minutes", "minutes")
    return question_of(state, layer, radius_m, None, kind, function)


def question_of(
    state: SitesState,
    layer: str,
    radius_m: float | None,
    in_time_m: float | None,
    kind: SiteKind | None,
    function: SiteFunction | None,
) -> Question:
    """The question. Raises StandardNotClear where both a radius and a time are given."""
    if radius_m is not None and in_time_m is not None:
        raise StandardNotClear("give a radius or minutes, not both", "radius_m")
    metres = radius_m if in_time_m is None else in_time_m
    return Question(layer, Standard(state.city.service_radius_m, metres, kind, function))


Asked = Annotated[Question, Depends(_question)]
Fold = Annotated[int, Query(ge=1, le=3, description="served by at least so many sites")]
CellWidth = Annotated[float, Query(ge=200, le=50_000, allow_inf_nan=False, description="of the grid's squares")]
