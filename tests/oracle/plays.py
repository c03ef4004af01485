"""What happens at sites, as the oracle has it: busy sites, and pairs either side of being settled in a terminal."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Final

import numpy as np
from numpy.random import Generator

from tests.oracle import earth
from tests.oracle.flights import KEPT_FREE
from tests.oracle.holders import Holders, Said
from tests.oracle.matter import Position
from tests.oracle.placing import NOON_US, OFF_M, SECOND_US, away, places, towards
from tests.oracle.terminals import FACTOR, LEAST_M, Edge, Flight, Site, Unsure

STEPS: Final = 16  # of a play at a busy site
MILLISECOND_US: Final = 1_000
Spot = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Filed:
    """A plan was filed, or moved."""

    flight: Flight
    moves: bool
    accepted: bool


@dataclass(frozen=True, slots=True)
class Withdrawn:
    """A plan was withdrawn."""

    number: int


@dataclass(frozen=True, slots=True)
class Padded:
    """A site has so many pads now."""

    site_id: str
    site: Site


@dataclass(frozen=True, slots=True)
class Step:
    """What happened, and which plans hold something after it."""

    what: Filed | Withdrawn | Padded | Said
    held: frozenset[int]


@dataclass
class Play:
    """Sites, where they are, and what happens there; what was too near to an edge to be judged is left out."""

    family: str
    places: Mapping[str, Position]
    sites: Mapping[str, Site]  # at first; of a site that is not here nobody has heard yet
    steps: list[Step] = field(default_factory=list)
    in_band: int = 0

    def __post_init__(self) -> None:
        self.holders = Holders(dict(self.sites))

    def file(self, flight: Flight, *, moves: bool = False) -> None:
        """A plan is filed or moved."""
        try:
            accepted = self.holders.file(flight)
        except Unsure:
            self.in_band += 1
            return
        self._happened(Filed(flight, moves, accepted))

    def withdraw(self, number: int) -> None:
        """What it held is free."""
        del self.holders.held[number]
        self._happened(Withdrawn(number))

    def pad(self, site_id: str, site: Site) -> None:
        """What was accepted stays."""
        self.holders.sites[site_id] = site
        self._happened(Padded(site_id, site))

    def state(self, said: Said) -> None:
        """A site closes, or is open again."""
        try:
            self.holders.state(said)
        except Unsure:
            self.in_band += 1
            return
        self._happened(said)

    def _happened(self, what: Filed | Withdrawn | Padded | Said) -> None:
        self.steps.append(Step(what, frozenset(self.holders.held)))

    def spot(self, site_id: str) -> Spot:
        """As an intent names it."""
        lng, lat = self.places[site_id]
        return {"site_id": site_id, "lng": lng, "lat": lat}


def busy(chance: Generator, n: int) -> Iterator[Play]:
    """Take-offs, landings and flights there and back at two sites and one not heard of, moved, withdrawn, closed."""
    for place in places(chance, n):
        port, nest = towards(place, 0.0, 0.0), towards(place, chance.uniform(0, 360), chance.uniform(700, 1_200))
        play = Play(
            "busy sites",
            {"PORT": port, "NEST": nest, "NEW": towards(place, chance.uniform(0, 360), 2_500.0)},
            {"PORT": Site(int(chance.integers(1, 4))), "NEST": Site(int(chance.choice([1, 1, 1, 2])), nest=True)},
        )
        for number in range(STEPS):
            _happens(chance, play, number)
        yield play


def _happens(chance: Generator, play: Play, number: int) -> None:
    held = list(play.holders.held.values())
    kind = chance.uniform()
    if held and kind < 0.15:
        flight = held[int(chance.integers(len(held)))]
        play.file(_timed(chance, play, flight), moves=True)
    elif held and kind < 0.2:
        play.withdraw(held[int(chance.integers(len(held)))].number)
    elif kind < 0.24:
        site_id = str(chance.choice(["PORT", "NEST"]))
        play.pad(site_id, replace(play.holders.sites[site_id], pads=int(chance.integers(1, 4))))
    elif kind < 0.34:
        play.state(_closing(chance, play))
    else:
        priority = int(chance.choice([0, 0, 5]))
        play.file(_timed(chance, play, Flight(number, _sortie(chance, play), NOON_US, priority)))


def _closing(chance: Generator, play: Play) -> Said:
    """Of a site that is known: in the midst of what was said before, or beginning or ending with a pad that is held."""
    site_id = str(chance.choice(["PORT", "NEST"]))
    before = [one for one in play.holders.said if one.site_id == site_id]
    if before and chance.uniform() < 0.5:
        middle = (before[-1].start.us + before[-1].end.us) // 2
        return Said(site_id, not before[-1].closed, Edge(middle), Edge(before[-1].end.us + 120 * SECOND_US))
    edges = [edge.us for times in _times(play, site_id) for edge in times if edge.sure]
    edge = int(chance.choice(edges or [NOON_US])) + int(chance.choice([0, MILLISECOND_US, -MILLISECOND_US]))
    lasts = int(chance.choice([60, 300, 600])) * SECOND_US
    start = edge if chance.uniform() < 0.5 else edge - lasts
    return Said(site_id, bool(chance.uniform() < 0.7), Edge(start), Edge(start + lasts))


def _timed(chance: Generator, play: Play, flight: Flight) -> Flight:
    """The flight at some second, or when a pad or the site is free for it (or a millisecond beside that), or is not."""
    at_random = replace(flight, departs_us=NOON_US + int(chance.integers(0, 900)) * SECOND_US)
    holds = at_random.holds(play.holders.sites)
    meet = [(hold, times) for hold in holds for times in _times(play, hold.spot[0])]
    if not meet or chance.uniform() < 0.3:
        return at_random
    hold, (start, end) = meet[int(chance.integers(len(meet)))]
    middle = Edge((start.us + end.us) // 2, sure=False)
    ours, theirs = ((hold.start, end), (hold.end, start), (hold.start, middle))[int(chance.integers(3))]
    offs = [0, MILLISECOND_US, -MILLISECOND_US] if ours.sure and theirs.sure else [MILLISECOND_US, -MILLISECOND_US]
    return replace(at_random, departs_us=at_random.departs_us + theirs.us - ours.us + int(chance.choice(offs)))


def _times(play: Play, site_id: str) -> list[tuple[Edge, Edge]]:
    """From when to when pads of a site are held, and it is said to be closed or open."""
    holds = (hold for flight in play.holders.held.values() for hold in flight.holds(play.holders.sites))
    said = [(one.start, one.end) for one in play.holders.said if one.site_id == site_id]
    return [*said, *((hold.start, hold.end) for hold in holds if hold.spot[0] == site_id)]


def _sortie(chance: Generator, play: Play) -> Spot:
    """Up and down, away, back from somewhere, there and back, or from one site to the other."""
    site = play.spot(str(chance.choice(["PORT", "PORT", "NEST", "NEST", "NEST", "NEW"])))
    if chance.uniform() < 0.04:
        site["lng"], site["lat"] = away((site["lng"], site["lat"]), 40.0, 0.0)  # where it was before it moved
    far = towards(
        (site["lng"], site["lat"]), 60.0 * chance.integers(6) + chance.uniform(-8, 8), chance.uniform(300, 1_500)
    )
    there = {"lng": far[0], "lat": far[1]}
    kind = str(chance.choice(["hop", "hop", "out", "out", "back", "loop", "loop", "loop", "across"]))
    if kind == "across":
        return intent(chance, site, play.spot("NEST" if site["site_id"] == "PORT" else "PORT"), [])
    ends = {
        "hop": (site, site, []),
        "out": (site, there, [there]),
        "back": (there, site, []),
        "loop": (site, site, [there]),
    }
    return intent(chance, *ends[kind])


def intent(chance: Generator, start: Spot, end: Spot, by: Sequence[Spot], kind: str = "") -> Spot:
    """A flight at some height; it lands after whole seconds where it has no leg."""
    height_m = float(chance.choice([60.0, 90.0, 105.0]))
    above = {
        "lng": start["lng"],
        "lat": start["lat"],
        "height_m": height_m,
        "hover_s": float(chance.choice([0, 0, 31])),
    }
    return {
        "departure": start,
        "arrival": end,
        "aircraft_class": kind or str(chance.choice(["light", "light", "light", "small", "medium", "crewed"])),
        "purpose": "patrol",
        "clawbacks": ["network_relay"],
        "speed_mps": float(chance.choice([8.0, 12.0, 20.0])),
        "path": [above, *({**place, "height_m": height_m} for place in by)],
    }


# --------------------------------------------------------------------------------- either side of being settled


def rim(chance: Generator, n: int) -> Iterator[Play]:
    """Two that leave one site side by side: one turns back within R, the other goes as far as R, or all but."""
    for place in places(chance, n):
        play, kinds = _port(place, "rim"), _kinds(chance)
        lateral = sum(KEPT_FREE[kind][0] for kind in kinds)
        around_m = max(LEAST_M, FACTOR * lateral)
        course, wide = float(chance.uniform(0, 360)), float(chance.choice([0.0, 0.0, chance.uniform(5, 40)]))
        reach_m = around_m - wide + float(chance.choice([-OFF_M, OFF_M]))
        near = intent(
            chance, play.spot("PORT"), play.spot("PORT"), [_off(place, course, around_m - 0.5 * lateral)], kinds[0]
        )
        far = _off(place, course, reach_m) | {"hover_s": 1.0, "hover_radius_m": wide}
        there = {"lng": far["lng"], "lat": far["lat"]}
        yield _both(chance, play, near, intent(chance, play.spot("PORT"), there, [far], kinds[1]))


def beside(chance: Generator, n: int) -> Iterator[Play]:
    """Two that part at once; further out one waits beside the other's line, which its radius touches, or all but."""
    for place in places(chance, n):
        play, kinds = _port(place, "beside"), _kinds(chance)
        course = float(chance.uniform(0, 360))
        line = Flight(0, _straight(chance, play, course, 1_500.0, kinds[0]), NOON_US)
        turned = course + float(chance.choice([-1, 1])) * float(chance.uniform(60, 150))
        waits = _straight(chance, play, turned, float(chance.uniform(400, 1_200)), kinds[1])
        free = _free_m(waits["path"][-1], line) - KEPT_FREE[kinds[1]][0] + float(chance.choice([-OFF_M, OFF_M]))
        if 0 < free < 2_000:
            waits["path"][-1] |= {"hover_s": 1.0, "hover_radius_m": free}
        yield _both(chance, play, line.said, waits)


