"""Terminals: the sites that flights use, and how long each flight holds a pad there. Pure."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final, NamedTuple

from services.airspace.domain.closures import Closure
from shared.flight import FlightVolumes, Movements

PAD_HELD_US: Final = 60_000_000  # before and after a movement


@dataclass(frozen=True, slots=True)
class Terminal:
    """What slots need to know of a site. `nest`: its aircraft lives there, so a pad of its own waits for it."""

    site_id: str
    name: str = ""
    pads: int = 1  # of a site not known here: the fewest there can be
    nest: bool = False
    closures: tuple[Closure, ...] = ()


Terminals = Mapping[str, Terminal]
NO_TERMINALS: Final[Terminals] = MappingProxyType({})


class Spot(NamedTuple):
    """A site at its position: one that has moved is another place, with pads of its own."""

    site_id: str
    lng: float
    lat: float


class PadHold(NamedTuple):
    """A pad held for a movement, or for both of a flight, half-open; `volume` is the flight's column over it."""

    spot: Spot
    start_us: int
    end_us: int
    volume: int


def pad_holds(flight: FlightVolumes, terminals: Terminals) -> list[PadHold]:
    """The pads that it holds at these sites: 60 s before and after each movement, a nest's only pad throughout."""
    ends = flight.movements
    if ends is None or not (ends.departure in terminals or ends.arrival in terminals):
        return []
    found = _holds(flight, lambda site_id: _only_pad(terminals.get(site_id)))
    return [hold for hold in found if hold.spot.site_id in terminals]


def widest_holds(flight: FlightVolumes) -> list[PadHold]:
    """The pads that it may come to hold, whatever is known of its sites: what is looked up by."""
    return _holds(flight, lambda site_id: True)


def closed(flight: FlightVolumes, terminals: Terminals) -> list[tuple[PadHold, Terminal, Closure]]:
    """Where it would hold a pad while the site is closed, and the first closure that it meets there."""
    met = []
    for hold in pad_holds(flight, terminals):
        terminal = terminals[hold.spot.site_id]
        first = next((c for c in terminal.closures if c.start_us < hold.end_us and c.end_us > hold.start_us), None)
        if first is not None:
            met.append((hold, terminal, first))
    return met


def _only_pad(terminal: Terminal | None) -> bool:
    return terminal is not None and terminal.nest and terminal.pads == 1


def _holds(flight: FlightVolumes, whole: Callable[[str], bool]) -> list[PadHold]:
    ends = flight.movements
    if ends is None:
        return []
    last = len(flight) - 1
    up = ends.departs_us - PAD_HELD_US, ends.departs_us + PAD_HELD_US
    down = ends.lands_us - PAD_HELD_US, ends.lands_late_us + PAD_HELD_US
    origin, home = spots(flight, ends)
    if origin == home and (whole(ends.departure) or down[0] <= up[1]):
        return [PadHold(origin, up[0], down[1], 0)]
    both = (PadHold(origin, *up, 0), PadHold(home, *down, last))
    return [hold for hold in both if hold.spot.site_id]


def spots(flight: FlightVolumes, ends: Movements) -> tuple[Spot, Spot]:
    """Where it takes off and where it lands."""
    start, end = flight.ends
    return Spot(ends.departure, *start), Spot(ends.arrival, *end)
