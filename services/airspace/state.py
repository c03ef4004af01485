"""What airspace keeps in the process: the city's rules, and all zones in force as a tree."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import tzinfo
from threading import Lock
from typing import Any
from zoneinfo import ZoneInfo

import psycopg

from services.airspace.domain import zones as domain
from services.airspace.domain.alternatives import AlternativeLimits
from services.airspace.domain.zone_index import ZoneIndex
from services.airspace.store import zones as store
from services.airspace.store.zones import ZoneState
from shared.flight import FlightRules
from shared.frame import Clock
from shared.terrain import Terrain
from shared.volumes import PolygonOutline


class CurrentZones:
    """The zones in force at the latest version seen. Zones are prepared once a version, by whoever asks first."""

    def __init__(self, city_time: tzinfo) -> None:
        self._city_time = city_time
        self._index = ZoneIndex()
        self._lock = Lock()

    def read(self, cursor: "psycopg.Cursor[Any]") -> ZoneIndex:
        """The index at the version that the cursor's transaction sees, or a later one."""
        with self._lock:
            version, changed = store.zones_since(cursor, self._index.version)
            if version > self._index.version:
                put = [
                    domain.zone(zone.zone_id, zone.zone_version, zone.spec, self._city_time)
                    for _, zone in changed
                    if zone.state is ZoneState.IN_FORCE
                ]
                gone = [zone.zone_id for _, zone in changed if zone.state is ZoneState.WITHDRAWN]
                counted = {zone.zone_id: number for number, zone in changed}
                self._index = self._index.updated(version, put, gone, counted)
            return self._index


@dataclass(frozen=True, slots=True)
class AirspaceState:
    """The wiring that use cases are given."""

    rules: FlightRules
    terrain: Terrain
    timezone: str
    entrusted: bool  # the platform decides itself; only the words differ
    clock: Clock
    areas: Mapping[str, Sequence[PolygonOutline]] = field(default_factory=dict)  # of the city, by name
    demo: bool = False  # demo data may be here: temporary control labelled so needs no notice
    bounds: tuple[float, float, float, float] = (-180.0, -90.0, 180.0, 90.0)  # of the city
    alternatives: AlternativeLimits = field(default_factory=AlternativeLimits)
    zones: CurrentZones = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "zones", CurrentZones(self.city_time))

    @property
    def city_time(self) -> tzinfo:
        """The city's civil time."""
        return ZoneInfo(self.timezone)
