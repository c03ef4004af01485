"""From a `FlightIntent` to its `FlightVolumes`: columns, slices, hovers, areas (design: one geometry for all). Pure."""

from collections.abc import Sequence

from shared.flight.intent import FlightIntent, Spot, Waypoint
from shared.flight.records import FlightVolumes
from shared.flight.rules import FlightRules
from shared.terrain import Terrain
from shared.volumes import AltitudeReference


def volumes(intent: FlightIntent, rules: FlightRules, terrain: Terrain) -> FlightVolumes:
    """The volumes of one flight, in the order flown.

    A column at each end, cruise slices of at most `rules.slice_s`, a disc for a hover, the area for its duration.
    Raises Invalid with field `departure`, `arrival`, `path` or `area...` where the flight has no position, is too long
    or too large. The caller puts its own prefix before the field.
    """
    return volumes_of_all([intent], rules, terrain)[0]


def volumes_of_all(intents: Sequence[FlightIntent], rules: FlightRules, terrain: Terrain) -> list[FlightVolumes]:
    """`volumes` of each intent, in one pass: a batch costs a fraction of one by one."""
    raise NotImplementedError


def corridor(
    origin: Spot,
    destination: Spot,
    path: Sequence[Waypoint],
    *,
    half_width_m: float,
    half_height_m: float,
    reference: AltitudeReference,
    terrain: Terrain,
) -> FlightVolumes:
    """The volumes of a fixed route: columns and legs, at all times (`EVER`)."""
    raise NotImplementedError
