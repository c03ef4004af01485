"""No operation answers without a role it states, and no operator reads or changes what is not its own."""

from dataclasses import dataclass
from typing import Any

import pytest
from fastapi import FastAPI

from services.flightplan.service import ROUTERS
from shared.auth import Role
from shared.operations import Operation, operations
from tests.integration.flightplan.conftest import (
    APPROVED,
    NOW,
    REFUSED,
    Caller,
    World,
    assessment,
    intent,
    plan_finding,
)
from tests.integration.flightplan.test_authorizations import permission
from tests.integration.flightplan.test_routes import route


def all_operations() -> list[Operation]:
    app = FastAPI()
    for router in ROUTERS:
        app.include_router(router)
    return [operation for operation in operations(app) if operation.documented]


OPERATIONS = all_operations()
O, R, P, S = Role.OPERATOR, Role.REGULATOR, Role.PLANNER, Role.SERVICE  # noqa: E741
MAY: dict[tuple[str, str], set[Role]] = {
    ("POST", "/flight-plans"): {O, S, R},
    ("GET", "/flight-plans"): {O, R, S},
    ("GET", "/flight-plans.geojson"): {O, R, S},
    ("GET", "/flight-plans/counts"): {O, R, S},
    ("GET", "/flight-plans/{plan_id}"): {O, R, S},
    ("GET", "/flight-plans/{plan_id}/history"): {O, R, S},
    ("POST", "/flight-plans/{plan_id}/move"): {O, R},
    ("POST", "/flight-plans/{plan_id}/withdraw"): {O, R},
    ("POST", "/flight-plans/{plan_id}/activate"): {O, R},
    ("POST", "/flight-plans/{plan_id}/end"): {O, R},
    ("POST", "/flight-plans/{plan_id}/ruling"): {R},
    ("POST", "/authorizations"): {R, S},
    ("GET", "/authorizations"): {O, R, S},
    ("GET", "/authorizations/{authorization_id}"): {O, R, S},
    ("POST", "/authorizations/{authorization_id}/withdraw"): {R, S},
    ("POST", "/routes"): {O, P, S},
    ("GET", "/routes"): {O, R, P, S},
    ("GET", "/routes.geojson"): {O, R, P, S},
    ("GET", "/routes/{route_id}"): {O, R, P, S},
    ("POST", "/routes/{route_id}/open"): {R, P},
    ("POST", "/routes/{route_id}/suspend"): {R, P},
    ("POST", "/routes/{route_id}/classification"): {P},
}
BODIES: dict[str, dict[str, Any]] = {
    "/flight-plans": intent(),
    "/flight-plans/{plan_id}/move": {"departs_at": NOW.replace(hour=7).isoformat()},
    "/flight-plans/{plan_id}/ruling": {"decision": "approve", "reason": ""},
    "/authorizations": permission(),
    "/routes": route(),
    "/routes/{route_id}/classification": {"route_class": "commercial", "evidence": "contract 7"},
}


def test_every_operation_states_its_roles() -> None:
    stated = {(operation.method, operation.path): set(operation.roles or ()) for operation in OPERATIONS}
    assert stated == MAY


@dataclass
class Theirs:
    """What belongs to beta, and who looks at it."""

    world: World
    plan_id: str
    authorization_id: str
    route_id: str

    def send(self, caller: Caller, operation: Operation) -> Any:
        """The operation on beta's thing."""
        named = {"plan_id": self.plan_id, "authorization_id": self.authorization_id, "route_id": self.route_id}
        body = BODIES.get(operation.path, {}) if operation.method == "POST" else None
        return caller.request(operation.method, operation.path.format(**named), json=body)

    def rows(self) -> list[str]:
        """Everything stored."""
        tables = ("plan", "route", "authorization")
        return [
            str(row) for table in tables for row in self.world.rows(f'SELECT t::text FROM flightplan."{table}" AS t')
        ]


