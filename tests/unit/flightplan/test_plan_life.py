"""The life of a plan as a table: every state, every cause."""

from datetime import UTC, datetime, timedelta

import pytest

from services.flightplan.domain.errors import (
    FlightOver,
    InTheAir,
    MovePending,
    NotActivatable,
    NotAloftThen,
    NotInTheAir,
    PlanClosed,
    RulingNotDue,
    RulingOutdated,
    TakeOffEarly,
)
from services.flightplan.domain.plan_life import (
    Standing,
    Step,
    activated,
    assessed,
    check_aloft,
    ended,
    lapsed,
    may_move,
    needing_ruling,
    no_show,
    ruled,
    withdrawn,
)
from shared.contracts.assessment import Assessment, Effect, Finding, FindingCode, Outcome, SubjectKind
from shared.contracts.flightplan import PlanState, Ruling, RulingDecision

NOW = datetime(2026, 5, 1, 1, 0, tzinfo=UTC)
S, A, R, W = PlanState.SUBMITTED, PlanState.APPROVED, PlanState.REFUSED, PlanState.AWAITING
N, WITHDRAWN, LAPSED = PlanState.NOT_REQUIRED, PlanState.WITHDRAWN, PlanState.LAPSED
FLYING, ENDED, NO_SHOW = PlanState.ACTIVATED, PlanState.ENDED, PlanState.NO_SHOW
LIVE, FINAL = (S, A, W, N), (R, WITHDRAWN, LAPSED, ENDED, NO_SHOW)
APPROVE, REFUSE = RulingDecision.APPROVE, RulingDecision.REFUSE


def finding(zone_id: str, version: int = 1, effect: Effect = Effect.NEEDS_RULING) -> Finding:
    return Finding(
        code=FindingCode.ZONE_REQUIRES_AUTHORIZATION,
        effect=effect,
        against=SubjectKind.ZONE,
        against_id=zone_id,
        against_version=version,
    )


def found(outcome: Outcome, *findings: Finding) -> Assessment:
    return Assessment(outcome=outcome, findings=findings, zones_version=1, decided_at=NOW, rules="test-1")


def ruling(decision: RulingDecision, *covers: str) -> Ruling:
    return Ruling(decision=decision, reason="", ruled_by="caac", ruled_at=NOW, covers=covers)


@pytest.mark.parametrize("state", LIVE)
@pytest.mark.parametrize(
    ("outcome", "expected"),
    [(Outcome.APPROVED, A), (Outcome.REFUSED, R), (Outcome.AWAITING, W), (Outcome.NOT_REQUIRED, N)],
)
def test_a_live_plan_follows_the_outcome(state: PlanState, outcome: Outcome, expected: PlanState) -> None:
    assert assessed(Standing(state, 1), 1, found(outcome, finding("Z1"))) == Step(expected)


@pytest.mark.parametrize("state", FINAL)
@pytest.mark.parametrize("outcome", Outcome)
def test_a_closed_plan_stays_closed(state: PlanState, outcome: Outcome) -> None:
    assert assessed(Standing(state, 1), 1, found(outcome)) is None
    assert assessed(Standing(state, 1, 2), 2, found(outcome)) is None


@pytest.mark.parametrize("state", PlanState)
@pytest.mark.parametrize("revision", [1, 3])
def test_an_assessment_of_another_revision_is_passed_over(state: PlanState, revision: int) -> None:
    assert assessed(Standing(state, 2), revision, found(Outcome.REFUSED)) is None


@pytest.mark.parametrize("state", LIVE)
def test_a_refused_move_leaves_the_plan_as_it_was(state: PlanState) -> None:
    assert assessed(Standing(state, 1, 2), 2, found(Outcome.REFUSED)) == Step(state, drops_move=True)


@pytest.mark.parametrize("state", LIVE)
@pytest.mark.parametrize(
    ("outcome", "expected"), [(Outcome.APPROVED, A), (Outcome.AWAITING, W), (Outcome.NOT_REQUIRED, N)]
)
def test_a_compatible_move_is_taken(state: PlanState, outcome: Outcome, expected: PlanState) -> None:
    assert assessed(Standing(state, 1, 2), 2, found(outcome, finding("Z1"))) == Step(expected, takes_move=True)


