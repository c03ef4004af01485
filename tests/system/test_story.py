"""The same story as one process on the log and as three processes on Kafka."""

import uuid
from typing import Any

import httpx

from tests.system import world
from tests.system.platform import Platform
from tests.waiting import eventually


def ok(answer: httpx.Response) -> Any:
    """The body of a 2xx answer; the problem, in full, of any other."""
    assert answer.is_success, f"{answer.request.method} {answer.request.url}: {answer.status_code} {answer.text}"
    return answer.json()


def file(client: httpx.Client, intent: dict[str, Any], key: str | None = None) -> dict[str, Any]:
    """File a plan, or the one filed under `key`, and wait for its decision."""
    headers = {"prefer": "wait=20", "idempotency-key": key or str(uuid.uuid4())}
    plan: dict[str, Any] = ok(client.post("/flight-plans", json=intent, headers=headers))
    assert plan["state"] != "submitted", plan
    return plan


def codes(plan: dict[str, Any]) -> set[str]:
    """Which findings an answer has."""
    return {finding["code"] for finding in plan["assessment"]["findings"]}


def counted(planner: httpx.Client) -> dict[str, int]:
    """What the board counts of sites."""
    total = ok(planner.get("/progress"))["total"]
    return {name: total[name] for name in ("sites_in_use", "sites_laid_out")}


def test_story(platform: Platform) -> None:
    alpha, beta = platform.client("operator", "alpha"), platform.client("operator", "beta")
    regulator, planner = platform.client("regulator", "caac"), platform.client("planner", "fgw")
    at = world.tomorrow()

    # a zone in force refuses what flies into it, and says so before anybody files
    zone = ok(regulator.post("/zones", json={"zone_id": "Z1", **world.circle_zone()}))
    assert ok(alpha.post("/checks", json={"intent": world.intent(at=at)}))["outcome"] == "refused"
    refused = file(alpha, world.intent(at=at))
    assert refused["state"] == "refused" and codes(refused) == {"zone_prohibited"}
    assert refused["assessment"]["zones_version"] >= 1
    ok(regulator.delete(f"/zones/{zone['zone_id']}", params={"reason": "over"}))

    # two plans that conflict: the first has it, the second learns where and when but not whose
    first = file(alpha, world.intent(at=at))
    second = file(beta, world.intent(at=at))
    assert first["state"] == "approved", first
    assert second["state"] == "refused" and codes(second) == {"plan_conflict"}
    assert first["plan_id"] not in str(second) and "alpha" not in str(second)
    assert beta.get(f"/flight-plans/{first['plan_id']}").status_code == 404

    # a site is registered, assessed, commissioned and flown from
    ok(planner.post("/sites", json={"site_id": "S1", **world.site("一号机巢", lat=world.north(world.CENTER[1], 3000))}))
    for move in ("approve", "construct", "commission"):
        ok(planner.post(f"/sites/S1/{move}", json={"reason": "story"}))
    eventually(lambda: counted(planner) == {"sites_in_use": 1, "sites_laid_out": 1}, timeout_s=20)
    north = world.north(world.CENTER[1], 3000)
    from_site = {"departure": {"site_id": "S1"}, "arrival": {"site_id": "S1"}}
    eventually(
        lambda: alpha.post("/checks", json={"intent": {**world.intent(at=at, lat=north), **from_site}}).is_success
    )
    # flightplan learns of the site by a subscription of its own: until then it knows of none in use
    flight = {**world.intent(at=at, lat=north), **from_site}
    known = {"idempotency-key": str(uuid.uuid4())}
    eventually(lambda: alpha.post("/flight-plans", json=flight, headers=known).is_success)
    assert file(alpha, flight, known["idempotency-key"])["state"] == "approved"

    # a zone that asks for authorization: the plan waits for a ruling, and gets one
    far = world.north(world.CENTER[1], 6000)
    ok(regulator.post("/zones", json={"zone_id": "Z2", **world.circle_zone(lat=far, restriction="REQ_AUTHORIZATION")}))
    waiting = file(alpha, world.intent(at=at, lat=far))
    assert waiting["state"] == "awaiting" and codes(waiting) == {"zone_requires_authorization"}
    ruled = ok(
        regulator.post(f"/flight-plans/{waiting['plan_id']}/ruling", json={"decision": "approve", "reason": "同意"})
    )
    assert ruled["state"] == "approved"

    # an authorization makes a ruling needless
    at_noon = world.tomorrow(hour=6)
    ok(
        regulator.post(
            "/authorizations",
            json={
                "number": "武空许〔2026〕1号",
                "operator": "alpha",
                "authority": "空管",
                "outline": {"type": "Circle", "center": [world.CENTER[0], far], "radius_m": 3000},
                "upper": {"value_m": 200, "reference": "AGL"},
                "starts_at": world.tomorrow(hour=5).isoformat(),
                "ends_at": world.tomorrow(hour=8).isoformat(),
            },
        )
    )
    covered = eventually(lambda: (p := file(alpha, world.intent(at=at_noon, lat=far)))["state"] == "approved" and p)
    assert "zone_authorized" in codes(covered)

    # a late zone hits an approval: the owner is told, the regulator sees the hit
    impact = ok(regulator.post("/zones/impact", json=world.circle_zone()))
    assert [hit["plan_id"] for hit in impact["plans"]] == [first["plan_id"]]
    ok(regulator.post("/zones", json={"zone_id": "Z3", **world.circle_zone()}))
    eventually(lambda: ok(alpha.get(f"/flight-plans/{first['plan_id']}"))["state"] == "refused", timeout_s=20)
    hits = eventually(lambda: ok(regulator.get("/zones/Z3/hits"))["plans"])
    assert [hit["plan_id"] for hit in hits] == [first["plan_id"]]
