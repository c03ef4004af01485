"""F3548-21's table of priorities, row by row, by the decider."""

import uuid
from dataclasses import dataclass, replace
from datetime import timedelta

import pytest

from services.airspace.domain.assess import decide
from services.airspace.domain.zone_index import ZoneIndex
from shared.contracts.assessment import FindingCode
from shared.flight import volumes
from tests.unit.geometry.worlds import FLAT, NOON, NOW, RULES, flight, request, reservation, waypoint

HERE = volumes(flight([waypoint(2_000, 0)]), RULES, FLAT)
LATER = volumes(flight([waypoint(2_000, 0)], departs_at=NOON + timedelta(hours=1)), RULES, FLAT)
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
        standing.append(reservation(LATER, 1, priority=row.mine))
    mine = request(HERE, 1, priority=row.mine, keeps_former=row.moves, crewed=row.crewed, revision=1 + row.moves)
    rules = replace(RULES, same_priority_overlap_is_note=row.equals_may_overlap)
    made, *others = decide([mine], ZoneIndex(1), standing, [], rules, FLAT, NOW)
    assert (made.assessment.outcome, [f.code for f in made.assessment.findings]) == (row.outcome, [row.code])
    assert [told.assessment.outcome for told in others] == ([row.told] if row.told else [])
    assert all(told.reserves is (row.told != "refused") for told in others)
    if row.outcome == "refused" and row.moves:
        assert not made.releases  # a refused change leaves the flight as it was
