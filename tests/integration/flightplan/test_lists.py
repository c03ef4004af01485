"""Lists: filters, pages that lose and repeat nothing, counts, lines for the map."""

from datetime import timedelta
from typing import Any

import pytest

from services.flightplan.api.callers import viewer_of
from shared.auth import Principal, Role
from tests.integration.flightplan.conftest import APPROVED, NOW, REFUSED, Caller, World, intent


def ids(caller: Caller, query: str = "") -> list[str]:
    """All plans of a list, page after page."""
    answer = caller.get(f"/flight-plans?{query}")
    assert answer.status_code == 200, answer.text
    return [plan["plan_id"] for plan in answer.json()["items"]]


def paged(caller: Caller, query: str, *, between: Any = lambda: None) -> list[str]:
    found: list[str] = []
    cursor = ""
    while True:
        page = caller.get(f"/flight-plans?{query}{cursor}").json()
        found += [plan["plan_id"] for plan in page["items"]]
        if page["next"] is None:
            return found
        cursor = f"&cursor={page['next']}"
        between()


def test_pages_are_complete_and_in_order_though_plans_come_and_go(world: World, alpha: Caller) -> None:
    """Many leave at the same instant; between the pages others are filed before and after the cursor."""
    filed = [alpha.file(at=NOW + timedelta(hours=1 + n // 10)) for n in range(35)]
    expected = sorted(filed, key=lambda plan_id: (filed.index(plan_id) // 10, plan_id))
    for limit in (1, 7, 35):
        assert paged(alpha, f"limit={limit}") == expected
    with_newcomers = paged(alpha, "limit=7", between=lambda: alpha.file(at=NOW + timedelta(hours=9)))
    assert [plan_id for plan_id in with_newcomers if plan_id in filed] == expected
    assert len(with_newcomers) == len(set(with_newcomers))


def test_filters(world: World, alpha: Caller, beta: Caller, regulator: Caller) -> None:
    early, late, far = alpha.file(), alpha.file(at=NOW + timedelta(hours=8)), alpha.file(lat=30.9)
    other = beta.file(lng=114.4)
    world.assess(early, APPROVED)
    world.assess(late, REFUSED)
    assert set(ids(alpha)) == {early, late, far}
    assert set(ids(regulator)) == {early, late, far, other}
    assert set(ids(regulator, "operator=beta")) == {other}
    assert set(ids(alpha, "state=approved,refused")) == {early, late}
    assert set(ids(alpha, "bbox=114.2,30.4,114.35,30.6")) == {early, late}
    # between its way points: no point of it lies in the box
    assert set(ids(alpha, "bbox=114.303,30.499,114.305,30.501")) == {early, late}
    assert set(ids(alpha, "from=2026-05-01T04:00:00Z")) == {late}
    assert set(ids(alpha, "to=2026-05-01T04:00:00Z")) == {early, far}
    # in the air at that time, though it left before
    assert set(ids(alpha, "from=2026-05-01T03:01:00Z&to=2026-05-01T03:01:30Z")) == {early, far}
    # half open: it is down, and the next one leaves, at that very instant
    end = alpha.get(f"/flight-plans/{early}").json()["window"]["end"]
    assert early not in ids(alpha, f"from={end}")
    assert early not in ids(alpha, "to=2026-05-01T03:00:00Z")


@pytest.mark.parametrize(
    ("query", "status", "field"),
    [
        ("state=flying", 422, "state"),
        ("bbox=1,2,3", 422, "bbox"),
        ("bbox=114.5,30,114.2,31", 422, "bbox"),
        ("bbox=nan,30,114.2,31", 422, "bbox"),
        ("from=yesterday", 422, "from"),
        ("from=2026-05-01T00:00:00", 422, "from"),
        ("from=2026-05-02T00:00:00Z&to=2026-05-01T00:00:00Z", 422, "to"),
        ("cursor=nonsense", 422, "cursor"),
        ("limit=0", 422, "limit"),
        ("limit=501", 422, "limit"),
        ("operator=beta", 403, "operator"),
    ],
)
def test_bad_filters_name_themselves(alpha: Caller, query: str, status: int, field: str) -> None:
    for path in ("/flight-plans", "/flight-plans/counts", "/flight-plans.geojson"):
        if path != "/flight-plans" and ("cursor" in query or "limit" in query):
            continue
        answer = alpha.get(f"{path}?{query}")
        assert (answer.status_code, answer.json()["field"]) == (status, field), path


def test_counts_name_every_state(world: World, alpha: Caller, beta: Caller, regulator: Caller) -> None:
    world.assess(alpha.file(), APPROVED)
    alpha.file()
    beta.file()
    counts = alpha.get("/flight-plans/counts").json()
    assert counts == {
        "submitted": 1, "approved": 1, "refused": 0, "awaiting": 0, "not_required": 0, "withdrawn": 0, "lapsed": 0,
        "activated": 0, "ended": 0, "no_show": 0,
    }  # fmt: skip
    assert regulator.get("/flight-plans/counts").json()["submitted"] == 2
    assert regulator.get("/flight-plans/counts?operator=beta").json()["approved"] == 0


def test_the_map_draws_lines_and_says_whether_these_are_all(alpha: Caller, beta: Caller) -> None:
    plan_id = alpha.file()
    alpha.file(at=NOW + timedelta(hours=3))
    beta.file()
    answer = alpha.get("/flight-plans.geojson?limit=1")
    assert answer.headers["content-type"] == "application/geo+json"
    drawn = answer.json()
    assert (drawn["type"], drawn["complete"], len(drawn["features"])) == ("FeatureCollection", False, 1)
    (feature,) = drawn["features"]
    assert feature["id"] == plan_id
    assert feature["geometry"]["type"] == "LineString"
    assert feature["geometry"]["coordinates"] == [[114.3, 30.5], [114.3, 30.5], [114.308, 30.5], [114.308, 30.5]]
    assert feature["properties"]["operator"] == "alpha"
    assert alpha.get("/flight-plans.geojson").json()["complete"] is True


def test_pages_come_from_an_index(world: World, alpha: Caller) -> None:
    """With many plans a page costs what a page costs, whoever asks."""
    alpha.file()
    world.execute(
        "INSERT INTO flightplan.plan SELECT (jsonb_populate_record(p, jsonb_build_object("
        " 'plan_id', gen_random_uuid(), 'operator', 'op' || n % 50,"
        " 'departs_at', p.departs_at + n * interval '1 s'))).*"
        " FROM flightplan.plan AS p, generate_series(1, 20000) AS n",
        "ANALYZE flightplan.plan",
    )
    for condition in ("operator = 'op7' AND", ""):
        plan = world.rows(
            f"EXPLAIN SELECT plan_id FROM flightplan.plan WHERE {condition} (departs_at, plan_id) >"
            " ('2026-05-01T04:00:00Z', '00000000-0000-0000-0000-000000000000') ORDER BY departs_at, plan_id LIMIT 101"
        )
        text = "\n".join(row[0] for row in plan)
        assert "Index" in text, text
        assert "Sort" not in text.replace("Sort Key", ""), text


def test_roles_to_viewers() -> None:
    def viewer(*roles: Role) -> Any:
        return viewer_of(Principal("someone", "alpha", frozenset(roles)))

    assert viewer(Role.REGULATOR).may_see_plan("beta")
    assert not viewer(Role.OPERATOR).may_see_plan("beta")
    assert viewer(Role.OPERATOR).may_see_plan("alpha")
    assert not viewer(Role.PLANNER).may_see_plan("alpha")
    assert not viewer(Role.SERVICE).may_see_plan("beta")
    assert viewer(Role.SERVICE).may_see_authorization("beta")


def test_an_id_that_is_none(alpha: Caller) -> None:
    assert alpha.get("/flight-plans/nonsense").status_code == 422
    assert alpha.post("/flight-plans", intent(), idempotency_key="x" * 201).status_code == 422