def _port(place: Position, family: str) -> Play:
    return Play(family, {"PORT": place}, {"PORT": Site(2)})


def _kinds(chance: Generator) -> tuple[str, str]:
    kinds = ["light", "small", "medium", "crewed"]
    return str(chance.choice(kinds)), str(chance.choice(kinds[:3]))


def _both(chance: Generator, play: Play, *intents: Mapping[str, Any]) -> Play:
    """Both at about the same time, in either order."""
    for number in chance.permutation(len(intents)).tolist():
        play.file(Flight(number, intents[number], NOON_US + int(chance.integers(0, 3)) * SECOND_US))
    return play


def _straight(chance: Generator, play: Play, course: float, far_m: float, kind: str) -> Spot:
    there = _off(play.places["PORT"], course, far_m)
    return intent(chance, play.spot("PORT"), dict(there), [there], kind)


def _off(place: Position, course: float, metres: float) -> Spot:
    """The place just so far off."""
    there, centre = towards(place, course, metres), earth.space(*(np.array(v) for v in place))
    for _ in range(3):
        far = float(earth.arc(np.linalg.norm(earth.space(*(np.array(v) for v in there)) - centre)))
        there = tuple(a + (b - a) * metres / far for a, b in zip(place, there, strict=True))  # type: ignore[assignment]
    return {"lng": there[0], "lat": there[1]}


def _free_m(place: Spot, flight: Flight) -> float:
    """From a place to what the flight keeps free."""
    at = earth.space(np.array(place["lng"]), np.array(place["lat"]))
    starts, ends, radii = flight.pieces
    return float((earth.arc(earth.chords_apart(at, at, starts, ends)) - radii).min())


PlayFamily = Callable[[Generator, int], Iterator[Play]]
PLAYS: Final[dict[PlayFamily, float]] = {
    busy: 0.012,
    rim: 0.002,
    beside: 0.002,
}  # of as many decisions as there are pairs
