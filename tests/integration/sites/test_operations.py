"""What happens at sites: movements and statuses, once each, by HTTP and by event; how much of a site is used."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from shared.auth import Role
from shared.contracts.inbound import SiteMovementReported, SiteStatusReported
from shared.contracts.sites import Movement, SiteMovementRecorded, SiteStatus, SiteStatusChanged
from shared.errors import TianyuanError
from tests.integration.sites.conftest import NOW, Caller, World, site


def iso(instant: datetime) -> str:
    """As JSON writes it."""
    return instant.isoformat()


def moved(event_id: str, at: datetime, movement: str = "takeoff", **more: Any) -> dict[str, Any]:
    """A movement as a site's system reports it."""
    return {"event_id": event_id, "movement": movement, "at": iso(at), **more}


def status(event_id: str, value: str, starts_at: datetime = NOW, **more: Any) -> dict[str, Any]:
    """A status likewise."""
    return {"event_id": event_id, "status": value, "starts_at": iso(starts_at), **more}


def told(world: World, kind: type) -> list[Any]:
    """What the service has told of that kind."""
    return [event for event in world.events() if isinstance(event, kind)]


def test_a_movement_is_told_once(world: World, planner: Caller, operator: Caller) -> None:
    planner.register(site())
    asked = moved("e1", NOW - timedelta(minutes=1), aircraft="B-1234")
    first, again = operator.post("/sites/s1/movements", asked), operator.post("/sites/s1/movements", asked)
    assert (first.status_code, again.status_code) == (201, 200)
    assert first.json() == again.json()
    assert planner.post("/sites/s1/movements", asked).status_code == 201  # another's e1 is another event
    other = operator.post("/sites/s1/movements", {**asked, "movement": "landing"})
    assert (other.status_code, other.json()["field"]) == (409, "event_id")
    future = operator.post("/sites/s1/movements", moved("e2", NOW + timedelta(hours=1)))
    assert (future.status_code, future.json()["field"]) == (422, "at")
    assert operator.post("/sites/nowhere/movements", asked).status_code == 404
    assert world.caller(Role.REGULATOR).post("/sites/s1/movements", asked).status_code == 403
    assert [event.event_id for event in told(world, SiteMovementRecorded)] == ["e1", "e1"]
    assert [row["aircraft"] for row in planner.read("/sites/s1/movements")] == ["B-1234"] * 2


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"event_id": "e", "movement": "flyby", "at": iso(NOW)}, "movement"),
        ({"event_id": "e", "movement": "takeoff", "at": "noon"}, "at"),
        ({"event_id": "a b", "movement": "takeoff", "at": iso(NOW)}, "event_id"),
        ({"event_id": "e", "movement": "takeoff"}, "at"),
        ({"event_id": "e", "movement": "takeoff", "at": iso(NOW), "plan_id": "x"}, "plan_id"),
    ],
)
def test_a_bad_movement_names_its_field(planner: Caller, body: dict[str, Any], field: str) -> None:
    planner.register(site())
    answer = planner.post("/sites/s1/movements", body)
    assert (answer.status_code, answer.json()["errors"][0]["field"]) == (422, field)


def test_utilisation_by_the_hour(world: World, planner: Caller) -> None:
    planner.register(site(movements_per_window=2, window_min=30), site("s2", state="commissioned"))
    world.clock.forward(hours=3)
    hour = NOW + timedelta(hours=1)
    for number, (at, movement) in enumerate(
        [
            (hour, "takeoff"),
            (hour + timedelta(minutes=59, seconds=59), "landing"),
            (hour + timedelta(minutes=60), "diversion"),
            (NOW - timedelta(seconds=1), "takeoff"),
        ]
    ):
        assert planner.post("/sites/s1/movements", moved(f"e{number}", at, movement)).status_code == 201
    found = planner.read("/sites/s1/utilisation", **{"from": iso(NOW), "to": iso(NOW + timedelta(hours=3))})
    assert (found["takeoffs"], found["landings"], found["diversions"]) == (1, 1, 1)
    assert [(row["movements"], row["capacity"], row["used"]) for row in found["hours"]] == [
        (0, 4.0, 0.0),
        (2, 4.0, 0.5),
        (1, 4.0, 0.25),
    ]
    assert len(planner.read("/sites/s1/utilisation")["hours"]) == 24
    longer = planner.get("/sites/s1/utilisation", **{"from": "2026-01-01T00:00:00Z"})
    assert (longer.status_code, longer.json()["field"]) == (422, "to")


