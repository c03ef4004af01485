"""F3548-21's table of priorities, row by row, by the decider."""

import uuid
from dataclasses import dataclass, replace
from datetime import timedelta

import pytest

from services.airspace.domain.assess import decide
from services.airspace.domain.zone_index import ZoneIndex
from shared.contracts.assessment import FindingCode, Restriction
from shared.flight import FlightVolumes, volumes
from tests.unit.geometry.worlds import (
    FLAT,
    NOON,
    NOW,
    RULES,
    away,
    circle,
    flight,
    request,
    reservation,
    slab,
    waypoint,
    zoned,
)

HERE = volumes(flight([waypoint(2_000, 0)]), RULES, FLAT)
LATER = volumes(flight([waypoint(2_000, 0)], departs_at=NOON + timedelta(hours=1)), RULES, FLAT)
SOONER = volumes(flight([waypoint(2_000, 0)], departs_at=NOON - timedelta(seconds=30)), RULES, FLAT)
OTHER = uuid.UUID(int=1_000)


@dataclass(frozen=True)
class Row:
    """Who asks, who stands, what comes of it, what the other is told and whether it goes on holding."""

    rule: str
    mine: int
    theirs: int
    outcome: str
    code: FindingCode
    told: str | None = None
    moves: bool = False
    active: bool = False
    equals_may_overlap: bool = False
    crewed: bool = False
    aloft: bool = False  # mine is in the air
    met_before: bool = False  # the two had met before mine was to be moved
    article: str | None = None


CONFLICT, PREEMPTED, NEARBY = FindingCode.PLAN_CONFLICT, FindingCode.PLAN_PREEMPTED, FindingCode.PLAN_NEARBY
ROWS = (
    Row("SCD0015", 0, 5, "refused", CONFLICT),
    Row("SCD0020", 0, 5, "refused", CONFLICT, moves=True),
    Row("SCD0025", 0, 5, "refused", CONFLICT, active=True),
    Row("SCD0035", 0, 0, "refused", CONFLICT),
    Row("SCD0035", 5, 5, "refused", CONFLICT),
    Row("SCD0040", 0, 0, "refused", CONFLICT, moves=True),
    Row("SCD0045", 0, 0, "refused", CONFLICT, active=True),
    Row("SCD0035 equals may overlap", 0, 0, "approved", NEARBY, equals_may_overlap=True),
    Row("SCD0040 equals may overlap", 5, 5, "approved", NEARBY, moves=True, equals_may_overlap=True),
    Row("SCD0015 though equals may overlap", 0, 5, "refused", CONFLICT, equals_may_overlap=True),
    Row("SCD0030", 0, 5, "refused", CONFLICT, moves=True, aloft=True, article="SCD0030"),
    Row("SCD0050", 0, 0, "refused", CONFLICT, moves=True, aloft=True, article="SCD0050"),
    Row("SCD0030 both in the air", 0, 5, "refused", CONFLICT, moves=True, aloft=True, active=True),
    Row("SCD0050 both in the air", 0, 0, "refused", CONFLICT, moves=True, aloft=True, active=True),
    Row("SCD0030 met before", 0, 5, "approved", NEARBY, moves=True, aloft=True, met_before=True),
    Row("SCD0050 met before", 0, 0, "approved", NEARBY, moves=True, aloft=True, met_before=True),
    Row("SCD0020 met before, on the ground", 0, 5, "refused", CONFLICT, moves=True, met_before=True),
    Row("SCD0050 equals may overlap", 0, 0, "approved", NEARBY, moves=True, aloft=True, equals_may_overlap=True),
    Row("SCD0090 in the air", 5, 0, "approved", PREEMPTED, told="refused", moves=True, aloft=True),
    Row("SCD0095 both in the air", 5, 0, "approved", NEARBY, told="approved", moves=True, aloft=True, active=True),
    Row("SCD0090", 5, 0, "approved", PREEMPTED, told="refused"),
    Row("SCD0090", 5, 0, "approved", PREEMPTED, told="refused", moves=True),
    Row("SCD0095", 5, 0, "approved", NEARBY, told="approved", active=True),
    Row("SCD0095 an emergency", 100, 99, "approved", PREEMPTED, told="refused"),
    Row("two crewed flights", 0, 0, "approved", NEARBY, crewed=True),
)


