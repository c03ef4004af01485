"""The faults that are planted, as replacements in the source, and the tests that must notice each."""

from collections.abc import Sequence
from typing import Final

from tests.mutants.asked_at_once import ASKED_AT_ONCE
from tests.mutants.at_sites import AT_SITES
from tests.mutants.fault import Edit, Mutant, mutant, oracle

CONTACTS: Final = "services/airspace/domain/contacts.py"
ZONES: Final = "services/airspace/domain/zones.py"
ZONE_INDEX: Final = "services/airspace/domain/zone_index.py"
EXACT: Final = "services/airspace/domain/exact.py"
ASSESS: Final = "services/airspace/domain/assess.py"
SCHEDULES: Final = "services/airspace/domain/schedules.py"
STATE: Final = "services/airspace/state.py"
KEYS: Final = "services/airspace/store/keys.py"
NARROWING: Final = "services/airspace/store/narrowing.py"
OUTLINES: Final = "shared/outlines.py"
GEODESY: Final = "shared/geodesy.py"
ALOFT: Final = "shared/flight/aloft.py"
SLICING: Final = "shared/flight/slicing.py"
FEET: Final = "services/airspace/imports/eurocae.py"

NARROWED: Final = (
    "tests/integration/airspace/test_narrowing.py::test_narrowing_never_loses_what_the_decision_would_meet"
)
RACE: Final = "tests/integration/airspace/test_race.py::test_no_decision_after_the_201_misses_the_zone"

TOUCH: Final = "TOUCH_M: Final = 0.001"
TO_LOCAL: Final = "    return east * stretch, north * stretch"
CENTRE_M: Final = "    per_lat, per_lng = _metres_per_degree(np.asarray(phi0))\n"
EAST: Final = "(np.asarray(lng) - lng0) * per_lng"
NORTH: Final = "(np.asarray(lat) - lat0) * per_lat"
PROJECTED: Final = "    shape = projected(core, lng0, lat0)\n    shapely.prepare(shape)"
LEVEL: Final = "    return np.where(mixed, at_sea, direct), mixed"
SHARE_TIME: Final = "    keep = (start[i] < end[j]) & (start[j] < end[i])"
WHOLE_TIME: Final = "    keep &= (start[a] < end[b]) & (start[b] < end[a])\n"
MIXED_LOWER: Final = '(rows["lower_reference"] >= 0) & (rows["lower_reference"] != records["reference"])'
MIXED_UPPER: Final = '(rows["upper_reference"] >= 0) & (rows["upper_reference"] != records["reference"])'
ASKED: Final = (
    '    """The ranges that find whatever was entered where the boxes are, and the plans too wide for ranges."""\n'
)
FIRST_OF_BOXES: Final = "(getattr(boxes, name) for name in Boxes.__slots__[:8])"
REST: Final = "(getattr(boxes, name) for name in Boxes.__slots__[5:])"
ZONE_CORE: Final = "    core, radius_m = core_of(spec.outline)\n    shape = _centre(core)"
AS_POLYGON: Final = """    core, radius_m = core_of(spec.outline)
    if isinstance(core, shapely.Point):
        from shared.geodesy import from_local
        turns = np.linspace(0, 2 * np.pi, 65)
        x, y = from_local(radius_m * np.cos(turns), radius_m * np.sin(turns), core.x, core.y)
        core, radius_m = shapely.Polygon(np.column_stack((x, y))), 0.0
    shape = _centre(core)"""

