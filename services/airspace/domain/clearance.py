"""How far a flight is from clear of what is in its way, on each axis by itself. Pure.

Where a distance is not known cheaply and surely it is absent: heights that compare through the terrain only, and rising
above what is met on the ground or in a column.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import TypedDict

import numpy as np
from numpy.typing import NDArray

from services.airspace.domain.apart import Aside
from services.airspace.domain.contacts import Contact
from services.airspace.domain.exact import TOUCH_M
from services.airspace.domain.zone_index import ZoneHit
from shared.contracts.airspace import HeightBasis
from shared.flight import FlightVolumes
from shared.flight.records import FOREVER_US, from_us
from shared.terrain import AGL
from shared.volumes import Altitude

Records = NDArray[np.void]


class Clearance(TypedDict, total=False):
    """The fields of a `Finding` that say what would be enough."""

    clear_by_m: float | None
    clear_towards_deg: float | None
    clear_below_m: float | None
    clear_above_m: float | None
    free_until: datetime | None
    free_from: datetime | None


def zone_clearance(hit: ZoneHit, flight: FlightVolumes) -> Clearance:
    """Metres to the side, down and up, and the times without the zone."""
    spec = hit.zone.spec
    scheduled = bool(spec.limited_applicability)
    return Clearance(
        **_aside(hit.aside),
        clear_below_m=_down(hit, spec.lower, flight),
        clear_above_m=_up(hit, spec.upper, flight),
        free_until=None if scheduled else spec.starts_at,
        free_from=None if scheduled else spec.ends_at,
    )


def plan_clearance(contact: Contact, flights: Sequence[FlightVolumes], aside: Aside) -> Clearance:
    """The same against another flight: where and when it is, not whose."""
    one = flights[contact.a].records[np.asarray(contact.legs_a)]
    two = flights[contact.b].records[np.asarray(contact.legs_b)]
    low, high = ("amsl_lower_m", "amsl_upper_m") if contact.mixed else ("lower_m", "upper_m")
    grounded = bool((one["reference"] == AGL).any() and (one["lower_m"] <= 0).any())
    beneath = float(two[low].min())
    return Clearance(
        **_aside(aside),
        clear_below_m=_rounded(float((one[high] - two[low]).max())) if beneath > 0 else None,
        clear_above_m=None if grounded else _rounded(float((two[high] - one[low]).max())),
        free_until=_instant(int(two["start_us"].min())),
        free_from=_instant(int(two["end_us"].max())),
    )


def _aside(aside: Aside | None) -> Clearance:
    return Clearance() if aside is None else Clearance(clear_by_m=aside.metres, clear_towards_deg=aside.course_deg)


def _down(hit: ZoneHit, lower: Altitude | None, flight: FlightVolumes) -> float | None:
    if lower is None or lower.reference is not hit.reference:
        return None
    tops = _met(hit, flight)["declared_upper_m" if hit.zone.spec.height_basis is HeightBasis.DECLARED else "upper_m"]
    return _rounded(float(tops.max()) - lower.value_m)


def _up(hit: ZoneHit, upper: Altitude | None, flight: FlightVolumes) -> float | None:
    if upper is None or upper.reference is not hit.reference:
        return None
    records = _met(hit, flight)
    if (records["reference"] == AGL).any() and (records["lower_m"] <= 0).any():
        return None  # on the ground
    return _rounded(upper.value_m - float(records["lower_m"].min()))


def _met(hit: ZoneHit, flight: FlightVolumes) -> Records:
    met: Records = flight.records[np.asarray(hit.volumes)]
    return met


def _rounded(metres: float) -> float:
    """A decimetre more than what touches, never less."""
    return round(float(np.ceil(max(metres + TOUCH_M, 0.0) * 10) / 10), 1)


def _instant(us: int) -> datetime | None:
    return None if abs(us) >= FOREVER_US else from_us(us)