@pytest.mark.parametrize("row", ROWS, ids=lambda row: f"{row.rule} {row.mine}-{row.theirs} {row.moves=} {row.active=}")
def test_row_of_the_table(row: Row) -> None:
    standing = [reservation(HERE, OTHER.int, priority=row.theirs, active=row.active, crewed=row.crewed)]
    if row.moves:
        former = SOONER if row.met_before else LATER
        standing.append(reservation(former, 1, priority=row.mine, active=row.aloft))
    mine = request(
        HERE,
        1,
        priority=row.mine,
        keeps_former=row.moves,
        crewed=row.crewed,
        revision=1 + row.moves,
        active=row.aloft,
    )
    rules = replace(RULES, same_priority_overlap_is_note=row.equals_may_overlap)
    made, *others = decide([mine], ZoneIndex(1), standing, [], rules, FLAT, NOW)
    assert (made.assessment.outcome, [f.code for f in made.assessment.findings]) == (row.outcome, [row.code])
    assert [told.assessment.outcome for told in others] == ([row.told] if row.told else [])
    assert all(told.reserves is (row.told != "refused") for told in others)
    if row.outcome == "refused" and row.moves:
        assert not made.releases  # a refused change leaves the flight as it was
        assert not made.reserves
    if row.article:
        assert [finding.article for finding in made.assessment.findings] == [f"ASTM F3548-21 {row.article}"]


def test_a_move_in_the_air_does_not_wait_for_a_ruling() -> None:
    """It is refused, the flight stays as it was, and nobody yields to it."""
    index = ZoneIndex(1, [zoned("z", circle(300.0), restriction=Restriction.REQ_AUTHORIZATION)])
    standing = [reservation(LATER, 1, priority=5, active=True), reservation(HERE, OTHER.int)]
    mine = request(HERE, 1, priority=5, keeps_former=True, revision=2, active=True)
    (made,) = decide([mine], index, standing, [], RULES, FLAT, NOW)
    assert (made.assessment.outcome, made.reserves, made.releases) == ("refused", False, False)
    assert [finding.effect for finding in made.assessment.findings] == ["needs_ruling", "note"]


def test_a_zone_that_is_passed_does_not_keep_a_flight_where_it_is() -> None:
    index = ZoneIndex(1, [zoned("z", circle(300.0))])
    standing = [reservation(LATER, 1, active=True)]
    mine = request(HERE, 1, keeps_former=True, revision=2, active=True)
    passed = HERE.window.end
    for now, outcome in ((passed - timedelta(microseconds=1), "refused"), (passed, "approved")):
        (made,) = decide([mine], index, standing, [], RULES, FLAT, now)
        assert (made.assessment.outcome, bool(made.assessment.findings)) == (outcome, outcome == "refused")
    (filed,) = decide([request(HERE, 2)], index, [], [], RULES, FLAT, passed)
    assert filed.assessment.outcome == "refused"  # of what is filed every part counts


def test_a_second_plan_that_was_not_met_before_still_refuses_the_move() -> None:
    def there(after_s: float, seconds: float) -> FlightVolumes:
        return slab(away(0, 0), away(500, 0), start=NOON + timedelta(seconds=after_s), seconds=seconds)

    standing = [
        reservation(there(0, 60), 1, active=True),
        reservation(there(0, 120), OTHER.int, priority=5),
        reservation(there(70, 60), OTHER.int + 1),
    ]
    mine = request(there(30, 60), 1, keeps_former=True, revision=2, active=True)
    (made,) = decide([mine], ZoneIndex(1), standing, [], RULES, FLAT, NOW)
    assert made.assessment.outcome == "refused"
    assert sorted(finding.code for finding in made.assessment.findings) == [CONFLICT, NEARBY]