MUTANTS: Final[Sequence[Mutant]] = (
    mutant("plans: height ignored", CONTACTS, LEVEL, "    return direct | True, mixed", *oracle("only_height")),
    mutant(
        "zones: height ignored",
        ZONE_INDEX,
        "        return above_lower & below_upper, mixed_lower | mixed_upper",
        "        return above_lower | True, mixed_lower | mixed_upper",
        *oracle("circles"),
    ),
    Mutant(
        "plans: time ignored",
        [
            Edit(CONTACTS, SHARE_TIME, "    keep = (start[i] < end[j]) | True"),
            Edit(CONTACTS, WHOLE_TIME, ""),
        ],
        oracle("only_time"),
    ),
    mutant(
        "zones: time ignored",
        ZONE_INDEX,
        '        together: Bools = starts_in_time & (rows["start_us"][at] < records["end_us"][volume])',
        "        together: Bools = starts_in_time | True",
        *oracle("circles"),
    ),
    mutant(
        "bounding box for a polygon",
        EXACT,
        PROJECTED,
        PROJECTED.replace("core,", "shapely.box(*core.bounds),"),
        *oracle("polygons", "flown_areas"),
    ),
    mutant(
        "hull for a polygon",
        EXACT,
        PROJECTED,
        PROJECTED.replace("core,", "core.convex_hull,"),
        *oracle("polygons", "flown_areas"),
    ),
    mutant(
        "holes ignored",
        OUTLINES,
        "    return shapely.Polygon(shell, holes)\n\n\ndef _followed",
        "    return shapely.Polygon(shell)\n\n\ndef _followed",
        *oracle("polygons", "flown_areas"),
    ),
    mutant(
        "axes swapped in the frame",
        GEODESY,
        "    x, y, z = _ecef(np.radians(lng), np.radians(lat))",
        "    x, y, z = _ecef(np.radians(lat), np.radians(lng))",
        *oracle("circles"),
    ),
    mutant(
        "axes swapped in the look-up of zones",
        ZONE_INDEX,
        "self._tree.query(_diagonals(whole))",
        "self._tree.query(_diagonals(whole[:, [1, 0, 3, 2]]))",
        *oracle("circles"),
    ),
    mutant(
        "axes swapped in the look-up in the database",
        KEYS,
        ASKED,
        f"{ASKED}    boxes = Boxes(boxes.plan, boxes.south, boxes.west, boxes.north, boxes.east, *{REST})\n",
        "tests/integration/airspace/test_narrowing.py::test_keys_united_by_cell_find_the_neighbour_at_a_border",
    ),
    mutant(
        "equirectangular frame",
        GEODESY,
        TO_LOCAL,
        f"{CENTRE_M}    return {EAST}, {NORTH}",
        *oracle("slices", "discs"),
    ),
    mutant("20 m more", EXACT, TOUCH, "TOUCH_M: Final = 20.0", *oracle("slices", "circles")),
    mutant("1 m more", EXACT, TOUCH, "TOUCH_M: Final = 1.0", *oracle("slices", "circles")),
    mutant("5 cm more", EXACT, TOUCH, "TOUCH_M: Final = 0.05", *oracle("slices", "circles")),
    mutant("5 cm less", EXACT, TOUCH, "TOUCH_M: Final = -0.05", *oracle("slices", "circles")),
    mutant(
        "plans: time closed between slices",
        CONTACTS,
        SHARE_TIME,
        SHARE_TIME.replace("<", "<="),
        "tests/unit/geometry/test_contacts.py::test_time_is_half_open_slice_by_slice",
    ),
    Mutant(
        "plans: time closed",
        [
            Edit(CONTACTS, SHARE_TIME, SHARE_TIME.replace("<", "<=")),
            Edit(CONTACTS, WHOLE_TIME, WHOLE_TIME.replace("<", "<=")),
        ],
        oracle("only_time"),
    ),
    mutant(
        "zones: time closed",
        ZONE_INDEX,
        '        together: Bools = starts_in_time & (rows["start_us"][at] < records["end_us"][volume])',
        '        together: Bools = starts_in_time & (rows["start_us"][at] <= records["end_us"][volume])',
        *oracle("circles"),
    ),
    mutant(
        "plans: heights open",
        CONTACTS,
        '    direct = (one["lower_m"] <= two["upper_m"])',
        '    direct = (one["lower_m"] < two["upper_m"])',
        *oracle("only_height"),
    ),
    mutant(
        "zones: heights open",
        ZONE_INDEX,
        '        above_lower = top >= rows["lower_m"]',
        '        above_lower = top > rows["lower_m"]',
        *oracle("circles", "declared_heights"),
    ),
    mutant("plans: references not told apart", CONTACTS, LEVEL, "    return direct, mixed", *oracle("mixed_heights")),
    Mutant(
        "zones: references not told apart",
        [
            Edit(ZONE_INDEX, MIXED_LOWER, f"{MIXED_LOWER} & False"),
            Edit(ZONE_INDEX, MIXED_UPPER, f"{MIXED_UPPER} & False"),
        ],
        oracle("zone_heights"),
    ),
    mutant("feet taken for metres", FEET, '"FT": 0.3048', '"FT": 1.0', *oracle("zone_heights")),
    mutant("circle as a polygon of 64 corners", ZONES, ZONE_CORE, AS_POLYGON, *oracle("circles")),
    mutant(
        "the volume's height for the declared one",
        ZONE_INDEX,
        'np.where(rows["declared"], records["declared_upper_m"], records["upper_m"])',
        'records["upper_m"]',
        *oracle("declared_heights"),
    ),
    mutant(
        "first leg only",
        SLICING,
        "FlightVolumes(records[end - count : end],",
        "FlightVolumes(records[end - count : end][:4],",
        *oracle("legs"),
    ),
    mutant(
        "every leg for the whole flight's time",
        SLICING,
        "    counts = np.bincount(parts.flight, parts.cuts, len(areas)).astype(np.int64)\n",
        "    counts = np.bincount(parts.flight, parts.cuts, len(areas)).astype(np.int64)\n"
        "    firsts = np.cumsum(counts) - counts\n"
        '    records["start_us"] = np.repeat(np.minimum.reduceat(records["start_us"], firsts), counts)\n'
        '    records["end_us"] = np.repeat(np.maximum.reduceat(records["end_us"], firsts), counts)\n',
        *oracle("legs"),
    ),
    mutant(
        "shortest paths drawn straight in degrees",
        OUTLINES,
        "    return line if edges is Edges.STRAIGHT else densify_geodesics(np.asarray(line, np.float64), EDGE_M)",
        "    return line",
        *oracle("long_edges"),
    ),
    mutant(
        "edges straight in degrees drawn straight in the frame",
        OUTLINES,
        "    followed = densify(shapely.get_coordinates(line), EDGE_M)",
        "    followed = shapely.get_coordinates(line)",
        *oracle("long_edges"),
    ),
    mutant(
        "schedule ignored",
        ZONE_INDEX,
        '        k = np.flatnonzero(together & rows["scheduled"][at])\n',
        '        k = np.flatnonzero(together & rows["scheduled"][at] & False)\n',
        *oracle("daily"),
    ),
    mutant(
        "a night ends before it begins",
        SCHEDULES,
        "        if end <= start:\n            end = self._end(daily, day + _DAY, zone)\n",
        "        if end <= start:\n            return start, start\n",
        *oracle("daily"),
    ),
    mutant(
        "days of Greenwich",
        SCHEDULES,
        "        zone = _zone_of(daily) or self._city_time\n",
        "        zone = _zone_of(daily) or UTC\n",
        *oracle("daily"),
    ),
    mutant(
        "a zone's first version for ever",
        ZONE_INDEX,
        "        zones.update(news)\n",
        "        zones = {**news, **zones}\n",
        "tests/unit/geometry/test_zones.py::test_withdrawn_and_replaced_zones_are_gone",
        "tests/integration/airspace/test_revising.py::test_zone_that_moves_away_touches_where_it_was_and_where_it_is",
    ),
    mutant(
        "zones read once",
        STATE,
        "            if version > self._index.version:\n",
        "            if version > self._index.version == 0:\n",
        "tests/integration/airspace/test_revising.py::test_zone_that_moves_away_touches_where_it_was_and_where_it_is",
    ),
    mutant(
        "decided without the zones' lock",
        NARROWING,
        "    cursor.execute(_SHARE_ZONES, (ZONES_LOCK,))",
        "    prefer_indexes(cursor)",
        RACE,
    ),
    mutant(
        "equal priority makes others yield",
        ASSESS,
        "        if other.priority >= own.priority:\n",
        "        if other.priority > own.priority:\n",
        "tests/unit/geometry/test_decide.py::test_priority_decides_between_two_plans",
        "tests/unit/geometry/test_decide.py::test_of_two_equal_plans_in_a_batch_the_first_flies",
    ),
    mutant(
        "what is in the air made to yield",
        ASSESS,
        "return FindingCode.PLAN_NEARBY if other.active else FindingCode.PLAN_PREEMPTED",
        "return FindingCode.PLAN_PREEMPTED",
        "tests/unit/geometry/test_priorities.py::test_row_of_the_table",
    ),
    mutant(
        "whom a flight in the air had met held against its move",
        ASSESS,
        "FindingCode.PLAN_NEARBY if (i, other.plan_id) in self.already else FindingCode.PLAN_CONFLICT",
        "FindingCode.PLAN_CONFLICT",
        "tests/unit/geometry/test_priorities.py::test_row_of_the_table",
    ),
    mutant(
        "one whom a flight in the air had met excuses all",
        ASSESS,
        "if (i, other.plan_id) in self.already else",
        "if self.already else",
        "tests/unit/geometry/test_priorities.py::test_a_second_plan_that_was_not_met_before_still_refuses_the_move",
    ),
    mutant(
        "a move in the air waits for a ruling",
        ASSESS,
        "return Outcome.REFUSED if outcome is Outcome.AWAITING and request.moves_in_the_air else outcome",
        "return outcome",
        "tests/unit/geometry/test_priorities.py::test_a_move_in_the_air_does_not_wait_for_a_ruling",
    ),
    mutant(
        "a zone that is passed keeps a flight in the air where it is",
        ASSESS,
        "if hit.end_us > to_us(self.now)]",
        "]",
        "tests/unit/geometry/test_priorities.py::test_a_zone_that_is_passed_does_not_keep_a_flight_where_it_is",
    ),
    mutant(
        "what is flown may have been flown otherwise",
        ALOFT,
        "one.rows[:i] != other.rows[:i]",
        "False",
        "tests/unit/geometry/test_aloft.py::test_a_hover_ends_sooner_or_later_but_not_before_now",
    ),
    mutant(
        "in the air it turns off from where it was",
        ALOFT,
        "heights=kind != CLIMB) <= MAX_ASIDE_M",
        "heights=kind != CLIMB) <= 1e9",
        "tests/unit/geometry/test_aloft.py::test_it_turns_off_ahead_of_where_it_is_not_behind",
    ),
    mutant(
        "plans in one batch not held against each other",
        ASSESS,
        "        for contact in self._contacts(range(len(requests)), among=among):",
        "        for contact in self._contacts(range(len(requests)), among=False):",
        "tests/unit/geometry/test_decide.py::test_of_two_equal_plans_in_a_batch_the_first_flies",
    ),
    mutant(
        "looked up half an hour beside",
        KEYS,
        ASKED,
        f"{ASKED}    boxes = Boxes(*{FIRST_OF_BOXES}, boxes.start_us + SLOT_US, boxes.end_us + SLOT_US)\n",
        NARROWED,
    ),
    *AT_SITES,
    *ASKED_AT_ONCE,
)
