"""Whether an authorization covers volumes: containment, so every conservative direction turns round. Pure.

Where distances, edges or the ground are known only within a bound, the worse end of the bound is taken: never "covered"
by ignorance.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import Final

import numpy as np
import shapely
from numpy.typing import NDArray

from services.airspace.domain.exact import (
    TOUCH_M,
    LocalShape,
    core_in,
    frame_error,
    lines_of,
    local,
    local_shape,
)
from services.airspace.domain.subjects import Authorization
from shared.contracts.flightplan import AuthorizationSpec
from shared.flight import FlightVolumes
from shared.flight.records import to_us
from shared.flight.rules import MAX_CORE_M
from shared.outlines import core_of
from shared.terrain import REFERENCES, Terrain
from shared.volumes import Altitude

Floats = NDArray[np.float64]

_PIECE: Final = 0.25  # of the room beside a corridor's line: so short are the pieces that pass its corners
_SHORTEST_M: Final = 1.0


def covering(
    authorizations: Sequence[Authorization],
    operator: str,
    volumes: FlightVolumes,
    chosen: Sequence[int],
    terrain: Terrain,
    at: datetime | None = None,
) -> Authorization | None:
    """The operator's first authorization, by number, that alone contains the chosen volumes; None where none does.

    `at`: the instant at which a route, which has no time of its own, asks.
    """
    own = [one for one in authorizations if one.spec.operator == operator]
    if not own:
        return None
    part = volumes.take(np.asarray(chosen, np.intp))
    for one in sorted(own, key=lambda one: (one.spec.number, str(one.authorization_id))):
        if _in_time(one.spec, part, at) and _in_height(one.spec, part, terrain) and _in_space(one.spec, part):
            return one
    return None


def _in_time(spec: AuthorizationSpec, part: FlightVolumes, at: datetime | None) -> bool:
    if at is not None:
        return spec.starts_at <= at < spec.ends_at
    starts, ends = part.records["start_us"], part.records["end_us"]
    return bool(to_us(spec.starts_at) <= starts.min() and ends.max() <= to_us(spec.ends_at))


def _in_height(spec: AuthorizationSpec, part: FlightVolumes, terrain: Terrain) -> bool:
    records = part.records
    _, lower = _bounds(spec.lower, part, terrain)
    upper, _ = _bounds(spec.upper, part, terrain)
    same = records["reference"] == REFERENCES.index(spec.upper.reference)
    below = np.where(same, records["upper_m"] <= spec.upper.value_m, records["amsl_upper_m"] <= upper)
    if spec.lower is None:
        return bool(below.all())
    same = records["reference"] == REFERENCES.index(spec.lower.reference)
    above = np.where(same, records["lower_m"] >= spec.lower.value_m, records["amsl_lower_m"] >= lower)
    return bool((below & above).all())


def _bounds(altitude: Altitude | None, part: FlightVolumes, terrain: Terrain) -> tuple[Floats, Floats]:
    """The least and the most that a height of the authorization may mean above sea level, under each volume."""
    if altitude is None:
        return np.full(len(part), -np.inf), np.full(len(part), -np.inf)
    value = np.full(len(part), altitude.value_m)
    codes = np.full(len(part), REFERENCES.index(altitude.reference), np.int32)
    return terrain.above_sea(codes, value, value, part.boxes)


def _in_space(spec: AuthorizationSpec, part: FlightVolumes) -> bool:
    core, radius_m = core_of(spec.outline)
    if isinstance(core, shapely.Polygon):
        return _in_polygon(local_shape(core), part)
    if isinstance(core, shapely.LineString):
        return _in_corridor(local_shape(core), radius_m, part)
    reach = np.array([_reach(part, i, core.x, core.y) for i in range(len(part))])
    bend = frame_error(reach, np.zeros(len(part)), MAX_CORE_M)
    return bool((reach + part.records["radius_m"] + TOUCH_M + bend <= radius_m).all())


def _reach(part: FlightVolumes, index: int, lng0: float, lat0: float) -> float:
    """The farthest point of a core from the frame's centre: always one of its vertices."""
    points = shapely.get_coordinates(core_in(part, index, lng0, lat0))
    return float(np.hypot(points[:, 0], points[:, 1]).max())


def _in_polygon(area: LocalShape, part: FlightVolumes) -> bool:
    """A core inside that is farther from every ring than its radius: by distances, without an overlay."""
    cores = _cores(part, area)
    first = np.array([shapely.get_coordinates(core)[0] for core in cores])
    radius = part.records["radius_m"]
    needed = radius + TOUCH_M + frame_error(np.full(len(part), area.reach_m), radius, MAX_CORE_M)
    inside = shapely.contains_xy(area.shape, first[:, 0], first[:, 1])
    return bool((inside & (shapely.distance(area.shape.boundary, cores) >= needed)).all())


def _in_corridor(line: LocalShape, radius_m: float, part: FlightVolumes) -> bool:
    """Each piece of a core wholly beside one edge of the line: what is near an edge is convex, so its corners tell.

    A piece that turns with the line round a corner may be said not to lie inside though it does, never the reverse.
    """
    edges = shapely.get_coordinates(line.shape)
    beside = np.asarray(shapely.linestrings(np.stack((edges[:-1], edges[1:]), axis=1)), np.object_)
    radius = part.records["radius_m"]
    reach = np.full(len(part), line.reach_m + radius_m)
    inner = radius_m - radius - TOUCH_M - frame_error(reach, radius, MAX_CORE_M)
    return all(map(_beside, _cores(part, line), inner.tolist(), [beside] * len(part)))


def _beside(core: shapely.Geometry, inner_m: float, edges: NDArray[np.object_]) -> bool:
    if inner_m <= 0:
        return False
    corners = shapely.get_coordinates(shapely.segmentize(core, max(inner_m * _PIECE, _SHORTEST_M)))
    points = np.asarray(shapely.points(corners), np.object_)
    within: NDArray[np.bool_] = shapely.distance(points[:, None], edges[None, :]) <= inner_m
    if isinstance(core, shapely.Polygon):  # its rim may lie in a corridor that runs round the rest of it
        return bool(within.all(axis=0).any())
    pieces = within[:-1] & within[1:] if len(within) > 1 else within
    return bool(pieces.any(axis=1).all())


def _cores(part: FlightVolumes, area: LocalShape) -> NDArray[np.object_]:
    """Every core in the area's frame."""
    cores = lines_of(local(part.records, area.lng0, area.lat0))
    for i in np.flatnonzero(part.records["area"] >= 0).tolist():
        cores[i] = core_in(part, i, area.lng0, area.lat0)
    return cores
