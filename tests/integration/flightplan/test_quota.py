"""An operator's day of airspace is limited where the city says so: by HTTP, by events, by moves."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest

from shared.auth import Role
from shared.city import QuotaSettings
from shared.contracts.codec import decode_value, encode_value
from shared.contracts.inbound import FlightPlanRequested
from shared.flight import FlightIntent
from tests.conftest import FreshDatabase
from tests.integration.flightplan.conftest import APPROVED, NOW, Caller, World, intent, running
from tests.integration.flightplan.test_life import look

MOST = 0.002  # km²·h: a flight of `intent` takes 0.00084
TOMORROW = NOW + timedelta(days=1)


@pytest.fixture(scope="module")
def limited(fresh_database: FreshDatabase, tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    quota = QuotaSettings(most_km2_h_a_day=MOST)
    with fresh_database() as url, running(url, tmp_path_factory.mktemp("quota"), quota=quota) as world:
        yield world


@pytest.fixture
def anew(limited: World) -> World:
    """Nothing is filed yet."""
    limited.execute("TRUNCATE flightplan.plan")
    return limited


def decoded(**more: Any) -> FlightIntent:
    value: FlightIntent = decode_value(FlightIntent, encode_value(intent(**more)))
    return value


def filed(caller: Caller, **more: Any) -> int:
    return caller.post("/flight-plans", intent(**more)).status_code


def test_the_flight_that_would_be_too_much_is_refused_with_the_numbers(anew: World) -> None:
    alpha, beta = anew.caller(), anew.caller(Role.OPERATOR, "beta")
    assert [filed(alpha), filed(alpha, lat=30.6)] == [202, 202]
    refused = alpha.post("/flight-plans", intent(lat=30.7))
    assert refused.status_code == 409
    problem = refused.json()
    assert problem["type"].endswith("quota-exceeded")
    assert "km²·h" in problem["detail"]
    assert "2026-05-01" in problem["detail"]
    assert filed(beta) == 202  # each operator has its own
    assert filed(alpha, at=TOMORROW) == 202  # and each day


def test_what_is_given_up_no_longer_counts(anew: World) -> None:
    alpha = anew.caller()
    plan_id = alpha.file()
    assert [filed(alpha, lat=30.6), filed(alpha, lat=30.7)] == [202, 409]
    assert alpha.post(f"/flight-plans/{plan_id}/withdraw", {"reason": ""}).status_code == 200
    assert filed(alpha, lat=30.7) == 202


def test_a_move_counts_on_its_new_day(anew: World) -> None:
    alpha = anew.caller()
    plan_id = alpha.file(at=TOMORROW)
    anew.assess(plan_id, APPROVED)
    assert [filed(alpha), filed(alpha, lat=30.6)] == [202, 202]
    refused = alpha.post(f"/flight-plans/{plan_id}/move", {"departs_at": (NOW + timedelta(hours=5)).isoformat()})
    assert refused.status_code == 409
    assert look(alpha, plan_id)["proposal"] is None
    later = (TOMORROW + timedelta(hours=5)).isoformat()
    assert alpha.post(f"/flight-plans/{plan_id}/move", {"departs_at": later}).status_code == 202


def test_a_batch_of_events_is_counted_one_by_one(anew: World) -> None:
    requests = [
        FlightPlanRequested(request_key=f"k{i}", operator="alpha", intent=decoded(lat=30.5 + i / 10)) for i in range(3)
    ]
    rejected = anew.handle(*requests)
    assert [type(error).__name__ for _, error in rejected] == ["QuotaExceeded"]
    assert [event.request_key for event, _ in rejected] == ["k2"]
