"""`ZoneIndex`: all zones in force at one version, asked in bulk which of them flights meet, and where. Pure."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from types import MappingProxyType
from typing import Final

import numpy as np
import shapely
from numpy.typing import NDArray

from services.airspace.domain.apart import Aside
from services.airspace.domain.exact import (
    FRAME_ERROR_M,
    TOUCH_M,
    core_in,
    frame_error,
    lines_of,
    local,
    middle,
    segment_gap_m,
)
from services.airspace.domain.sideways import asides
from services.airspace.domain.zones import ROW, Zone
from shared.contracts.assessment import Restriction
from shared.flight import FlightVolumes
from shared.flight.records import joined
from shared.flight.rules import MAX_CORE_M
from shared.geodesy import from_local
from shared.outlines import core_of, projected
from shared.ragged import spread
from shared.terrain import REFERENCES, Terrain
from shared.volumes import AltitudeReference

Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]
Index = NDArray[np.intp]
Longs = NDArray[np.int64]

_ROUNDS_TO_SHOW: Final = 3


@dataclass(frozen=True, slots=True)
class ZoneHit:
    """The volumes of one flight that a zone meets (indices into its `records`, in order), and what they span."""

    zone: Zone
    volumes: Sequence[int]
    place: tuple[float, float]  # on the core of the first of them, nearest the zone
    mixed: bool  # whether heights in different references were compared, through the terrain
    radius_m: float  # of the first of them
    lower_m: float  # in the flight's reference
    upper_m: float
    reference: AltitudeReference
    start_us: int
    end_us: int
    aside: Aside | None  # how far aside it would be clear; unknown where the zone asks nothing


class ZoneIndex:
    """All zones in force at `version`. Immutable: `updated` gives the next one and re-uses every prepared zone.

    `counted`: at which version each zone, also one that is withdrawn, last changed.
    """

    def __init__(
        self, version: int = 0, zones: Iterable[Zone] = (), counted: Mapping[str, int] = MappingProxyType({})
    ) -> None:
        self.version = version
        self.zones: Mapping[str, Zone] = {zone.zone_id: zone for zone in zones}
        self._counted = counted

    def updated(
        self,
        version: int,
        put: Iterable[Zone] = (),
        gone: Iterable[str] = (),
        counted: Mapping[str, int] = MappingProxyType({}),
    ) -> "ZoneIndex":
        """The index at a later version: `put` replaces by zone_id, `gone` names zones withdrawn.

        `counted` says of these at which version each changed; unsaid, at this one.
        """
        zones, news, gone = dict(self.zones), {zone.zone_id: zone for zone in put}, tuple(gone)
        zones.update(news)
        for zone_id in gone:
            zones.pop(zone_id, None)
        return ZoneIndex(
            version, zones.values(), {**self._counted, **dict.fromkeys((*news, *gone), version), **counted}
        )

    def changed_since(self, version: int) -> tuple["ZoneIndex", frozenset[str]]:
        """Those zones alone that changed after a version, and the ids of all that did: some may be withdrawn."""
        ids = frozenset(zone_id for zone_id, counted in self._counted.items() if counted > version)
        return ZoneIndex(self.version, (self.zones[zone_id] for zone_id in ids if zone_id in self.zones)), ids

    def hits(self, flights: Sequence[FlightVolumes], crewed: Sequence[bool], terrain: Terrain) -> list[list[ZoneHit]]:
        """For each flight the zones that bind it and that a volume of it meets, ordered by zone_id."""
        found: list[list[ZoneHit]] = [[] for _ in flights]
        if not self.zones or not flights:
            return found
        volumes, owner = joined(flights)
        volume, at = self._near(volumes, owner)
        keep = self._binding(np.asarray(crewed, np.bool_)[owner[volume]], at) & self._together(volumes, volume, at)
        volume, at = volume[keep], at[keep]
        meets, mixed = self._level(volumes, volume, at, terrain)
        volume, at, mixed = volume[meets], at[meets], mixed[meets]
        meets = self._touching(volumes, volume, at)
        volume, at, mixed = volume[meets], at[meets], mixed[meets]
        self._collect(found, volumes, owner, volume, at, mixed)
        return found

    @cached_property
    def _ordered(self) -> list[Zone]:
        return [self.zones[zone_id] for zone_id in sorted(self.zones)]

    @cached_property
    def _rows(self) -> NDArray[np.void]:
        # through bytes: concatenating structured arrays compares their fields, row by row
        return np.frombuffer(b"".join(zone.row.tobytes() for zone in self._ordered), ROW)

    @cached_property
    def _restricts(self) -> Bools:
        """Which zones ask something of a flight: of the others nobody has to keep clear."""
        return np.array([zone.spec.restriction is not Restriction.NO_RESTRICTION for zone in self._ordered], np.bool_)

    @cached_property
    def _shapes(self) -> NDArray[np.object_]:
        shapes = np.empty(len(self._ordered), np.object_)
        shapes[:] = [zone.local.shape for zone in self._ordered]
        return shapes

    @cached_property
    def _boxes(self) -> Floats:
        """West, south, east, north of each."""
        return np.ascontiguousarray(np.array([zone.box for zone in self._ordered]).T)

    @cached_property
    def _tree(self) -> shapely.STRtree:
        return shapely.STRtree(_diagonals(self._boxes.T))

    def _near(self, volumes: FlightVolumes, owner: Longs) -> tuple[Index, Index]:
        """Volumes and zones whose boxes touch, in order: first by whole flights, which are far fewer."""
        boxes, first = volumes.boxes, np.flatnonzero(np.diff(owner, prepend=-1))
        low, high = np.minimum.reduceat(boxes, first, axis=0), np.maximum.reduceat(boxes, first, axis=0)
        whole, sizes = np.column_stack((low[:, :2], high[:, 2:])), np.diff(np.append(first, len(owner)))
        flight, at = self._tree.query(_diagonals(whole))
        pair, step = spread(sizes[flight])
        volume, at = first[flight][pair] + step, at[pair]
        (west, south, east, north), others = np.ascontiguousarray(boxes.T), self._boxes
        touch = (west[volume] <= others[2, at]) & (east[volume] >= others[0, at])
        touch &= (south[volume] <= others[3, at]) & (north[volume] >= others[1, at])
        volume, at = volume[touch], at[touch]
        order = np.lexsort((at, volume))
        return volume[order], at[order]

    def _binding(self, crewed: Bools, at: Index) -> Bools:
        rows = self._rows
        return np.where(crewed, rows["binds_crewed"][at], rows["binds_uncrewed"][at])

    def _together(self, volumes: FlightVolumes, volume: Index, at: Index) -> Bools:
        records, rows = volumes.records, self._rows
        starts_in_time: Bools = records["start_us"][volume] < rows["end_us"][at]
        together: Bools = starts_in_time & (rows["start_us"][at] < records["end_us"][volume])
        k = np.flatnonzero(together & rows["scheduled"][at])
        together[k] = [span is not None for span in self._active(volumes, volume[k], at[k])]
        return together

    def _active(self, volumes: FlightVolumes, volume: Index, at: Index) -> list[tuple[int, int] | None]:
        """From when to when each volume meets active times of its scheduled zone."""
        records, rows = volumes.records[volume], self._rows[at]
        starts = np.maximum(records["start_us"], rows["start_us"]).tolist()
        ends = np.minimum(records["end_us"], rows["end_us"]).tolist()
        schedules = (self._ordered[z].schedule for z in at.tolist())
        return [
            schedule.overlap(start, end) if schedule else None
            for schedule, start, end in zip(schedules, starts, ends, strict=True)
        ]

    def _level(self, volumes: FlightVolumes, volume: Index, at: Index, terrain: Terrain) -> tuple[Bools, Bools]:
        """Whether height bands meet, and whether the terrain was needed to say so."""
        records, rows = volumes.records[volume], self._rows[at]
        top = np.where(rows["declared"], records["declared_upper_m"], records["upper_m"])
        above_lower = top >= rows["lower_m"]
        below_upper = records["lower_m"] <= rows["upper_m"]
        mixed_lower = (rows["lower_reference"] >= 0) & (rows["lower_reference"] != records["reference"])
        mixed_upper = (rows["upper_reference"] >= 0) & (rows["upper_reference"] != records["reference"])
        k = np.flatnonzero(mixed_lower | mixed_upper)
        if len(k):
            boxes, some, z = volumes.boxes[volume[k]], records[k], rows[k]
            raised = some["amsl_upper_m"] + top[k] - some["upper_m"]
            lower, _ = terrain.above_sea(z["lower_reference"], z["lower_m"], z["lower_m"], boxes)
            _, upper = terrain.above_sea(z["upper_reference"], z["upper_m"], z["upper_m"], boxes)
            above_lower[k] = np.where(mixed_lower[k], raised >= lower, above_lower[k])
            below_upper[k] = np.where(mixed_upper[k], some["amsl_lower_m"] <= upper, below_upper[k])
        return above_lower & below_upper, mixed_lower | mixed_upper

    def _touching(self, volumes: FlightVolumes, volume: Index, at: Index) -> Bools:
        """Whether footprints meet."""
        records, rows = volumes.records[volume], self._rows[at]
        apart = records["radius_m"] + rows["radius_m"] + TOUCH_M
        meets = np.zeros(len(volume), np.bool_)
        segment = records["area"] < 0
        round_ = segment & ~rows["shaped"]
        segments = local(records[round_], rows["lng0"][round_], rows["lat0"][round_])
        meets[round_] = segment_gap_m(segments, np.zeros_like(segments)) <= apart[round_]
        angular = np.flatnonzero(segment & rows["shaped"])
        segments = local(records[angular], rows["lng0"][angular], rows["lat0"][angular])
        # a core that begins inside needs no distance: most of those under a wide zone, at a tenth of the cost
        inside = shapely.intersects_xy(self._shapes[at[angular]], segments[0], segments[1])
        meets[angular[inside]] = True
        angular, cores = angular[~inside], lines_of(segments[:, ~inside])
        error = frame_error(rows["reach_m"][angular], apart[angular], MAX_CORE_M)
        wide = error > FRAME_ERROR_M
        near = shapely.dwithin(self._shapes[at[angular]], cores, apart[angular] + np.where(wide, error, 0.0))
        doubtful = np.flatnonzero(near & wide)
        sure = shapely.dwithin(self._shapes[at[angular[doubtful]]], cores[doubtful], (apart[angular] - error)[doubtful])
        for k in doubtful[~sure].tolist():
            near[k] = self._touches_alone(volumes, int(volume[angular[k]]), int(at[angular[k]]))
        meets[angular] = near
        for k in np.flatnonzero(~segment).tolist():
            meets[k] = self._touches_alone(volumes, int(volume[k]), int(at[k]))
        return meets

    def _asides(self, volumes: FlightVolumes, owner: NDArray[np.int64], flight: Index, at: Index) -> list[Aside | None]:
        """How far aside each flight as a whole would be clear of a zone; None of one that asks nothing."""
        asked = np.flatnonzero(self._restricts[at])
        if not len(asked):
            return [None] * len(at)
        first = np.asarray(np.searchsorted(owner, flight[asked]))
        last = np.asarray(np.searchsorted(owner, flight[asked], side="right"))
        of, step = spread(last - first)
        shapes = [self._ordered[z].local for z in at[asked].tolist()]
        found: list[Aside | None] = [None] * len(at)
        enough = asides(volumes, first[of] + step, of, shapes, self._rows["radius_m"][at[asked]])
        for k, aside in zip(asked.tolist(), enough, strict=True):
            found[k] = aside
        return found

    def _touches_alone(self, volumes: FlightVolumes, volume: int, at: int) -> bool:
        """One pair in the frame of the slice, or of the zone where the slice is a polygon and the zone a circle."""
        row, zone = self._rows[at], self._ordered[at]
        apart = volumes.records["radius_m"][volume] + row["radius_m"] + TOUCH_M
        if not row["shaped"]:
            core = core_in(volumes, volume, zone.local.lng0, zone.local.lat0)
            return bool(shapely.distance(core, shapely.Point(0.0, 0.0)) <= apart)
        lng0, lat0 = middle(volumes, volume)
        shape = projected(_shaped(zone), lng0, lat0)
        return bool(shapely.distance(shape, core_in(volumes, volume, lng0, lat0)) <= apart)

    def _collect(
        self,
        found: list[list[ZoneHit]],
        volumes: FlightVolumes,
        owner: NDArray[np.int64],
        volume: Index,
        at: Index,
        mixed: Bools,
    ) -> None:
        """One hit for each flight and zone, with the volumes it gathers."""
        if not len(volume):
            return
        flight = owner[volume]
        order = np.lexsort((volume, at, flight))
        flight, at, volume, mixed = flight[order], at[order], volume[order], mixed[order]
        first = np.flatnonzero(np.r_[True, (flight[1:] != flight[:-1]) | (at[1:] != at[:-1])])
        lngs, lats = self._places(volumes, volume[first], at[first])
        records, (starts, ends_us) = volumes.records, self._times(volumes, volume, at)
        spans = zip(
            zip(lngs.tolist(), lats.tolist(), strict=True),
            np.logical_or.reduceat(mixed, first).tolist(),
            records["radius_m"][volume[first]].tolist(),
            np.minimum.reduceat(records["lower_m"][volume], first).tolist(),
            np.maximum.reduceat(records["upper_m"][volume], first).tolist(),
            (REFERENCES[code] for code in records["reference"][volume[first]].tolist()),
            np.minimum.reduceat(starts, first).tolist(),
            np.maximum.reduceat(ends_us, first).tolist(),
            self._asides(volumes, owner, flight[first], at[first]),
            strict=True,
        )
        start = np.searchsorted(owner, np.arange(len(found)))
        numbers = (volume - start[flight]).tolist()
        ends = [*first[1:].tolist(), len(numbers)]
        for i, z, begin, end, span in zip(
            flight[first].tolist(), at[first].tolist(), first.tolist(), ends, spans, strict=True
        ):
            found[i].append(ZoneHit(self._ordered[z], numbers[begin:end], *span))

    def _times(self, volumes: FlightVolumes, volume: Index, at: Index) -> tuple[Longs, Longs]:
        """From when to when each volume meets its zone: the overlap with what the zone's schedule has."""
        starts, ends = volumes.records["start_us"][volume], volumes.records["end_us"][volume]
        k = np.flatnonzero(self._rows["scheduled"][at])
        if len(k):
            starts[k], ends[k] = np.array(self._active(volumes, volume[k], at[k])).T  # they met: none is None
        return starts, ends

    def _places(self, volumes: FlightVolumes, volume: Index, at: Index) -> tuple[Floats, Floats]:
        """The point of each core that is nearest to the zone's outline or centre."""
        records, rows = volumes.records[volume], self._rows[at]
        segments = local(records, rows["lng0"], rows["lat0"])
        x, y = segments[0].copy(), segments[1].copy()
        inside = rows["shaped"] & (records["area"] < 0) & shapely.intersects_xy(self._shapes[at], x, y)
        k = np.flatnonzero(~inside)
        cores = lines_of(segments[:, k])
        for i in np.flatnonzero(records["area"][k] >= 0).tolist():
            cores[i] = core_in(volumes, int(volume[k[i]]), float(rows["lng0"][k[i]]), float(rows["lat0"][k[i]]))
        shapes = self._shapes[at[k]]
        shapes[~rows["shaped"][k]] = shapely.Point(0.0, 0.0)
        nearest = shapely.get_coordinates(shapely.shortest_line(cores, shapes)).reshape(-1, 2, 2)
        x[k], y[k] = nearest[:, 0, 0], nearest[:, 0, 1]
        return from_local(x, y, rows["lng0"], rows["lat0"], _ROUNDS_TO_SHOW)


def zone_hit(zone: Zone, volumes: FlightVolumes, *, crewed: bool, terrain: Terrain) -> ZoneHit | None:
    """Whether and where one zone meets one flight: the same answer as `ZoneIndex.hits`."""
    return next(iter(ZoneIndex(0, [zone]).hits([volumes], [crewed], terrain)[0]), None)


def _shaped(zone: Zone) -> shapely.Polygon | shapely.LineString:
    core, _ = core_of(zone.spec.outline)
    assert not isinstance(core, shapely.Point)
    return core


def _diagonals(boxes: Floats) -> NDArray[np.object_]:
    """A line from corner to corner has the box's bounds, and is made four times faster than the box."""
    return np.asarray(shapely.linestrings(np.ascontiguousarray(boxes).reshape(-1, 2, 2)), np.object_)
