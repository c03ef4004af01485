"""Authorizations: recorded once by number, listed, withdrawn."""

from datetime import timedelta
from typing import Any

import pytest

from shared.contracts.flightplan import AuthorizationRecorded, AuthorizationWithdrawn
from tests.integration.flightplan.conftest import NOW, Caller, World


def permission(number: str = "武空许〔2026〕1号", operator: str = "alpha", **more: Any) -> dict[str, Any]:
    """A permission for a circle, tomorrow."""
    return {
        "number": number,
        "operator": operator,
        "authority": "空管",
        "outline": {"type": "Circle", "center": [114.3, 30.5], "radius_m": 3000},
        "upper": {"value_m": 200, "reference": "AGL"},
        "starts_at": (NOW + timedelta(days=1)).isoformat(),
        "ends_at": (NOW + timedelta(days=2)).isoformat(),
        **more,
    }


def test_a_number_is_recorded_once(world: World, regulator: Caller, alpha: Caller) -> None:
    first = regulator.post("/authorizations", permission())
    again = regulator.post("/authorizations", permission())
    assert (first.status_code, again.status_code) == (201, 200)
    assert first.json() == again.json()
    assert alpha.get(first.headers["location"]).json() == first.json()
    other = regulator.post("/authorizations", permission(conditions="by day"))
    assert (other.status_code, other.json()["field"]) == (409, "number")
    (event,) = world.events()
    assert isinstance(event, AuthorizationRecorded)
    assert event.recorded_by == "regulator@caac"


def test_a_withdrawn_one_stays_withdrawn(world: World, regulator: Caller) -> None:
    place = regulator.post("/authorizations", permission()).headers["location"]
    gone = regulator.post(f"{place}/withdraw", {"reason": "airshow"})
    assert (gone.status_code, gone.json()["withdrawn_because"]) == (200, "airshow")
    world.clock.forward(minutes=1)
    assert regulator.post(f"{place}/withdraw").json() == gone.json()
    assert regulator.post("/authorizations", permission()).json() == gone.json()
    assert [type(event) for event in world.events()] == [AuthorizationRecorded, AuthorizationWithdrawn]
    assert regulator.post(f"/authorizations/{'0' * 8}-0000-0000-0000-{'0' * 12}/withdraw").status_code == 404


def test_pages_are_complete(regulator: Caller, alpha: Caller) -> None:
    for n in range(7):
        regulator.post("/authorizations", permission(f"N{n}", "alpha" if n < 5 else "beta"))
    for caller, expected in ((alpha, 5), (regulator, 7)):
        found: list[str] = []
        cursor = ""
        while True:
            page = caller.get(f"/authorizations?limit=2{cursor}").json()
            found += [item["spec"]["number"] for item in page["items"]]
            if page["next"] is None:
                break
            cursor = f"&cursor={page['next']}"
        assert len(found) == len(set(found)) == expected


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"number": " "}, "number"),
        ({"upper": {"value_m": True, "reference": "AGL"}}, "upper.value_m"),
        ({"lower": {"value_m": 300, "reference": "AGL"}}, None),
        ({"ends_at": NOW.isoformat()}, None),
        ({"outline": {"type": "Circle", "center": [114.3, 95], "radius_m": 3000}}, "outline.center.1"),
        (
            {"outline": {"type": "Polygon", "coordinates": [[[114, 30], [115, 31], [115, 30], [114, 31], [114, 30]]]}},
            "outline.coordinates",
        ),
        ({"outline": {"type": "Polygon", "coordinates": [[[114, 30], [115, 31], [115, 30], [114, 31]]]}}, None),
    ],
)
def test_bad_input_names_the_field(world: World, regulator: Caller, changes: dict[str, Any], field: str | None) -> None:
    answer = regulator.post("/authorizations", permission(**changes))
    assert answer.status_code == 422, answer.text
    if field:
        assert answer.json()["field"].startswith(field)
    assert world.events() == []
