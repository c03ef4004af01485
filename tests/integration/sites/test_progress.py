"""What counts toward the targets, example by example; a zone lowers the count, its withdrawal restores it."""

from datetime import UTC, datetime
from typing import Any

import pytest

from shared.contracts.flightplan import RouteClass, RouteState
from shared.flight import Spot
from tests.integration.sites.conftest import APPROVED, AUTHORISED, AWAITING, CENTRE, REFUSED, Caller, World, site

OUTSIDE = (112.2, 30.3)  # 荆州
HERE = Spot(lng=CENTRE[0], lat=CENTRE[1])


def total(caller: Caller) -> dict[str, int]:
    """The four numbers of the board."""
    numbers: dict[str, int] = caller.read("/progress")["total"]
    return numbers


def in_use(world: World, planner: Caller, site_id: str = "s1", **more: Any) -> None:
    """A commissioned site whose position is compatible."""
    planner.register(site(site_id, state="commissioned", **more))
    world.assess(site_id)


@pytest.mark.parametrize(
    ("state", "laid_out", "used", "reason"),
    [
        ("proposed", False, False, "site_proposed"),
        ("approved", True, False, None),
        ("under_construction", True, False, None),
        ("commissioned", True, True, None),
        ("suspended", True, False, None),
        ("retired", False, False, "site_retired"),
    ],
)
def test_sites_laid_out_and_in_use_by_state(
    world: World, planner: Caller, state: str, laid_out: bool, used: bool, reason: str | None
) -> None:
    planner.register(site(state=state))
    world.assess("s1")
    numbers = total(planner)
    assert (numbers["sites_laid_out"], numbers["sites_in_use"]) == (int(laid_out), int(used))
    (row,) = planner.read("/progress/sites")["items"]
    assert (row["counts"], row["in_use"]) == (laid_out, used)
    assert (row["reason"] and row["reason"]["code"]) == reason


def test_a_position_must_be_compatible_or_authorised(world: World, planner: Caller) -> None:
    planner.register(site(state="approved"))
    seen = []
    for found in (None, APPROVED, AWAITING, AUTHORISED, REFUSED, APPROVED):
        if found is not None:
            world.assess("s1", found)
        (row,) = planner.read("/progress/sites")["items"]
        seen.append((total(planner)["sites_laid_out"], row["reason"] and row["reason"]["code"]))
    assert seen == [
        (0, "position_unassessed"),
        (1, None),
        (0, "position_awaiting"),
        (1, None),
        (0, "position_refused"),
        (1, None),
    ]
    world.assess("s1", REFUSED)
    (row,) = planner.read("/progress/sites", counts="false")["items"]
    assert row["reason"] == {
        "code": "position_refused",
        "about": "禁飞区",
        "zh": "所在空域禁止起降：禁飞区",
        "en": "the position lies in airspace that forbids it: 禁飞区",
    }
    assert planner.read("/progress/sites", counts="true")["items"] == []


def reasons(planner: Caller, route_id: str = "r1") -> list[str]:
    """Why the route does not count."""
    rows = {row["route_id"]: row for row in planner.read("/progress/routes")["items"]}
    row = rows[route_id]
    assert row["counts"] == (not row["reasons"])
    assert row["reason"] == (row["reasons"][0] if row["reasons"] else None)
    return [reason["code"] for reason in row["reasons"]]


def test_a_route_counts_when_everything_holds(world: World, planner: Caller) -> None:
    in_use(world, planner)
    world.route("r1")
    world.route("r2", route_class=RouteClass.COMMERCIAL)
    assert reasons(planner) == []
    numbers = total(planner)
    assert (numbers["governance_routes"], numbers["commercial_routes"]) == (1, 1)
    districts = {each["adcode"]: each["tally"] for each in planner.read("/progress")["districts"]}
    assert len(districts) == 13
    assert districts["420103"] == numbers


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        ({"state": RouteState.ASSESSED}, ["route_not_open"]),
        ({"state": RouteState.SUSPENDED}, ["route_not_open"]),
        ({"route_class": None}, ["class_not_ruled"]),
        ({"found": None}, ["route_unassessed"]),
        ({"found": AWAITING}, ["route_awaiting"]),
        ({"found": REFUSED}, ["route_refused"]),
        ({"found": AUTHORISED}, []),
        ({"origin": HERE}, ["end_without_site"]),
        ({"destination": HERE}, ["end_without_site"]),
        ({"destination": Spot(lng=OUTSIDE[0], lat=OUTSIDE[1])}, []),
        ({"destination": Spot(site_id="nobody", lng=CENTRE[0], lat=CENTRE[1])}, ["end_unknown"]),
        ({"destination": Spot(site_id="building", lng=CENTRE[0], lat=CENTRE[1])}, ["end_not_in_use"]),
        ({"destination": Spot(site_id="far", lng=OUTSIDE[0], lat=OUTSIDE[1])}, []),
        ({"origin": Spot(lng=OUTSIDE[0], lat=OUTSIDE[1])}, ["outside_city"]),
        (
            {"state": RouteState.FILED, "found": None, "route_class": None, "origin": HERE},
            ["route_not_open", "route_unassessed", "class_not_ruled", "end_without_site"],
        ),
    ],
)
def test_why_a_route_does_not_count(world: World, planner: Caller, given: dict[str, Any], expected: list[str]) -> None:
    in_use(world, planner)
    planner.register(site("building", state="under_construction"), site("far", lng=OUTSIDE[0], lat=OUTSIDE[1]))
    world.route("r1", **given)
    assert reasons(planner) == expected
    assert total(planner)["governance_routes"] == (0 if expected else 1)