def test_which_nests_stand_idle(world: World, planner: Caller) -> None:
    for name in ("busy", "idle", "away"):
        planner.register(site(name, state="proposed" if name == "away" else "commissioned"))
    planner.post("/sites/busy/movements", moved("e", NOW - timedelta(hours=2)))
    rows = planner.read("/utilisation")
    assert [(row["site_id"], row["idle"], row["takeoffs"]) for row in rows] == [("idle", True, 0), ("busy", False, 1)]
    assert [row["site_id"] for row in planner.read("/utilisation", idle=True, kind="nest")] == ["idle"]
    assert planner.read("/utilisation", kind="pad") == []


def test_how_a_site_stands(world: World, planner: Caller, operator: Caller) -> None:
    planner.register(site(operator="operator office"), site("s2"))
    assert planner.read("/sites/s1")["status"]["status"] == "open"
    closed = status("c1", "closed", NOW + timedelta(hours=1), ends_at=iso(NOW + timedelta(hours=4)), reason="检修")
    assert operator.post("/sites/s1/status", closed).status_code == 201
    assert operator.post("/sites/s1/status", closed).status_code == 200
    assert operator.post("/sites/s2/status", closed).status_code == 403
    assert operator.post("/sites/s1/status", {**closed, "status": "open"}).status_code == 409
    backwards = planner.post("/sites/s1/status", status("x", "closed", NOW, ends_at=iso(NOW)))
    assert (backwards.status_code, backwards.json()["field"]) == (422, "ends_at")
    weather = status("w1", "weather_closed", NOW + timedelta(hours=2), ends_at=iso(NOW + timedelta(hours=3)))
    assert planner.post("/sites/s1/status", weather).status_code == 201

    seen = []
    for _ in range(5):
        shown = planner.read("/sites/s1")["status"]["status"]
        assert shown == planner.read("/sites")["items"][0]["status"]["status"]
        seen.append(shown)
        world.clock.forward(hours=1)
    assert seen == ["open", "closed", "weather_closed", "closed", "open"]
    assert [event.number for event in told(world, SiteStatusChanged)] == [1, 2]
    assert [row["event_id"] for row in planner.read("/sites/s1/status")] == ["w1", "c1"]


def test_from_outside_what_is_sound_goes_on_and_what_is_not_is_parked(world: World, planner: Caller) -> None:
    planner.register(site())
    movement = SiteMovementReported(site_id="s1", event_id="m", movement=Movement.LANDING, at=NOW, reported_by="nest")
    later = SiteMovementReported(
        site_id="s1", event_id="n", movement=Movement.LANDING, at=datetime(2027, 1, 1, tzinfo=UTC), reported_by="nest"
    )
    unknown = SiteMovementReported(site_id="s9", event_id="m", movement=Movement.LANDING, at=NOW)
    refused = world.handle(movement, later, movement, unknown)
    assert [error.detail.split(" ")[0] for error in refused if isinstance(error, TianyuanError)] == [
        "2027-01-01T00:00:00+00:00",
        "there",
    ]
    assert len(told(world, SiteMovementRecorded)) == 1
    closing = SiteStatusReported(site_id="s1", event_id="c", status=SiteStatus.CLOSED, starts_at=NOW)
    assert world.handle(closing, closing) == []
    assert len(told(world, SiteStatusChanged)) == 1
    assert planner.read("/sites/s1")["status"]["status"] == "closed"