def test_the_standing_revision_is_still_assessed_while_a_move_waits() -> None:
    assert assessed(Standing(A, 1, 2), 1, found(Outcome.REFUSED)) == Step(R)


@pytest.mark.parametrize(
    ("word", "findings", "expected"),
    [
        (ruling(APPROVE, "Z1@1"), [finding("Z1")], A),
        (ruling(APPROVE, "Z1@1", "Z2@5"), [finding("Z2", 5)], A),
        (ruling(APPROVE, "Z1@1"), [finding("Z1", 2)], W),  # the zone changed since
        (ruling(APPROVE, "Z1@1"), [finding("Z1"), finding("Z2")], W),  # another zone came
        (ruling(APPROVE, "Z1@1"), [finding("Z1"), finding("Z9", effect=Effect.NOTE)], A),
        (ruling(APPROVE), [finding("Z1")], W),
        (ruling(REFUSE, "Z1@1"), [finding("Z1")], W),
        (None, [finding("Z1")], W),
    ],
)
@pytest.mark.parametrize("state", [A, W])
def test_a_ruling_covers_what_it_saw(
    state: PlanState, word: Ruling | None, findings: list[Finding], expected: PlanState
) -> None:
    step = assessed(Standing(state, 1, ruling=word), 1, found(Outcome.AWAITING, *findings))
    assert step == Step(expected)


def test_a_ruling_does_not_cover_a_refusal_or_other_times() -> None:
    word = ruling(APPROVE, "Z1@1")
    assert assessed(Standing(A, 1, ruling=word), 1, found(Outcome.REFUSED, finding("Z1"))) == Step(R)
    moved = assessed(Standing(A, 1, 2, word), 2, found(Outcome.AWAITING, finding("Z1")))
    assert moved == Step(W, takes_move=True)


def test_what_needs_a_ruling_is_named_once_with_its_version() -> None:
    waits = [finding("Z1", 2), finding("Z1", 2), finding("Z2"), finding("Z3", effect=Effect.NOTE)]
    assert needing_ruling(found(Outcome.AWAITING, *waits)) == ("Z1@2", "Z2@1")


@pytest.mark.parametrize(
    ("state", "decision", "expected"),
    [
        (W, APPROVE, A),
        (W, REFUSE, R),
        (A, REFUSE, R),
        *[(state, APPROVE, None) for state in (S, A, R, N, WITHDRAWN, LAPSED)],
        *[(state, REFUSE, None) for state in (S, R, N, WITHDRAWN, LAPSED)],
    ],
)
def test_ruling(state: PlanState, decision: RulingDecision, expected: PlanState | None) -> None:
    if expected is None:
        with pytest.raises(RulingNotDue):
            ruled(Standing(state, 3), decision, 3)
    else:
        assert ruled(Standing(state, 3), decision, None) is expected
        assert ruled(Standing(state, 3), decision, 3) is expected
        with pytest.raises(RulingOutdated):
            ruled(Standing(state, 3), decision, 2)


@pytest.mark.parametrize("state", PlanState)
@pytest.mark.parametrize("proposed", [None, 2])
def test_withdrawing(state: PlanState, proposed: int | None) -> None:
    standing = Standing(state, 1, proposed)
    if state in FINAL:
        with pytest.raises(PlanClosed):
            withdrawn(standing, ends_at=NOW + timedelta(hours=1), now=NOW)
    elif state is FLYING:
        with pytest.raises(InTheAir):
            withdrawn(standing, ends_at=NOW + timedelta(hours=1), now=NOW)
    else:
        assert withdrawn(standing, ends_at=NOW + timedelta(hours=1), now=NOW) is WITHDRAWN
        with pytest.raises(FlightOver):
            withdrawn(standing, ends_at=NOW, now=NOW)


