"""The platform decides as an independent oracle does, either side of touching: 50,000 pairs, more by `make oracle`.

The oracle (`tests/oracle`) shares no code with the platform. What is nearer to touching than 1 cm is not judged.
"""

import ast
import os
import sys
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import orjson
import pyproj
import pytest

from services.airspace.domain.zones import zone
from shared.contracts.codec import encode_value
from shared.flight import volumes
from shared.flight.records import to_us
from tests.oracle import earth, flights, plan_pairs, zone_pairs
from tests.oracle.compare import compare, names, share
from tests.oracle.matter import Area, Ground, measured, verdict
from tests.oracle.pairs import Family
from tests.oracle.placing import NOON_US
from tests.oracle.plays import PLAYS
from tests.oracle.service import RULES, Everywhere, intent_of, spec_of
from tests.oracle.terminals import Flight, Unsure, conflict
from tests.unit.geometry.test_alternatives import offered
from tests.unit.geometry.worlds import reservation

PAIRS = int(os.environ.get("ORACLE_PAIRS", "50000"))
FOLDER = Path(earth.__file__).parent
OWN = (
    "earth",
    "matter",
    "flights",
    "schedules",
    "outlines",
    "placing",
    "plan_pairs",
    "zone_pairs",
    "pairs",
    "terminals",
    "holders",
    "plays",
)
AT_SITES = [play.__name__ for play in PLAYS]
GEOD = pyproj.Geod(ellps="WGS84")


@pytest.mark.parametrize("family", names())
def test_the_platform_decides_as_the_oracle_does(family: str) -> None:
    found = compare(family, share(family, PAIRS))
    assert found.differ == [], f"{len(found.differ)} of {found.judged}, the first: {found.differ[0]}"
    assert found.in_band <= found.judged * (0.05 if family in AT_SITES else 0.01)
    if found.judged >= 50:
        assert found.judged / 10 < found.conflicts < found.judged * 0.9, "most pairs are to lie near touching"


@pytest.mark.parametrize("module", OWN)
def test_the_oracle_is_code_of_its_own(module: str) -> None:
    tree = ast.parse((FOLDER / f"{module}.py").read_text(encoding="utf-8"))
    imports = {name.name for node in ast.walk(tree) if isinstance(node, ast.Import) for name in node.names}
    imports |= {node.module or "" for node in ast.walk(tree) if isinstance(node, ast.ImportFrom)}
    foreign = {name for name in imports if name.split(".")[0] not in sys.stdlib_module_names}
    assert {name for name in foreign if not name.startswith("numpy")} <= {
        "tests.oracle",
        *(f"tests.oracle.{m}" for m in OWN),
    }


def test_halving_makes_geodesics() -> None:
    chance = np.random.default_rng(1)
    for length in (300.0, 2_000.0, 20_000.0, 175_000.0):
        for _ in range(10):
            one = chance.uniform(-170, 170), chance.uniform(-70, 70)
            course = chance.uniform(0, 360)
            two = GEOD.fwd(*one, course, length)[:2]
            points = earth.geodesic(one, two, 9)
            assert abs(earth.length_m(points) - length) < 1e-4
            for share_ in (0.25, 0.5, chance.uniform()):
                there = earth.degrees(earth.part(points, share_, 1.0, 1)[0])
                assert GEOD.inv(*GEOD.fwd(*one, course, length * share_)[:2], *there)[2] < 5e-4


@pytest.mark.parametrize(("after_us", "judged"), [(-1_000, True), (-1, None), (0, None), (1, None), (1_000, False)])
def test_what_ends_by_the_length_of_a_leg_is_not_judged_to_the_microsecond(after_us: int, judged: bool | None) -> None:
    """One flight begins over the spot where another that came from somewhere else ends, then or a little beside."""
    here, there = {"lng": 114.3, "lat": 30.5}, {"lng": 114.31, "lat": 30.507}
    common = {"aircraft_class": "light", "purpose": "patrol", "clawbacks": ["network_relay"], "speed_mps": 12.0}
    comes = {"departure": there, "arrival": here, "path": [{**there, "height_m": 60.0}], **common}
    stays = {"departure": here, "arrival": here, "path": [{**here, "height_m": 60.0, "hover_s": 5.0}], **common}
    first = Flight(1, comes, NOON_US)
    begins = Flight(2, stays, NOON_US).slices[0].start_us
    second = Flight(2, stays, NOON_US + first.slices[-1].end_us - begins + after_us)
    if judged is None:
        with pytest.raises(Unsure):
            conflict(first, second)
    else:
        assert conflict(first, second) is judged


def test_distances_are_those_of_the_ellipsoid() -> None:
    chance = np.random.default_rng(2)
    for apart in (0.5, 20.0, 5_000.0, 20_000.0):
        for _ in range(10):
            one = chance.uniform(-170, 170), chance.uniform(-70, 70)
            two = GEOD.fwd(*one, chance.uniform(0, 360), apart)[:2]
            a, b = (earth.space(*(np.array([[v]]) for v in place)) for place in (one, two))
            assert abs(float(earth.gaps_m(a, b)[0]) - apart) < 5e-4


@pytest.mark.parametrize(
    ("family", "count"), [(plan_pairs.legs, 60), (plan_pairs.hovers, 60), (zone_pairs.legs_by_zones, 30)]
)
def test_no_alternative_is_one_that_the_oracle_refuses(family: Family, count: int) -> None:
    found = 0
    for pair in family(np.random.default_rng(3), count):
        said: Any = pair.said
        asked = intent_of(said[0], said[1])
        flown = Everywhere(Ground())
        if isinstance(pair.theirs, Area):
            alternatives = offered(asked, [zone("z", 1, spec_of(pair.theirs))])
        else:
            alternatives = offered(asked, standing=[reservation(volumes(intent_of(*said[2:]), RULES, flown))])
        for one in alternatives:
            changed: Any = orjson.loads(encode_value(one.change.intent))
            again = replace(pair, ours=flights.slices(changed, to_us(one.change.intent.departs_at)))
            assert verdict(measured(again), Ground()) is not True, one.change
            found += 1
    assert found > count / 3
