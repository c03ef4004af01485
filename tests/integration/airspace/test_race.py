"""A zone's 201 and the decisions under way: nothing that is decided after it may miss the zone.

Positions in the log are in the order of commits, so the proof reads the log: an approval of a flight inside a zone,
recorded after the zone, was decided with zones that were no longer those in force.
"""

import threading
from collections.abc import Sequence
from uuid import uuid4

import pytest

from services.airspace.store import narrowing
from shared.contracts.airspace import PlanAssessed, ZonePublished
from shared.contracts.assessment import Outcome
from shared.contracts.flightplan import FlightPlanSubmitted
from shared.frame import Received
from tests.integration.airspace.conftest import LAT, LNG, NOW, Caller, World, circle, empty, submitted

AFTER_EACH = 5  # plans filed the moment that the 201 is there


def place(number: int) -> tuple[float, float]:
    """Places two kilometres apart."""
    return LNG + number % 20 * 0.02, LAT + number // 20 * 0.02


def plans_at(number: int, count: int, *, first: int = 0) -> list[FlightPlanSubmitted]:
    """Plans at a place, at times that leave each other alone."""
    lng, lat = place(number)
    return [submitted(lng=lng, lat=lat, minute=60.0 + 6 * (first + i), degrees=0.004) for i in range(count)]


class Decider:
    """Decides batch upon batch in a thread, as the leader does."""

    def __init__(self, world: World) -> None:
        handler = world.service.subscriptions[0].taken["FlightPlanSubmitted"].handler
        assert handler is not None
        self._world, self._handler = world, handler
        self._waiting: list[FlightPlanSubmitted] = []
        self._lock, self._there, self._stopping = threading.Lock(), threading.Event(), False
        self._failed: list[Exception] = []
        self._thread = threading.Thread(target=self._run)

    def __enter__(self) -> "Decider":
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._stopping = True
        self._there.set()
        self._thread.join(60)
        assert self._failed == []

    def file(self, plans: Sequence[FlightPlanSubmitted]) -> None:
        """More to decide."""
        with self._lock:
            self._waiting += plans
        self._there.set()

    def _run(self) -> None:
        try:
            while self._there.wait() and (batch := self._take()) is not None:
                self._decide(batch)
        except Exception as error:
            self._failed.append(error)
            raise

    def _take(self) -> list[FlightPlanSubmitted] | None:
        with self._lock:
            batch, self._waiting = self._waiting[:100], self._waiting[100:]
            if not self._waiting and not self._stopping:
                self._there.clear()
        return None if self._stopping and not batch else batch

    def _decide(self, batch: Sequence[FlightPlanSubmitted]) -> None:
        if batch:
            with self._world.service.database.transaction() as tx:
                self._handler(tx, [Received(e, uuid4(), "k", NOW, None, e.topic, 0, 1) for e in batch])


def missed(world: World, regulator: Caller, rounds: int) -> tuple[int, int]:
    """Plans approved inside a zone after it was published, and plans that were refused for it."""
    inside: dict[object, str] = {}
    with Decider(world) as decider:
        for number in range(rounds):
            before, after = plans_at(number, 30), plans_at(number, AFTER_EACH, first=30)
            inside |= {plan.plan_id: f"Z{number}" for plan in (*before, *after)}
            decider.file(before)
            lng, lat = place(number)
            outline = {"type": "Circle", "center": [lng, lat], "radius_m": 300.0}
            answer = regulator.post("/zones", {"zone_id": f"Z{number}", **circle(outline=outline)})
            assert answer.status_code == 201, answer.text
            decider.file(after)
    published: set[str] = set()
    approved = refused = 0
    for event in world.events():
        if isinstance(event, ZonePublished):
            published.add(event.zone_id)
        elif isinstance(event, PlanAssessed) and inside[event.plan_id] in published:
            approved += event.assessment.outcome is Outcome.APPROVED
            refused += event.assessment.outcome is Outcome.REFUSED
    return approved, refused


@pytest.mark.serial
def test_no_decision_after_the_201_misses_the_zone(world: World, regulator: Caller) -> None:
    rounds = 100
    approved, refused = missed(world, regulator, rounds)
    assert approved == 0
    assert refused >= rounds * AFTER_EACH


@pytest.mark.serial
def test_without_the_lock_some_do(world: World, regulator: Caller, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(narrowing, "share_zones", narrowing.prefer_indexes)
    for _ in range(10):
        empty(world)
        if missed(world, regulator, 30)[0]:
            return
    pytest.fail("the test proves nothing: without the lock no decision missed a zone either")
