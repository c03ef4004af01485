"""Things the system tests put into the world: zones, sites and flights round one place in Wuhan."""

from datetime import UTC, datetime, timedelta
from typing import Any

CENTER = (114.31, 30.52)
DEGREE_LAT_M = 110_900.0
DEGREE_LNG_M = 95_800.0


def east(lng: float, metres: float) -> float:
    """The longitude `metres` east of `lng`, near enough for placing things."""
    return lng + metres / DEGREE_LNG_M


def north(lat: float, metres: float) -> float:
    """The latitude `metres` north of `lat`."""
    return lat + metres / DEGREE_LAT_M


def tomorrow(hour: int = 2, minute: int = 0) -> datetime:
    """A time on the next UTC day."""
    day = datetime.now(UTC).date() + timedelta(days=1)
    return datetime(day.year, day.month, day.day, hour, minute, tzinfo=UTC)


def intent(
    *,
    at: datetime,
    lng: float = CENTER[0],
    lat: float = CENTER[1],
    height_m: float = 90.0,
    length_m: float = 800.0,
    **more: Any,
) -> dict[str, Any]:
    """A flight by network relay (so it must apply) that goes `length_m` east from a spot at a height."""
    end = east(lng, length_m)
    return {
        "departure": {"lng": lng, "lat": lat},
        "arrival": {"lng": end, "lat": lat},
        "departs_at": at.isoformat(),
        "aircraft_class": "light",
        "purpose": "patrol",
        "speed_mps": 12.0,
        "clawbacks": ["network_relay"],
        "path": [
            {"lng": lng, "lat": lat, "height_m": height_m},
            {"lng": end, "lat": lat, "height_m": height_m},
        ],
        **more,
    }


def nth_intent(number: int, **more: Any) -> dict[str, Any]:
    """A flight in a place and time of its own for each number up to 1,440; the same again for the same number."""
    hour, row = divmod(number, 60)
    return intent(at=tomorrow(hour=hour), lat=north(CENTER[1], 200.0 * row), **more)


def circle_zone(
    *,
    lng: float = CENTER[0],
    lat: float = CENTER[1],
    radius_m: float = 300.0,
    restriction: str = "PROHIBITED",
    **more: Any,
) -> dict[str, Any]:
    """A permanent circle zone from the ground up without limit."""
    return {
        "name": "测试区",
        "kind": "prohibited",
        "restriction": restriction,
        "outline": {"type": "Circle", "center": [lng, lat], "radius_m": radius_m},
        "authority": "武汉市人民政府",
        **more,
    }


def site(name: str, *, lng: float = CENTER[0], lat: float = CENTER[1], **more: Any) -> dict[str, Any]:
    """A nest."""
    return {"name": name, "kind": "nest", "lng": lng, "lat": lat, **more}
