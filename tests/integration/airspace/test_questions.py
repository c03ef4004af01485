"""`POST /checks`: the decision's own answer, nothing stored, and nobody's flight given away."""

from typing import Any

import orjson

from shared.contracts.codec import encode_value
from tests.integration.airspace.conftest import LAT, Caller, World, circle, flight, submitted
from tests.integration.airspace.test_revising import permit, publish, site


def asked(**changes: Any) -> dict[str, Any]:
    """The question as a body."""
    return {"intent": orjson.loads(encode_value(flight(**changes)))}


def test_answer_is_that_of_the_decider_and_nothing_is_stored(world: World, regulator: Caller, alpha: Caller) -> None:
    publish(regulator, "Z1", restriction="REQ_AUTHORIZATION", outline=circle()["outline"])
    publish(regulator, "Z2", outline={"type": "Circle", "center": [114.31, LAT + 0.1], "radius_m": 300.0})
    world.handle(submitted(lat=LAT + 0.05))
    before = world.rows("SELECT count(*) AS n FROM airspace.reservation")[0].n
    for lat in (LAT, LAT + 0.1, LAT + 0.05, LAT + 0.2):
        answer = alpha.post("/checks", asked(lat=lat))
        assert answer.status_code == 200, answer.text
        (assessed,) = world.handle(submitted(lat=lat))
        assert answer.json()["outcome"] == assessed.assessment.outcome.value
        codes = [finding["code"] for finding in answer.json()["findings"]]
        assert codes == [finding.code.value for finding in assessed.assessment.findings]
        assert answer.json()["zones_version"] == 2
    assert world.rows("SELECT count(*) AS n FROM airspace.reservation")[0].n == before + 4


def test_whose_flight_it_is_only_its_own_operator_and_regulators_read(
    world: World, regulator: Caller, alpha: Caller, beta: Caller
) -> None:
    plan = submitted(operator="alpha")
    world.handle(plan)
    (theirs,) = beta.post("/checks", asked()).json()["findings"]
    assert (theirs["against_id"], theirs["against_operator"], theirs["code"]) == (None, None, "plan_conflict")
    assert "alpha" not in beta.post("/checks", asked()).text
    for caller in (alpha, regulator):
        (known,) = caller.post("/checks", asked()).json()["findings"]
        assert known["against_id"] == str(plan.plan_id)


def test_authorizations_of_the_organisation_count(world: World, regulator: Caller, alpha: Caller, beta: Caller) -> None:
    publish(regulator, restriction="REQ_AUTHORIZATION")
    world.handle(permit())
    number = permit().spec.number
    assert alpha.post("/checks", asked()).json()["outcome"] == "approved"
    assert alpha.post("/checks", {**asked(), "authorization_numbers": ["another"]}).json()["outcome"] == "awaiting"
    assert beta.post("/checks", {**asked(), "authorization_numbers": [number]}).json()["outcome"] == "awaiting"
    assert regulator.post("/checks", {**asked(), "authorization_numbers": [number]}).json()["outcome"] == "approved"


def test_faults_of_a_question_name_their_field(world: World, alpha: Caller) -> None:
    world.handle(site())
    faults = [
        (asked(departure={"site_id": "S9"}), 422, "intent.departure.site_id"),
        (asked(minute=-60), 422, "intent.departs_at"),
        (asked(minute=60 * 24 * 40), 422, "intent.departs_at"),
        (asked(priority=5), 403, "intent.priority"),
        (asked(speed_mps=0.001), 422, "intent.path"),
        ({"intent": {}}, 422, "intent."),
        ({}, 422, "intent"),
    ]
    for body, status, field in faults:
        answer = alpha.post("/checks", body)
        assert answer.status_code == status, answer.text
        assert str(answer.json()["field"]).startswith(field), answer.text
    assert alpha.post("/checks", asked(departure={"site_id": "S1"})).json()["outcome"] == "approved"
