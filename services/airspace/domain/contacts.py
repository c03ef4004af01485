"""Where flights come together: for pairs of flights the volumes that overlap at one instant, exactly. Pure.

A conflict of two volumes: windows that share an instant (whole microseconds, half-open), height bands that touch, and
cores no further apart than the sum of the radii and 1 mm. Heights in one reference compare directly, others by AMSL.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Final

import numpy as np
import shapely
from numpy.typing import NDArray

from services.airspace.domain.exact import TOUCH_M, core_gaps_m, meeting_place
from shared.flight import FlightVolumes
from shared.flight.records import joined
from shared.ragged import spread

Longs = NDArray[np.int64]
Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]
Index = NDArray[np.intp]

_PAIRS_AT_ONCE: Final = 2_000_000  # of volumes: bounds the memory of one pass


@dataclass(frozen=True, slots=True)
class Contact:
    """The overlap of flight `a` with flight `b`: which volumes, over what heights (in `reference`) and times."""

    a: int
    b: int
    legs_a: Sequence[int]  # of each pair of volumes that conflict, by a's and then b's order
    legs_b: Sequence[int]
    lower_m: float
    upper_m: float
    reference: int  # index into `shared.terrain.REFERENCES`
    mixed: bool  # some heights were compared through the terrain; the band is then above sea level
    start_us: int
    end_us: int

    def turned(self) -> "Contact":
        """The same as `b` sees it."""
        pairs = sorted(zip(self.legs_b, self.legs_a, strict=True))
        legs_a, legs_b = [leg for leg, _ in pairs], [leg for _, leg in pairs]
        return replace(self, a=self.b, b=self.a, legs_a=legs_a, legs_b=legs_b)


def contacts(flights: Sequence[FlightVolumes], asked: Sequence[int], *, among: bool = True) -> list[Contact]:
    """All contacts of the flights numbered `asked` with any other one, each pair once, in order of (a, b).

    Where both are asked about, `a` is the one that comes first in `flights`; else `a` is the asked one. Without `among`
    the asked ones are not asked against one another.
    """
    if not flights or not len(asked):
        return []
    volumes, owner = joined(flights)
    first = np.searchsorted(owner, np.arange(len(flights)))
    a, b = _near(volumes, first, np.asarray(asked, np.int64), among=among)
    sizes = np.diff(np.append(first, len(owner)))
    found: list[Contact] = []
    load = np.cumsum(sizes[a] * sizes[b]) // _PAIRS_AT_ONCE
    for part in np.split(np.arange(len(a)), np.flatnonzero(np.diff(load)) + 1):
        found += _exact(volumes, first, sizes, a[part], b[part])
    return found


def place_of(contact: Contact, flights: Sequence[FlightVolumes]) -> tuple[float, float]:
    """The point of the first conflicting core of `a` that is nearest to the other: longitude, latitude."""
    return meeting_place(flights[contact.a], contact.legs_a[0], flights[contact.b], contact.legs_b[0])


def _near(volumes: FlightVolumes, first: Longs, asked: Longs, *, among: bool) -> tuple[Index, Index]:
    """Pairs of flights whose boxes, windows and bands above sea level overlap as wholes, sorted."""
    boxes, records = volumes.boxes, volumes.records
    low, high = np.minimum.reduceat(boxes, first, axis=0), np.maximum.reduceat(boxes, first, axis=0)
    whole = np.column_stack((low[:, :2], high[:, 2:]))
    lines = np.asarray(shapely.linestrings(whole.reshape(-1, 2, 2)))
    a, b = shapely.STRtree(lines).query(lines[asked])
    a = asked[a]
    is_asked = np.zeros(len(first), np.bool_)
    is_asked[asked] = True
    keep = (a != b) & ~(is_asked[b] & (b < a)) if among else ~is_asked[b]
    start, end = np.minimum.reduceat(records["start_us"], first), np.maximum.reduceat(records["end_us"], first)
    keep &= (start[a] < end[b]) & (start[b] < end[a])
    a, b = a[keep], b[keep]
    order = np.lexsort((b, a))
    return a[order], b[order]


def _exact(volumes: FlightVolumes, first: Longs, sizes: Longs, a: Index, b: Index) -> list[Contact]:
    pair, i, j = _volume_pairs(first, sizes, a, b)
    pair, i, j = _narrowed(volumes, pair, i, j)
    meets, mixed = _level(volumes, i, j)
    pair, i, j, mixed = pair[meets], i[meets], j[meets], mixed[meets]
    radii, gaps = volumes.records["radius_m"][i] + volumes.records["radius_m"][j], core_gaps_m(volumes, i, volumes, j)
    meets = gaps <= radii + TOUCH_M
    pair, i, j, mixed = pair[meets], i[meets], j[meets], mixed[meets]
    groups = np.split(np.arange(len(pair)), np.flatnonzero(np.diff(pair)) + 1) if len(pair) else []
    return [
        _contact(volumes, int(a[pair[g[0]]]), int(b[pair[g[0]]]), i[g], j[g], bool(mixed[g].any()), first)
        for g in groups
    ]


def _volume_pairs(first: Longs, sizes: Longs, a: Index, b: Index) -> tuple[Longs, Longs, Longs]:
    """Every volume of `a` with every one of `b`, for each pair of flights."""
    pair, step = spread(sizes[a] * sizes[b])
    row, column = np.divmod(step, sizes[b][pair])
    return pair, first[a][pair] + row, first[b][pair] + column


def _narrowed(volumes: FlightVolumes, pair: Longs, i: Longs, j: Longs) -> tuple[Longs, Longs, Longs]:
    """Those that share an instant and whose boxes touch."""
    start, end = (np.ascontiguousarray(volumes.records[name]) for name in ("start_us", "end_us"))
    keep = (start[i] < end[j]) & (start[j] < end[i])
    pair, i, j = pair[keep], i[keep], j[keep]
    west, south, east, north = np.ascontiguousarray(volumes.boxes.T)
    keep = (west[i] <= east[j]) & (west[j] <= east[i]) & (south[i] <= north[j]) & (south[j] <= north[i])
    return pair[keep], i[keep], j[keep]


def _level(volumes: FlightVolumes, i: Longs, j: Longs) -> tuple[Bools, Bools]:
    """Whether the height bands touch, and whether that was asked through the terrain."""
    one, two = volumes.records[i], volumes.records[j]
    mixed = one["reference"] != two["reference"]
    direct = (one["lower_m"] <= two["upper_m"]) & (two["lower_m"] <= one["upper_m"])
    at_sea = (one["amsl_lower_m"] <= two["amsl_upper_m"]) & (two["amsl_lower_m"] <= one["amsl_upper_m"])
    return np.where(mixed, at_sea, direct), mixed


def _contact(volumes: FlightVolumes, a: int, b: int, i: Longs, j: Longs, mixed: bool, first: Longs) -> Contact:
    one, two = volumes.records[i], volumes.records[j]
    lower, upper = ("amsl_lower_m", "amsl_upper_m") if mixed else ("lower_m", "upper_m")
    return Contact(
        a=a,
        b=b,
        legs_a=(i - first[a]).tolist(),
        legs_b=(j - first[b]).tolist(),
        lower_m=float(np.maximum(one[lower], two[lower]).min()),
        upper_m=float(np.minimum(one[upper], two[upper]).max()),
        reference=1 if mixed else int(one["reference"][0]),
        mixed=mixed,
        start_us=int(np.maximum(one["start_us"], two["start_us"]).min()),
        end_us=int(np.minimum(one["end_us"], two["end_us"]).max()),
    )
