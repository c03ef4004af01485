"""The register over HTTP and by event: the life of a site, its history, its district, who may do what."""

from datetime import timedelta
from typing import Any

import pytest

from shared.contracts.inbound import SiteReported, SiteStateReported
from shared.contracts.sites import SiteKind, SiteRegistered, SiteSpec, SiteState, SiteStateChanged, SiteUpdated
from tests.integration.sites.conftest import (
    APPROVED,
    AUTHORISED,
    AWAITING,
    NOW,
    REFUSED,
    Caller,
    World,
    assessment,
    site,
)


def test_a_site_is_registered_with_its_district_and_lives_until_it_is_retired(world: World, planner: Caller) -> None:
    answer = planner.post("/sites", site())
    assert answer.status_code == 201
    assert answer.headers["location"] == "/sites/s1"
    shown = answer.json()
    assert (shown["state"], shown["district"], shown["standing"]) == ("proposed", "420103", "unassessed")

    for move, state in [
        ("approve", "approved"),
        ("construct", "under_construction"),
        ("commission", "commissioned"),
        ("suspend", "suspended"),
        ("resume", "commissioned"),
        ("retire", "retired"),
    ]:
        world.clock.forward(days=1)
        assert planner.post(f"/sites/s1/{move}", {"reason": f"why {move}"}).json()["state"] == state

    moves = [event for event in world.events() if isinstance(event, SiteStateChanged)]
    assert [event.revision for event in moves] == [2, 3, 4, 5, 6, 7]
    assert moves[0].former_state is SiteState.PROPOSED
    assert [event.reason for event in moves][:2] == ["why approve", "why construct"]
    assert moves[-1].effective_at == NOW + timedelta(days=6)
    history = planner.read("/sites/s1/history")
    assert [entry["type"] for entry in history] == ["SiteRegistered"] + ["SiteStateChanged"] * 6
    assert history[1]["event"]["reason"] == "why approve"


def test_a_move_that_cannot_follow_names_from_and_to(planner: Caller) -> None:
    planner.register(site())
    answer = planner.post("/sites/s1/commission")
    assert answer.status_code == 409
    problem = answer.json()
    assert problem["from_state"] == "proposed"
    assert problem["to_state"] == "commissioned"
    assert problem["allowed"] == ["approved", "assessed", "retired"]
    assert "cannot go from proposed to commissioned" in problem["detail"]

    planner.move("s1", "retire")
    assert planner.post("/sites/s1/approve").json()["detail"].endswith("from retired nothing can follow")
    spec = {name: value for name, value in site(pads=2).items() if name != "site_id"}
    assert planner.put("/sites/s1", spec).status_code == 409


def test_saying_it_twice_changes_nothing(world: World, planner: Caller) -> None:
    planner.register(site())
    assert planner.post("/sites", site()).status_code == 200
    planner.move("s1", "approve", "approve")
    assert len(world.events()) == 2
    differs = planner.post("/sites", site(pads=3))
    assert differs.status_code == 409
    assert differs.json()["field"] == "site_id"


def test_a_move_is_dated_in_order_and_not_ahead(world: World, planner: Caller) -> None:
    early, late = NOW - timedelta(days=30), NOW + timedelta(days=1)
    planner.register(site(state="approved", effective_at=(NOW - timedelta(days=10)).isoformat()))
    for effective_at in (early, late):
        answer = planner.post("/sites/s1/commission", {"effective_at": effective_at.isoformat()})
        assert answer.status_code == 422
        assert answer.json()["field"] == "effective_at"
    answer = planner.post("/sites/s1/commission", {"effective_at": (NOW - timedelta(days=3)).isoformat()})
    assert answer.json()["effective_at"].startswith("2026-04-28")
    assert planner.post("/sites", site("s2", effective_at=late.isoformat())).status_code == 422


def test_a_new_position_asks_for_a_new_assessment(world: World, planner: Caller) -> None:
    planner.register(site())
    world.assess("s1", APPROVED)
    assert planner.read("/sites/s1")["standing"] == "compatible"
    spec = {name: value for name, value in site(pads=2).items() if name != "site_id"}
    assert planner.put("/sites/s1", spec).json()["standing"] == "compatible"  # same place
    moved = planner.put("/sites/s1", {**spec, "lng": 114.9, "lat": 30.85}).json()
    assert (moved["standing"], moved["district"], moved["revision"]) == ("unassessed", "420117", 3)
    assert [event.position_changed for event in world.events() if isinstance(event, SiteUpdated)] == [False, True]

    world.assess("s1", REFUSED, revision=2)  # of the former place: out of date
    assert planner.read("/sites/s1")["standing"] == "unassessed"
    world.assess("s1", REFUSED, revision=3)
    shown = planner.read("/sites/s1")
    assert shown["standing"] == "refused"
    assert shown["assessment"]["outcome"] == "refused"
    assert shown["assessment"]["findings"][0]["message"]["zh"]


@pytest.mark.parametrize(
    ("found", "standing"),
    [(APPROVED, "compatible"), (AUTHORISED, "authorised"), (AWAITING, "awaiting"), (REFUSED, "refused")],
)
def test_how_a_position_stands(world: World, planner: Caller, found: Any, standing: str) -> None:
    planner.register(site())
    world.assess("s1", found)
    assert planner.read("/sites/s1")["standing"] == standing


def test_an_answer_older_than_the_one_there_is_no_news(world: World, planner: Caller) -> None:
    planner.register(site())
    world.assess("s1", AWAITING)
    world.assess("s1", assessment(APPROVED.outcome, at=NOW - timedelta(minutes=1)))
    assert planner.read("/sites/s1")["standing"] == "awaiting"


