"""What slots need of the register of sites, as it was told of in order, and where and when pads are looked for."""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import Any, Final

import numpy as np
import psycopg

from services.airspace.domain.terminals import PAD_HELD_US, PadHold, Terminal, Terminals, widest_holds
from services.airspace.store import closings
from services.airspace.store.keys import Boxes, joined
from shared.contracts.sites import SiteKind, SiteSpec
from shared.flight import FlightVolumes
from shared.flight.records import from_us

_LATEST: Final = """
SELECT t.site_id, t.name, t.pads, t.nest FROM unnest(%s::text[]) AS asked (site_id), LATERAL (
    SELECT * FROM airspace.terminal t WHERE t.site_id = asked.site_id AND t.known_after < %s
    ORDER BY t.revision DESC LIMIT 1) AS t"""
_SAVE: Final = """
INSERT INTO airspace.terminal (site_id, revision, name, pads, nest, known_after)
VALUES (%s, %s, %s, %s, %s, (SELECT coalesce(max(position), 0) FROM airspace.journal))"""


def find_terminals(
    cursor: "psycopg.Cursor[Any]", flights: Iterable[FlightVolumes], before: int = closings.NOW
) -> Terminals:
    """The sites that the flights use, as known at a position of the journal; of one not known there is one pad."""
    ends = [flight.movements for flight in flights if flight.movements is not None]
    ids = sorted({site_id for each in ends for site_id in (each.departure, each.arrival) if site_id})
    if not ids:
        return {}
    known = _latest(cursor, ids, before)
    earliest = from_us(min(each.departs_us for each in ends) - PAD_HELD_US)
    closed = closings.closures_of(cursor, ids, earliest, before)
    return {
        site_id: replace(known.get(site_id, Terminal(site_id)), closures=closed.get(site_id, ())) for site_id in ids
    }


def save_terminal(cursor: "psycopg.Cursor[Any]", site_id: str, revision: int, spec: SiteSpec) -> None:
    """Keep what of the site matters to slots, where that is new."""
    new = Terminal(site_id, spec.name, spec.pads, spec.kind is SiteKind.NEST)
    if _latest(cursor, [site_id], closings.NOW).get(site_id) != new:
        cursor.execute(_SAVE, (site_id, revision, new.name, new.pads, new.nest))


def _latest(cursor: "psycopg.Cursor[Any]", ids: Sequence[str], before: int) -> dict[str, Terminal]:
    cursor.execute(_LATEST, (ids, before), binary=True)
    return {site_id: Terminal(site_id, name, pads, nest) for site_id, name, pads, nest in cursor}


def with_pads(boxes: Boxes, flights: Sequence[FlightVolumes], spare_us: int = 0) -> Boxes:
    """The boxes of the flights' volumes, and those of the pads that they may come to hold."""
    pads = pad_boxes(boxes, flights, spare_us)
    return boxes if pads is None else joined((boxes, pads))


def pad_boxes(boxes: Boxes, flights: Sequence[FlightVolumes], spare_us: int = 0) -> Boxes | None:
    """The pads alone, with time to spare: each is the box of the column over it, at the times the pad is held."""
    first = np.searchsorted(boxes.plan, np.arange(len(flights)))
    found = [(first[i] + hold.volume, hold) for i, flight in enumerate(flights) for hold in widest_holds(flight)]
    if not found:
        return None
    index = np.array([at for at, _ in found])
    start_us, end_us = _times([hold for _, hold in found])
    return replace(boxes.take(index), start_us=start_us - spare_us, end_us=end_us + spare_us)


def _times(holds: Sequence[PadHold]) -> tuple[Any, Any]:
    spans = np.array([(hold.start_us, hold.end_us) for hold in holds], np.int64)
    return spans[:, 0], spans[:, 1]
