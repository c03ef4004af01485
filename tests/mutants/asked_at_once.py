"""Faults in what is asked of many flights at once: groups of arrays, zones looked up by whole flights, ways aside."""

from collections.abc import Sequence
from typing import Final

from tests.mutants.fault import Mutant, mutant, oracle

RAGGED: Final = "shared/ragged.py"
ZONE_INDEX: Final = "services/airspace/domain/zone_index.py"
SIDEWAYS: Final = "services/airspace/domain/sideways.py"
APART: Final = "services/airspace/domain/apart.py"

ENOUGH_OF_LEGS: Final = "tests/unit/geometry/test_sideways.py::test_the_other_legs_are_passed_too"
LEAST: Final = "tests/unit/geometry/test_sideways.py::test_a_straight_flight_is_told_the_least"

ASKED_AT_ONCE: Final[Sequence[Mutant]] = (
    mutant(
        "of each group the first over and over",
        RAGGED,
        "    return group, np.arange(len(group)) - np.repeat(np.cumsum(counts) - counts, counts)",
        "    return group, np.zeros(len(group), np.intp)",
        "tests/unit/kernel/test_ragged.py::test_every_member_of_every_group_is_there_once_and_in_order",
    ),
    mutant(
        "zones looked up by a flight's first volume",
        ZONE_INDEX,
        "        whole, sizes = np.column_stack((low[:, :2], high[:, 2:])), np.diff(np.append(first, len(owner)))",
        "        whole, sizes = boxes[first] + 0 * (low + high), np.diff(np.append(first, len(owner)))",
        f"{LEAST}[0.0-90.0-square]",
    ),
    mutant(
        "a volume that begins within a polygon overlooked",
        ZONE_INDEX,
        "        meets[angular[inside]] = True",
        "        meets[angular[inside]] = False",
        *oracle("polygons"),
    ),
    mutant(
        "a wide zone's own frame trusted",
        ZONE_INDEX,
        "        for k in doubtful[~sure].tolist():",
        "        for k in doubtful[:0].tolist():",
        *oracle("long_edges"),
    ),
    mutant(
        "moved past the nearest leg alone",
        APART,
        "        near = begin_m - _SPARE_M <= shift[way]",
        "        near = (begin_m <= 0) & (end_m > shift[way])",
        f"{ENOUGH_OF_LEGS}[circle]",
        f"{ENOUGH_OF_LEGS}[flight]",
    ),
    mutant(
        "moved by what the volumes lack that are there together now",
        APART,
        "    at_once = (records",
        "    at_once = (step == 0) & (records",
        f"{ENOUGH_OF_LEGS}[flight]",
    ),
    mutant(
        "moved beyond a zone's middle",
        SIDEWAYS,
        "        (supports_m + apart_m - cores.nearest(across_it),",
        "        (apart_m - cores.nearest(across_it),",
        f"{LEAST}[0.0-90.0-square]",
    ),
    mutant(
        "moved the other way",
        APART,
        "    turned: Floats = np.round(np.degrees(np.arctan2(ways[..., 0], ways[..., 1])), 6)",
        "    turned: Floats = np.round(np.degrees(np.arctan2(ways[..., 1], ways[..., 0])), 6)",
        LEAST,
    ),
    mutant(
        "how far aside the first of a batch would be clear",
        ZONE_INDEX,
        "        first = np.asarray(np.searchsorted(owner, flight[asked]))",
        "        first = np.asarray(np.searchsorted(owner, 0 * flight[asked]))",
        "tests/unit/geometry/test_sideways.py::test_in_company_each_is_told_its_own",
    ),
)
