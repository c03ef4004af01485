"""How many sites reach each demand point, kept up site by site: the same numbers as counting anew. Pure."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from services.sites.domain.reach import Demand, Server, Standard

Reach = tuple[float, float, float]  # longitude, latitude, metres


@dataclass(eq=False)
class Times:
    """Of each demand point how many sites reach it; `sites` are those that count, with how far each reaches."""

    demand: Demand
    standard: Standard
    reached: NDArray[np.int32]
    sites: dict[str, Reach] = field(default_factory=dict)

    @staticmethod
    def none(demand: Demand, standard: Standard) -> "Times":
        """Before the first site."""
        return Times(demand, standard, np.zeros(len(demand), np.int32))

    @staticmethod
    def count(demand: Demand, standard: Standard, servers: Mapping[str, Server]) -> "Times":
        """Counted from all sites in use."""
        times = Times.none(demand, standard)
        times.change(servers.items())
        return times

    def change(self, changes: Iterable[tuple[str, Server | None]]) -> None:
        """Sites are in use now as they say, or (None) no more: only what they reach is counted again."""
        for site_id, server in changes:
            metres = None if server is None else self.standard.reach_m(server)
            self._put(site_id, None if server is None or metres is None else (server.lng, server.lat, metres))

    def _put(self, site_id: str, reach: Reach | None) -> None:
        former = self.sites.pop(site_id, None)
        if reach is not None:
            self.sites[site_id] = reach
        if former == reach:
            return
        if former is not None:
            self.reached[self.demand.within(*former)] -= 1
        if reach is not None:
            self.reached[self.demand.within(*reach)] += 1

    def copy(self) -> "Times":
        """One of its own, to be changed."""
        return Times(self.demand, self.standard, self.reached.copy(), dict(self.sites))