@pytest.mark.parametrize("state", PlanState)
def test_moving(state: PlanState) -> None:
    later, end = NOW + timedelta(hours=1), NOW + timedelta(hours=2)
    if state in FINAL:
        with pytest.raises(PlanClosed):
            may_move(Standing(state, 1), departs_at=later, ends_at=end, now=NOW)
        return
    last = end if state is FLYING else later
    may_move(Standing(state, 1), departs_at=later, ends_at=end, now=last - timedelta(seconds=1))
    with pytest.raises(MovePending):
        may_move(Standing(state, 1, 2), departs_at=later, ends_at=end, now=NOW)
    with pytest.raises(FlightOver):
        may_move(Standing(state, 1), departs_at=later, ends_at=end, now=last)


def test_what_is_in_the_air_is_moved_to_times_at_which_it_is() -> None:
    minute = timedelta(minutes=1)
    check_aloft(NOW + minute, NOW + 9 * minute, NOW)
    check_aloft(NOW - 9 * minute, NOW + timedelta(seconds=1), NOW)
    for departs_at, ends_at in ((NOW + timedelta(seconds=61), NOW + 9 * minute), (NOW - 9 * minute, NOW)):
        with pytest.raises(NotAloftThen) as refused:
            check_aloft(departs_at, ends_at, NOW)
        assert refused.value.field == "departs_at"


@pytest.mark.parametrize("state", PlanState)
def test_only_a_plan_that_awaits_lapses_and_only_when_its_flight_is_over(state: PlanState) -> None:
    assert lapsed(Standing(state, 1), ends_at=NOW, now=NOW) is (LAPSED if state is W else state)
    assert lapsed(Standing(state, 1), ends_at=NOW, now=NOW - timedelta(seconds=1)) is state
    assert lapsed(Standing(state, 1, 2), ends_at=NOW, now=NOW) is state


@pytest.mark.parametrize("outcome", Outcome)
def test_what_is_in_the_air_stays_there_whatever_the_answer(outcome: Outcome) -> None:
    assert assessed(Standing(FLYING, 2), 2, found(outcome)) == Step(FLYING)
    assert assessed(Standing(FLYING, 2), 1, found(outcome)) is None
    assert assessed(Standing(FLYING, 2, 3), 2, found(outcome)) == Step(FLYING)


@pytest.mark.parametrize("outcome", Outcome)
def test_a_flight_in_the_air_is_moved_only_where_that_is_approved(outcome: Outcome) -> None:
    taken = outcome is Outcome.APPROVED
    step = assessed(Standing(FLYING, 2, 3, ruling(APPROVE, "Z1@1")), 3, found(outcome, finding("Z1")))
    assert step == Step(FLYING, takes_move=taken, drops_move=not taken)


@pytest.mark.parametrize("state", PlanState)
def test_only_an_approved_plan_takes_off_about_its_time(state: PlanState) -> None:
    times = {"departs_at": NOW, "ends_at": NOW + timedelta(minutes=5)}
    if state is not A:
        with pytest.raises(NotActivatable):
            activated(Standing(state, 1), now=NOW, **times)
        return
    assert activated(Standing(A, 1), now=NOW - timedelta(seconds=60), **times) is FLYING
    for error, when in ((TakeOffEarly, NOW - timedelta(seconds=61)), (FlightOver, times["ends_at"])):
        with pytest.raises(error):
            activated(Standing(A, 1), now=when, **times)
    with pytest.raises(MovePending):
        activated(Standing(A, 1, 2), now=NOW, **times)


@pytest.mark.parametrize("state", PlanState)
def test_only_what_is_in_the_air_ends(state: PlanState) -> None:
    if state is FLYING:
        assert ended(Standing(state, 1)) is ENDED
    else:
        with pytest.raises(NotInTheAir):
            ended(Standing(state, 1))


@pytest.mark.parametrize("state", PlanState)
def test_a_no_show_is_an_approved_plan_whose_take_off_was_not_confirmed_in_time(state: PlanState) -> None:
    waits = timedelta(minutes=15)
    assert no_show(Standing(state, 1), departs_at=NOW, waits=waits, now=NOW + waits) is (state is A)
    assert not no_show(Standing(state, 1), departs_at=NOW, waits=waits, now=NOW + waits - timedelta(seconds=1))
    assert not no_show(Standing(state, 1, 2), departs_at=NOW, waits=waits, now=NOW + waits)
