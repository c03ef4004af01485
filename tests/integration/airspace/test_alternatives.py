"""The nearest legal plan over HTTP: ready to be filed, and approved when it is."""

from datetime import timedelta
from typing import Any
from uuid import uuid4

from shared.contracts.codec import decode_value, encode_value
from shared.contracts.flightplan import FlightPlanSubmitted
from shared.flight import FlightIntent
from tests.integration.airspace.conftest import LAT, NOW, Caller, World, submitted
from tests.integration.airspace.test_questions import asked
from tests.integration.airspace.test_revising import permit, publish, site


def filed(world: World, intent: dict[str, Any]) -> str:
    """How it is decided when it is filed as it was offered."""
    plan = submitted()
    offered: FlightIntent = decode_value(FlightIntent, encode_value(intent))
    return world.decide(FlightPlanSubmitted(plan_id=plan.plan_id, revision=1, operator="alpha", intent=offered))[0]


def test_a_refused_flight_is_offered_what_may_fly(world: World, regulator: Caller, alpha: Caller) -> None:
    publish(regulator, "Z1", outline={"type": "Circle", "center": [114.314, LAT + 0.0012], "radius_m": 120.0})
    answer = alpha.post("/checks", asked()).json()
    assert answer["outcome"] == "refused"
    right, left = answer["alternatives"]
    assert (right["kind"], right["outcome"], right["shift_s"], right["height_m"]) == ("detour", "approved", 0, 0)
    assert right["message"]["en"].startswith("Pass it on the right: ")
    assert right["message"]["zh"].startswith("从右侧绕行")
    assert 0 < right["extra_m"] < left["extra_m"]
    assert filed(world, right["intent"]) == "approved"
    (soonest, *_) = alpha.post("/checks", {"intent": right["intent"]}).json()["alternatives"]
    assert (soonest["kind"], soonest["shift_s"], soonest["message"]["en"]) == ("shift", -120, "Depart 2 min earlier")
    assert filed(world, soonest["intent"]) == "approved"
    assert alpha.post("/checks?alternatives=false", asked()).json()["alternatives"] == []


def test_none_departs_before_now(world: World, alpha: Caller) -> None:
    world.handle(submitted(minute=1))
    offers = alpha.post("/checks", asked(minute=1)).json()["alternatives"]
    assert [offer["kind"] for offer in offers] == ["shift"]
    departs_at = offers[0]["intent"]["departs_at"]
    assert departs_at > (NOW + timedelta(minutes=1)).isoformat()


def test_an_authorization_that_begins_later_counts(world: World, regulator: Caller, alpha: Caller) -> None:
    publish(
        regulator, restriction="REQ_AUTHORIZATION", outline={"type": "Circle", "center": [114.31, LAT], "radius_m": 9e3}
    )
    assert alpha.post("/checks", asked(minute=15)).json()["outcome"] == "awaiting"
    world.handle(permit(starts_at=NOW + timedelta(minutes=30)))
    (later, *_) = alpha.post("/checks", asked(minute=15)).json()["alternatives"]
    assert (later["kind"], later["outcome"]) == ("shift", "approved")
    assert later["shift_s"] > 15 * 60


def test_sites_keep_their_names(world: World, regulator: Caller, alpha: Caller) -> None:
    world.handle(site())
    publish(regulator, "Z1", ends_at=(NOW + timedelta(minutes=70)).isoformat())
    (later, *_) = alpha.post("/checks", asked(departure={"site_id": "S1"})).json()["alternatives"]
    assert later["kind"] == "shift"
    assert later["intent"]["departure"]["site_id"] == "S1"


def test_a_plan_has_alternatives_for_its_own_operator(
    world: World, alpha: Caller, beta: Caller, regulator: Caller
) -> None:
    first, second = submitted(operator="beta"), submitted(operator="alpha")
    assert world.decide(first, second) == ["approved", "refused"]
    path = f"/checks/plans/{second.plan_id}"
    answer = alpha.get(path).json()
    assert (answer["outcome"], answer["alternatives"][0]["kind"]) == ("refused", "shift")
    assert answer["findings"][0]["against_operator"] is None
    assert filed(world, answer["alternatives"][0]["intent"]) == "approved"
    assert regulator.get(path).json()["findings"][0]["against_operator"] == "beta"
    assert beta.get(path).status_code == 404
    assert alpha.get(f"/checks/plans/{uuid4()}").status_code == 404
    own = beta.get(f"/checks/plans/{first.plan_id}").json()  # what it holds itself is not in its way
    assert (own["outcome"], own["alternatives"]) == ("approved", [])
