"""Faults in what sites settle: pads, terminals, closures."""

from collections.abc import Sequence
from typing import Final

from tests.mutants.fault import Mutant, mutant, oracle

ASSESS: Final = "services/airspace/domain/assess.py"
SLOTS: Final = "services/airspace/domain/slots.py"
TERMINALS: Final = "services/airspace/domain/terminals.py"
SETTLING: Final = "services/airspace/domain/settling.py"
CLOSURES: Final = "services/airspace/domain/closures.py"
CLOSINGS: Final = "services/airspace/store/closings.py"

AT_SITES: Final[Sequence[Mutant]] = (
    mutant(
        "one pad more than there is",
        SLOTS,
        "        return self._terminals[hold.spot.site_id].pads\n",
        "        return self._terminals[hold.spot.site_id].pads + 1\n",
        "tests/unit/geometry/test_slots.py::test_never_more_pads_are_held_than_there_are",
    ),
    mutant(
        "a suspended site takes flights",
        CLOSINGS,
        "site_id: (*suspended.get(site_id, ()), *closures(stated.get(site_id, ())))",
        "site_id: closures(stated.get(site_id, ()))",
        "tests/integration/airspace/test_closing.py"
        "::test_a_site_out_of_use_refuses_the_flights_that_were_to_use_it[suspended]",
    ),
    mutant(
        "a pad held an instant too long",
        TERMINALS,
        "PAD_HELD_US: Final = 60_000_000 ",
        "PAD_HELD_US: Final = 60_000_001 ",
        "tests/unit/geometry/test_slots.py::test_a_pad_is_free_the_instant_its_hold_ends",
    ),
    mutant(
        "a common site settles everything",
        SETTLING,
        "    settled = {k for (k, _), met_outside in zip(asked, outside, strict=True) if not met_outside}",
        "    settled = {k for k, _ in asked}",
        *oracle("busy"),
    ),
    mutant(
        "a terminal 5 cm wider",
        SETTLING,
        "    return max(LEAST_RADIUS_M, RADIUS_FACTOR * (_lateral_m(a) + _lateral_m(b)))",
        "    return max(LEAST_RADIUS_M, RADIUS_FACTOR * (_lateral_m(a) + _lateral_m(b))) + 0.05",
        *oracle("rim"),
    ),
    mutant(
        "a wide hover taken for its middle",
        SETTLING,
        "    leg, parts = _outside(legs, around - (radii - radii[first][flight]))",
        "    leg, parts = _outside(legs, around)",
        *oracle("rim"),
    ),
    mutant(
        "only one of two has to leave the terminal",
        SETTLING,
        "    near = gaps <= radii[leg[part]] + radii[theirs] + TOUCH_M",
        "    near = (gaps <= radii[leg[part]] + radii[theirs] + TOUCH_M) & (flight[leg[part]] < n)",
        *oracle("rim"),
    ),
    mutant(
        "a flight's lines held against its own",
        SETTLING,
        "    other = (flight[leg] + n) % (2 * n)",
        "    other = flight[leg]",
        *oracle("busy"),
    ),
    mutant(
        "a leg that leaves the terminal again forgotten",
        SETTLING,
        "    after = crosses & (np.maximum(leaves, 0.0) < 1)",
        "    after = crosses & (np.maximum(leaves, 0.0) < 0)",
        "tests/unit/geometry/test_slots.py::test_ways_that_part_slowly_part_outside_the_terminal",
    ),
    mutant(
        "lines that leave a terminal meet 5 cm late",
        SETTLING,
        "    near = gaps <= radii[leg[part]] + radii[theirs] + TOUCH_M",
        "    near = gaps <= radii[leg[part]] + radii[theirs] - 0.05",
        *oracle("beside"),
    ),
    mutant(
        "a nest's pad free while its aircraft is away",
        TERMINALS,
        "    return terminal is not None and terminal.nest and terminal.pads == 1",
        "    return False",
        *oracle("busy"),
    ),
    mutant(
        "pads of a site wherever it was",
        TERMINALS,
        "    return Spot(ends.departure, *start), Spot(ends.arrival, *end)",
        "    return Spot(ends.departure, 0.0, 0.0), Spot(ends.arrival, 0.0, 0.0)",
        *oracle("busy"),
    ),
    mutant(
        "pads held: times closed",
        SLOTS,
        "if held[0] < end_us and held[1] > start_us and counts(held[2])]",
        "if held[0] <= end_us and held[1] >= start_us and counts(held[2])]",
        *oracle("busy"),
    ),
    mutant(
        "pads counted that are held at different times",
        SLOTS,
        "        return next(_full(others, self.pads(hold)), None)",
        "        return (hold.start_us, hold.end_us) if len(others) >= self.pads(hold) else None",
        *oracle("busy"),
    ),
    mutant(
        "closures: times closed",
        TERMINALS,
        "if c.start_us < hold.end_us and c.end_us > hold.start_us), None)",
        "if c.start_us <= hold.end_us and c.end_us >= hold.start_us), None)",
        *oracle("busy"),
    ),
    mutant(
        "what was said first of a site counts",
        CLOSURES,
        "    return max(holding, key=lambda one: one.number, default=None)",
        "    return min(holding, key=lambda one: one.number, default=None)",
        *oracle("busy"),
    ),
    mutant(
        "a plan that yields its airspace keeps its pad",
        ASSESS,
        "        gone = {contact.b for contact in met if self._code(i, contact.b) is FindingCode.PLAN_PREEMPTED}",
        "        gone: set[int] = set()",
        *oracle("busy"),
    ),
    mutant(
        "of those that yield a pad the first comes first",
        ASSESS,
        "(self.holders[held[2]].priority, -held[0], self._plan(held[2]))",
        "(self.holders[held[2]].priority, held[0], self._plan(held[2]))",
        *oracle("busy"),
    ),
)