def test_what_happens_to_site_and_zone_moves_the_count(world: World, planner: Caller) -> None:
    in_use(world, planner)
    world.route("r1")
    assert total(planner)["governance_routes"] == 1

    planner.move("s1", "suspend")
    assert reasons(planner) == ["end_not_in_use"]
    planner.move("s1", "resume")
    assert total(planner)["governance_routes"] == 1

    world.open("r1", REFUSED)  # a zone appeared; the route stays open, but
    world.assess("s1", REFUSED)
    assert reasons(planner) == ["route_refused"]
    board = planner.read("/progress")
    assert (board["total"]["governance_routes"], board["total"]["sites_laid_out"]) == (0, 0)
    assert [(each["reason"]["code"], each["number"]) for each in board["routes_not_counted"]] == [("route_refused", 1)]
    assert [(each["reason"]["code"], each["number"]) for each in board["sites_not_laid_out"]] == [
        ("position_refused", 1)
    ]

    world.open("r1", APPROVED)  # and was withdrawn
    world.assess("s1", APPROVED)
    assert reasons(planner) == []
    assert total(planner)["governance_routes"] == 1


def test_the_headline_follows_the_documents_verb(world: World, planner: Caller) -> None:
    in_use(world, planner)
    planner.register(site("s2", state="approved", kind="point"))
    world.assess("s2")
    targets = {each["target"]["target_id"]: each for each in planner.read("/progress")["targets"]}
    headline = targets["sites"]
    assert (headline["count"], headline["laid_out"], headline["in_use"]) == (2, 2, 1)
    assert headline["target"]["verb"]["zh"] == "规划布局"
    assert headline["target"]["number"] == 1000
    assert headline["target"]["source"]["zh"].startswith("武政办〔2025〕46号")
    assert [key for key, each in targets.items() if each["target"]["headline"]] == [
        "sites",
        "commercial_routes",
        "governance_routes",
    ]
    assert targets["shared_platforms_2024"]["count"] == 1
    assert targets["pilot_routes_2024"]["count"] is None


def test_emergency_pads_are_shared_out_by_unit_before_district(world: World, planner: Caller) -> None:
    huangpi, hongshan = (114.335, 31.016), (114.508, 30.540)
    for site_id, (lng, lat), unit in (("p1", huangpi, ""), ("p2", hongshan, "东湖高新区管委会"), ("p3", hongshan, "")):
        in_use(world, planner, site_id, kind="emergency_pad", lng=lng, lat=lat, unit=unit)
    targets = {each["target"]["target_id"]: each for each in planner.read("/progress")["targets"]}
    pads = targets["emergency_pads"]
    shares = {share["name"]["zh"]: (share["count"], share["number"]) for share in pads["shares"]}
    assert pads["count"] == 3
    assert shares["黄陂区"] == (1, 2)
    assert shares["东湖高新区"] == (1, 1)
    assert sum(count for count, _ in shares.values()) == 2  # 洪山 has no share
    assert sum(number for _, number in shares.values()) == pads["target"]["number"] == 8


def test_a_target_is_past_its_period_by_the_citys_date(world: World, planner: Caller) -> None:
    def past() -> dict[str, bool]:
        return {each["target_id"]: each["past_period"] for each in planner.read("/targets")}

    assert past()["sites"]
    assert not past()["shared_platforms_2027"]
    assert not past()["emergency_pads"]  # the document sets no date
    world.clock.now = datetime(2025, 12, 31, 15, 59, tzinfo=UTC)  # 23:59 in Wuhan
    assert not past()["sites"]
    world.clock.now = datetime(2025, 12, 31, 16, 0, tzinfo=UTC)
    assert past()["sites"]


def test_a_route_filed_anew_must_be_assessed_again(world: World, planner: Caller) -> None:
    in_use(world, planner)
    world.route("r1")
    world.route("r1", state=RouteState.FILED, found=None, route_class=None)
    assert reasons(planner) == ["route_not_open", "route_unassessed"]  # the class stays as it was ruled