@pytest.fixture
def theirs(world: World, beta: Caller, regulator: Caller) -> Theirs:
    plan_id = beta.file(remark="beta-secret")
    world.assess(plan_id, APPROVED)
    recorded = regulator.post("/authorizations", permission(operator="beta", conditions="beta-secret"))
    filed = beta.post("/routes", route(route_id="R-beta"))
    assert (recorded.status_code, filed.status_code) == (201, 201)
    return Theirs(world, plan_id, recorded.json()["authorization_id"], "R-beta")


NAMED = [f"{operation.method} {operation.path}" for operation in OPERATIONS]


@pytest.mark.parametrize("operation", OPERATIONS, ids=NAMED)
def test_nobody_without_the_role(theirs: Theirs, operation: Operation) -> None:
    before = theirs.rows()
    assert theirs.send(Caller(theirs.world.client, {}), operation).status_code == 401
    assert theirs.send(Caller(theirs.world.client, {"authorization": "Bearer nonsense"}), operation).status_code == 401
    for role in set(Role) - MAY[operation.method, operation.path]:
        assert theirs.send(theirs.world.caller(role, "beta"), operation).status_code == 403, role
    assert theirs.rows() == before


SINGLE = [o for o in OPERATIONS if "{plan_id}" in o.path or "{authorization_id}" in o.path]


@pytest.mark.parametrize("operation", SINGLE, ids=[f"{o.method} {o.path}" for o in SINGLE])
def test_anothers_plan_or_authorization_does_not_exist_for_an_operator(
    theirs: Theirs, alpha: Caller, operation: Operation
) -> None:
    before = theirs.rows()
    answer = theirs.send(alpha, operation)
    roles = MAY[operation.method, operation.path]
    assert answer.status_code == (404 if O in roles else 403)
    assert "beta" not in answer.text
    if operation.method == "POST" and O not in roles:
        return
    system = theirs.send(theirs.world.caller(Role.SERVICE, "alpha"), operation)
    if "plan" in operation.path:
        assert system.status_code in (403, 404)
    assert theirs.rows() == before


@pytest.mark.parametrize(
    "path",
    [
        "/flight-plans",
        "/flight-plans.geojson",
        "/flight-plans/counts",
        "/authorizations",
        "/flight-plans?state=approved",
    ],
)
def test_lists_hold_ones_own_only(theirs: Theirs, alpha: Caller, path: str) -> None:
    text = alpha.get(path).text
    assert "beta" not in text
    assert theirs.plan_id not in text
    assert '"approved":1' not in text


def test_another_operators_route_is_read_but_not_refiled(theirs: Theirs, alpha: Caller) -> None:
    assert alpha.get("/routes/R-beta").json()["operator"] == "beta"
    before = theirs.rows()
    assert alpha.post("/routes", route(route_id="R-beta", name="mine now")).status_code == 403
    assert alpha.post("/routes", route(route_id="R-new", operator="beta")).status_code == 403
    assert theirs.rows() == before


def test_a_regulator_does_not_fly_anothers_plan(theirs: Theirs, regulator: Caller) -> None:
    before = theirs.rows()
    for verb, body in (("withdraw", {}), ("move", BODIES["/flight-plans/{plan_id}/move"])):
        assert regulator.post(f"/flight-plans/{theirs.plan_id}/{verb}", body).status_code == 404
    assert theirs.rows() == before


def test_the_event_stream_shows_ones_own_and_never_whose_the_other_is(theirs: Theirs, alpha: Caller) -> None:
    mine = alpha.file(lat=30.6)
    theirs.world.assess(mine, assessment(REFUSED.outcome, plan_finding(theirs.world.events()[0].plan_id, "beta")))
    seen: list[str] = []
    headers = {**alpha.headers, "last-event-id": "0"}
    with theirs.world.client.stream("GET", "/flightplan/events", headers=headers) as stream:
        for line in stream.iter_lines():
            seen.append(line)
            if line.startswith("data:") and "FlightPlanDecided" in seen[-2]:
                break
    text = "\n".join(seen)
    assert mine in text
    assert theirs.plan_id not in text
    assert "beta-secret" not in text
    assert '"against_operator":"beta"' not in text
    assert "AuthorizationRecorded" not in text
