"""Who holds what at sites: plans filed, moved and withdrawn, pads that change, sites that close; plan by plan."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass, field

from tests.oracle.terminals import UNKNOWN, Edge, Flight, Hold, Site, Unsure, conflict


@dataclass(frozen=True, slots=True)
class Said:
    """How a site stands from one instant to another; what was said last counts."""

    site_id: str
    closed: bool
    start: Edge
    end: Edge


@dataclass
class Holders:
    """The plans that hold airspace and pads, and the sites that they use."""

    sites: dict[str, Site] = field(default_factory=dict)
    held: dict[int, Flight] = field(default_factory=dict)
    said: list[Said] = field(default_factory=list)

    def file(self, flight: Flight) -> bool:
        """Whether a plan, or the move of one, is accepted; if it is, those that yield hold nothing. Raises Unsure."""
        yields = self._yields(flight)
        if yields is None:
            return False
        for number in yields:
            del self.held[number]
        self.held[flight.number] = flight
        return True

    def state(self, said: Said) -> None:
        """A site is closed or open for a time: what can no longer use it holds nothing. Raises Unsure."""
        self.said.append(said)
        try:
            shut = [number for number, flight in self.held.items() if self._closed(flight)]
        except Unsure:
            self.said.pop()
            raise
        for number in shut:
            del self.held[number]

    def _yields(self, flight: Flight) -> set[int] | None:
        """Who makes room for the flight; None where it is refused."""
        others = [other for other in self.held.values() if other.number != flight.number]
        met = [other for other in others if not (flight.crewed and other.crewed) and conflict(flight, other)]
        rivals = [other for other in others if other.priority >= flight.priority]
        full = [self._full(hold, rivals) for hold in flight.holds(self.sites)]
        if self._closed(flight) or any(full) or any(other.priority >= flight.priority for other in met):
            return None
        gone = {other.number for other in met}
        for hold in flight.holds(self.sites):
            gone |= self._give_pads(flight, hold, [other for other in others if other.number not in gone])
        return gone

    def _closed(self, flight: Flight) -> bool:
        return any(self._closed_in(hold) for hold in flight.holds(self.sites))

    def _closed_in(self, hold: Hold) -> bool:
        said = [one for one in self.said if one.site_id == hold.spot[0]]
        inside = [one.start for one in said if hold.holds_at(one.start)]
        inside += [one.end for one in said if hold.holds_at(one.end)]
        return any(self._closed_at(instant, said) for instant in [hold.start, *inside])

    def _closed_at(self, instant: Edge, said: Iterable[Said]) -> bool:
        holding = [one.closed for one in said if not instant.before(one.start) and instant.before(one.end)]
        return bool(holding) and holding[-1]

    def _full(self, hold: Hold, others: Collection[Flight]) -> Edge | None:
        """The first instant of the hold at which the others hold every pad."""
        theirs = [one for other in others for one in other.holds(self.sites) if one.meets(hold)]
        instants = [hold.start, *(one.start for one in theirs if hold.holds_at(one.start))]
        for instant in sorted(instants, key=lambda edge: edge.us):
            if sum(one.holds_at(instant) for one in theirs) >= self._pads(hold):
                return instant
        return None

    def _pads(self, hold: Hold) -> int:
        return self.sites.get(hold.spot[0], UNKNOWN).pads

    def _give_pads(self, flight: Flight, hold: Hold, others: Collection[Flight]) -> set[int]:
        """Of those of lower priority that hold the pads, the lowest and latest first."""
        given: set[int] = set()
        while full := self._full(hold, [other for other in others if other.number not in given]):
            lower = [
                (other.priority, -one.start.us, other.number)
                for other in others
                if other.priority < flight.priority and other.number not in given
                for one in other.holds(self.sites)
                if one.spot == hold.spot and one.holds_at(full)
            ]
            first, *rest = sorted(lower)
            if any(one[0] == first[0] and one[1] - first[1] <= 1_000 for one in rest):
                raise Unsure  # which of two that came at once is not said
            given.add(first[2])
        return given
