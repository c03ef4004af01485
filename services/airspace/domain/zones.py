"""`Zone` ready for exact questions, and `ZoneIndex`: all zones in force at one version, asked in bulk. Pure."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from shared.contracts.airspace import ZoneSpec
from shared.flight import FlightVolumes
from shared.terrain import Terrain


@dataclass(frozen=True, eq=False)
class Zone:
    """A zone version, projected once into its own frame and prepared. Make it with `zone(...)`."""

    zone_id: str
    zone_version: int
    spec: ZoneSpec


def zone(zone_id: str, zone_version: int, spec: ZoneSpec) -> Zone:
    """The zone, projected and prepared (0.1 to a few ms, by vertices). The outline has been checked."""
    raise NotImplementedError


@dataclass(frozen=True, slots=True)
class ZoneHit:
    """The volumes of one flight that a zone meets: indices into its `records`, in order."""

    zone: Zone
    volumes: Sequence[int]
    place: tuple[float, float]  # on the core of the first of them, nearest the zone


class ZoneIndex:
    """All zones in force at `version`. Immutable: `updated` gives the next one and re-uses every prepared zone."""

    version: int
    zones: Mapping[str, Zone]

    def __init__(self, version: int = 0, zones: Iterable[Zone] = ()) -> None:
        raise NotImplementedError

    def updated(self, version: int, put: Iterable[Zone] = (), gone: Iterable[str] = ()) -> "ZoneIndex":
        """The index at a later version: `put` replaces by zone_id, `gone` names zones withdrawn."""
        raise NotImplementedError

    def hits(self, flights: Sequence[FlightVolumes], crewed: Sequence[bool], terrain: Terrain) -> list[list[ZoneHit]]:
        """For each flight the zones that bind it and that a volume of it meets, ordered by zone_id."""
        raise NotImplementedError


def zone_hit(zone: Zone, volumes: FlightVolumes, *, crewed: bool, terrain: Terrain) -> ZoneHit | None:
    """Whether and where one zone meets one flight: the same answer as `ZoneIndex.hits`."""
    return next(iter(ZoneIndex(0, [zone]).hits([volumes], [crewed], terrain)[0]), None)
