"""Asking only the zones that changed gives the answer that asking all of them gives."""

from dataclasses import replace

from hypothesis import given, settings
from hypothesis import strategies as st

from services.airspace.domain.assess import assess, decide
from services.airspace.domain.findings import MAX_FINDINGS
from services.airspace.domain.revised import Answered, revised
from services.airspace.domain.zone_index import ZoneIndex
from shared.contracts.assessment import Assessment, FindingCode, Outcome, Restriction, SubjectKind
from shared.flight import FlightIntent, volumes
from tests.unit.geometry.test_decide import OUT, permit
from tests.unit.geometry.worlds import (
    FLAT,
    NOW,
    RULES,
    circle,
    hills,
    intents,
    request,
    reservation,
    square,
    zoned,
    zones,
)


@settings(max_examples=60, deadline=None)
@given(
    intent=intents(),
    before=st.lists(st.integers(0, 7).flatmap(zones), max_size=6),
    later=st.lists(st.integers(0, 7).flatmap(zones), max_size=3),
    gone=st.sets(st.integers(0, 7), max_size=2),
    voluntary=st.booleans(),
    crewed=st.booleans(),
)
def test_what_did_not_change_is_not_asked_and_nothing_is_missed(
    intent: FlightIntent, before: list[object], later: list[object], gone: set[int], voluntary: bool, crewed: bool
) -> None:
    terrain = hills()
    asked = request(volumes(intent, RULES, terrain), voluntary=voluntary, crewed=crewed)
    first = ZoneIndex().updated(5, before)  # type: ignore[arg-type]
    second = first.updated(6, later).updated(7, gone=[f"zone-{n}" for n in gone])  # type: ignore[arg-type]
    permits = [permit(square(1_500))]
    former = assess(asked, first, [], permits, RULES, terrain, NOW)
    again = revised([Answered(asked, former)], second, permits, RULES, terrain, NOW, since=5)
    assert again == [assess(asked, second, [], permits, RULES, terrain, NOW)]
    assert again == revised([Answered(asked, former)], second, permits, RULES, terrain, NOW)


def test_what_was_said_of_other_plans_stays_and_decides_nothing() -> None:
    asked, other = request(OUT, crewed=True), reservation(OUT, crewed=True)
    former = decide([asked], ZoneIndex(1), [other], [], RULES, FLAT, NOW)[0].assessment
    assert [finding.code for finding in former.findings] == [FindingCode.PLAN_NEARBY]
    later = ZoneIndex(1).updated(2, [zoned("z", circle(200, 1_000, 0))])
    (again,) = revised([Answered(asked, former)], later, [], RULES, FLAT, NOW, since=1)
    assert again.outcome is Outcome.REFUSED
    assert {finding.against for finding in again.findings} == {SubjectKind.ZONE, SubjectKind.PLAN}


def test_where_reasons_were_left_out_every_zone_is_asked() -> None:
    many = [zoned(f"z{n:02}", circle(200, 1_000, n), Restriction.NO_RESTRICTION) for n in range(MAX_FINDINGS + 3)]
    first = ZoneIndex().updated(1, many)
    former = assess(request(OUT), first, [], [], RULES, FLAT, NOW)
    assert former.findings_left_out == 3
    fewer = first.updated(2, gone=["z00", "z01"])
    (again,) = revised([Answered(request(OUT), former)], fewer, [], RULES, FLAT, NOW, since=1)
    assert again == assess(request(OUT), fewer, [], [], RULES, FLAT, NOW)
    assert (len(again.findings), again.findings_left_out) == (MAX_FINDINGS, 1)


def test_each_of_many_gets_its_own_answer() -> None:
    later = ZoneIndex().updated(1, [zoned("z", circle(200, 1_000, 0))])
    clear = Assessment(outcome=Outcome.APPROVED, findings=(), zones_version=0, decided_at=NOW, rules=RULES.name)
    hit, missed = request(OUT), replace(request(OUT, 2), crewed=False, volumes=OUT.take([0]))
    answers = revised([Answered(one, clear) for one in (hit, missed, hit)], later, [], RULES, FLAT, NOW, since=0)
    assert [answer.outcome for answer in answers] == [Outcome.REFUSED, Outcome.APPROVED, Outcome.REFUSED]