def test_events_do_what_http_does(world: World, planner: Caller) -> None:
    spec = SiteSpec(name="机巢", kind=SiteKind.NEST, lng=114.2605, lat=30.612)
    rejected = world.handle(
        SiteReported(site_id="e1", spec=spec),
        SiteStateReported(site_id="e1", state=SiteState.APPROVED, reason="批复 7 号"),
        SiteStateReported(site_id="e1", state=SiteState.COMMISSIONED),
        SiteStateReported(site_id="e1", state=SiteState.PROPOSED),
        SiteStateReported(site_id="nobody", state=SiteState.RETIRED),
        SiteReported(site_id="e2", spec=spec, state=SiteState.COMMISSIONED),
        SiteReported(site_id="e1", spec=spec),  # again, as it is
    )
    assert [str(error) for error in rejected] == [
        "site e1 cannot go from commissioned to proposed: from commissioned only to retired or suspended",
        "there is no site nobody",
    ]
    assert {each["site_id"]: each["state"] for each in planner.read("/sites")["items"]} == {
        "e1": "commissioned",
        "e2": "commissioned",
    }
    assert [type(event) for event in world.events()] == [
        SiteRegistered,
        SiteStateChanged,
        SiteStateChanged,
        SiteRegistered,
    ]


def test_lists_are_filtered_and_paged(planner: Caller) -> None:
    planner.register(*(site(f"a{number}", kind="point") for number in range(3)))
    planner.register(site("b1", lng=114.9, lat=30.85, state="commissioned"), site("out", lng=112.0, lat=30.0))

    def ids(**parameters: Any) -> list[str]:
        return [each["site_id"] for each in planner.read("/sites", **parameters)["items"]]

    assert ids(state="commissioned,approved") == ["b1"]
    assert ids(kind="nest") == ["b1", "out"]
    assert ids(district="420117") == ["b1"]
    assert ids(district="outside") == ["out"]
    assert ids(bbox="114.2,30.5,114.4,30.7") == ["a0", "a1", "a2"]
    first = planner.read("/sites", limit=2)
    second = planner.read("/sites", limit=2, cursor=first["next"])
    assert [each["site_id"] for each in first["items"] + second["items"]] == ["a0", "a1", "a2", "b1"]
    points = planner.read("/sites.geojson", kind="nest")
    assert [feature["properties"]["site_id"] for feature in points["features"]] == ["b1", "out"]


def test_operators_look_and_do_not_touch(planner: Caller, operator: Caller) -> None:
    planner.register(site())
    assert operator.get("/sites/s1").status_code == 200
    assert operator.post("/sites", site("s2")).status_code == 403
    assert operator.post("/sites/s1/approve").status_code == 403
    assert operator.get("/sites/export").status_code == 403
    assert operator.client.get("/sites").status_code == 401


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"lng": True}, "lng"),
        ({"lat": "30"}, "lat"),
        ({"lng": 181.0}, "lng"),
        ({"pads": 0}, "pads"),
        ({"pads": 1.5}, "pads"),
        ({"kind": "helipad"}, "kind"),
        ({"name": " "}, "name"),
        ({"name": "a\u0000b"}, "name"),
        ({"name": "x" * 1_000_000}, "name"),
        ({"functions": []}, "functions"),
        ({"functions": ["parking", "sleeping"]}, "functions.1"),
        ({"service_radius_m": -1.0}, "service_radius_m"),
        ({"state": "open"}, "state"),
        ({"site_id": "../x"}, "site_id"),
        ({"site_id": "export"}, "site_id"),
        ({"effective_at": "2026-05-01T00:00:00"}, "effective_at"),
        ({"colour": "red"}, "colour"),
    ],
)
def test_bad_input_is_named(planner: Caller, change: dict[str, Any], field: str) -> None:
    answer = planner.post("/sites", site() | change)
    assert answer.status_code == 422, answer.text[:300]
    assert answer.json()["field"] == field
    assert planner.get("/sites").status_code == 200


def test_bad_paths_and_queries_are_named(planner: Caller) -> None:
    for path in ("/sites/a%00b", "/sites/%20", f"/sites/{'x' * 65}"):
        assert planner.get(path).status_code in (400, 422), path
    assert planner.get("/sites/nobody").status_code == 404
    assert planner.post("/sites/nobody/approve").status_code == 404
    for query in (
        {"state": "open"},
        {"kind": "x\x00"},
        {"district": "a b"},
        {"bbox": "1,2,3"},
        {"cursor": "zz"},
        {"limit": 0},
    ):
        assert planner.get("/sites", **query).status_code in (400, 422), query
    assert planner.post("/sites/s1/explode").status_code == 422
    raw = planner.client.post(
        "/sites",
        content=b'{"site_id": "n", "lng": NaN}',
        headers={**planner.headers, "content-type": "application/json"},
    )
    assert raw.status_code == 400


def test_contacts_are_for_those_who_keep_the_register_and_the_sites_own_people(
    world: World, planner: Caller, operator: Caller
) -> None:
    contacts = [{"name": "张三", "role": "值班", "phone": "1", "email": ""}]
    planner.register(site("s1", contacts=contacts), site("s2", contacts=contacts, operator="operator office"))
    for caller, seen in ((planner, [contacts, contacts]), (operator, [[], contacts])):
        assert [item["spec"]["contacts"] for item in caller.read("/sites")["items"]] == seen
        for site_id, expected in zip(("s1", "s2"), seen, strict=True):
            assert caller.read(f"/sites/{site_id}")["spec"]["contacts"] == expected
            assert caller.read(f"/sites/{site_id}/history")[0]["event"]["spec"]["contacts"] == expected
