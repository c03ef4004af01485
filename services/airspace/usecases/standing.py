"""What stands in the way of flights: one look at other plans, and one more where a site may have no pad."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

import psycopg

from services.airspace.domain.slots import HORIZON_US, crowded
from services.airspace.domain.subjects import Reservation
from services.airspace.domain.terminals import Terminals
from services.airspace.store import narrowing, pads
from shared.flight import FlightVolumes


@dataclass(frozen=True, slots=True)
class Standing:
    """The plans that may be near, by id, and the sites that the flights use."""

    plans: dict[UUID, Reservation]
    terminals: Terminals


def look(cursor: "psycopg.Cursor[Any]", flights: Sequence[FlightVolumes], *, slots: bool = True) -> Standing:
    """All that may be near the flights; with `slots` also what says which shift would find a pad free."""
    terminals = pads.find_terminals(cursor, flights)
    plans = narrowing.narrow(cursor, flights)
    if slots and terminals:
        others = [plan.volumes for plan in plans.values()]
        short = [flights[i] for i in crowded(flights, others, terminals)]
        plans |= narrowing.narrow_pads(cursor, short, HORIZON_US)
    return Standing(plans, terminals)
