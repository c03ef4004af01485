"""Conflicts as they come, change and end: exactly these, each once, resumable, and never whose the other flight is."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from services.airspace.usecases.pruning import prune
from shared.auth import Role
from shared.contracts.airspace import ConflictEnded, PlanAssessed
from shared.contracts.flightplan import FlightPlanWithdrawn
from tests.integration.airspace.conftest import LAT, Caller, World, circle, moved, submitted
from tests.integration.airspace.test_revising import publish
from tests.integration.edge.test_stream import parsed

Told = dict[str, Any]


@contextmanager
def following(caller: Caller, after: str | None = None) -> Iterator[Iterator[Told]]:
    """What the caller is told."""
    headers = caller.headers | ({} if after is None else {"last-event-id": after})
    with caller.client.stream("GET", "/conflicts/events", headers=headers) as answer:
        assert (answer.status_code, answer.headers["x-accel-buffering"]) == (200, "no")
        lines = answer.iter_lines()
        assert next(lines).startswith("retry:")
        yield parsed(lines)


def news(told: Iterator[Told], count: int) -> list[tuple[str, str]]:
    """The next ones: what, and of which plan."""
    return [(one["event"], one["data"]["key"]) for one in (next(told) for _ in range(count))]


def test_conflicts_alone_come_change_and_end(world: World, regulator: Caller) -> None:
    first, late = submitted(), submitted(operator="beta", minute=300)
    with following(regulator) as told:
        world.handle(first, late)
        publish(regulator, outline={**circle()["outline"], "center": [114.0, LAT]})
        refused = submitted(operator="beta")
        world.handle(refused)
        found = next(told)
        assert (found["event"], found["data"]["key"]) == ("ConflictFound", str(refused.plan_id))
        (listed,) = regulator.get("/conflicts").json()["items"]
        assert found["data"]["event"]["finding"] == listed["finding"]
        assert found["data"]["event"]["against_id"] == str(first.plan_id)
        assert found["data"]["event"]["because"] == "filed"

        world.handle(moved(late, minute=60))
        world.handle(moved(late, revision=3, minute=60.5))
        world.handle(moved(late, revision=4, minute=400))
        key = str(late.plan_id)
        assert news(told, 3) == [("ConflictFound", key), ("ConflictChanged", key), ("ConflictEnded", key)]
        world.handle(moved(late, revision=5, minute=60))
        world.handle(FlightPlanWithdrawn(plan_id=late.plan_id, revision=5, operator="beta"))
        assert news(told, 2) == [("ConflictFound", key), ("ConflictEnded", key)]

        urgent = submitted(priority=5, operator="rescue")
        world.handle(urgent)
        assert news(told, 1) == [("ConflictFound", str(first.plan_id))]
        world.clock.forward(hours=2)
        for _ in range(2):
            with world.service.database.transaction() as tx:
                prune(tx)
        ended = {("ConflictEnded", str(plan.plan_id)) for plan in (refused, first)}
        assert set(news(told, 2)) == ended
    assert [event for event in world.events() if isinstance(event, ConflictEnded)][4:] == []


def test_a_client_that_was_cut_off_goes_on_where_it_was(world: World, regulator: Caller) -> None:
    first, second, third = submitted(operator="beta"), submitted(operator="beta"), submitted(operator="beta")
    world.handle(submitted())
    with following(regulator) as told:
        world.handle(first)
        one = next(told)
    world.handle(second)
    with following(regulator, after=one["id"]) as told:
        world.handle(third)
        assert news(told, 2) == [("ConflictFound", str(plan.plan_id)) for plan in (second, third)]
    with following(regulator, after="0") as told:
        assert news(told, 3)[0] == ("ConflictFound", str(first.plan_id))


def test_an_operator_is_told_of_its_own_and_not_whose_the_other_is(world: World, alpha: Caller, beta: Caller) -> None:
    standing, refused = submitted(), submitted(operator="beta")
    other = submitted(operator="beta", lat=LAT + 0.1)
    world.handle(standing, refused, other, submitted(lat=LAT + 0.1))
    with following(beta, after="0") as told, following(alpha, after="0") as alphas:
        found = next(told)
        text = str(found)
        assert (found["event"], found["data"]["key"]) == ("ConflictFound", str(refused.plan_id))
        assert "alpha" not in text
        assert str(standing.plan_id) not in text
        seen = found["data"]["event"]
        assert (seen["against_id"], seen["against_operator"], seen["place"] != []) == (None, None, True)
        assert next(alphas)["data"]["event"]["operator"] == "alpha"
        last = submitted(operator="beta", minute=60.5)
        world.handle(last)
        assert news(told, 1) == [("ConflictFound", str(last.plan_id))]  # alpha's was not among them


def test_who_may_follow_and_from_where(world: World, regulator: Caller) -> None:
    planner = world.caller(Role.PLANNER, "fgw")
    assert planner.get("/conflicts/events").status_code == 403
    for bad in ("x", "-1", str(2**63)):
        answer = regulator.request("GET", "/conflicts/events", headers={"last-event-id": bad})
        assert (answer.status_code // 100, answer.json()["field"]) == (4, "last-event-id")


def test_the_answer_itself_says_what_it_is_to_a_conflict(world: World) -> None:
    world.handle(submitted(), submitted(operator="beta"))
    assert [event.conflict for event in world.events() if isinstance(event, PlanAssessed)] == [None, "found"]
