"""Loads the demo city through the public HTTP API, as any user could, and reports what came of the day.

Every request carries a key or an id of its own, so loading a second time changes nothing.
"""

import asyncio
import json
from collections import Counter
from collections.abc import Callable, Container, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from datetime import date, datetime, time
from functools import partial
from typing import Any, Final

import httpx

from city.wuhan.demo.history import Life, Opening, Past
from city.wuhan.demo.plans import DemoPlan
from city.wuhan.demo.routes import DemoRoute
from city.wuhan.demo.sites import DemoSite
from city.wuhan.demo.world import DemoCity
from city.wuhan.demo.zones import DemoZone
from shared.city import CityProfile
from shared.contracts.codec import encode_value
from shared.volumes import CircleOutline

AT_ONCE: Final = 32
CONFLICT_SHARE_LIMIT: Final = 0.12
Progress = Callable[[str, int, int], None]  # what, how many done, of how many


class LoadFailed(RuntimeError):
    """The platform refused something of the demo, or did not follow in time."""


@dataclass(frozen=True)
class Platform:
    """The platform at a URL, spoken to under any role."""

    url: str
    _tokens: dict[tuple[str, str], str] = field(default_factory=dict)

    def headers(self, role: str, org: str) -> dict[str, str]:
        """What authorises a request."""
        if (role, org) not in self._tokens:
            answer = httpx.post(f"{self.url}/token", json={"role": role, "org": org}, timeout=30)
            self._tokens[role, org] = accepted(answer).json()["access_token"]
        return {"authorization": f"Bearer {self._tokens[role, org]}"}

    def client(self, role: str, org: str) -> AbstractContextManager[httpx.Client]:
        """A client under one role."""
        return httpx.Client(base_url=self.url, headers=self.headers(role, org), timeout=60)


def accepted(answer: httpx.Response) -> httpx.Response:
    """The answer itself. Raises LoadFailed with the problem of any other than a 2xx."""
    if not answer.is_success:
        raise LoadFailed(f"{answer.request.method} {answer.request.url.path}: {answer.status_code} {answer.text}")
    return answer


def load(platform: Platform, city: CityProfile, demo: DemoCity, progress: Progress) -> None:
    """Zones, sites, authorizations, routes, then the day's plans; returns when all are decided."""
    with platform.client("regulator", "demo-authority") as regulator, platform.client("planner", "demo-fgw") as planner:
        load_zones(regulator, city, demo.zones)
        progress("zones", 1, 4)
        if load_sites(planner, demo.sites, demo.past.lives):
            _report_takeoffs(planner, demo.past.takeoffs, city)
        progress("sites", 2, 4)
        for spec in demo.authorizations:
            accepted(regulator.post("/authorizations", content=encode_value(spec), headers=JSON))
        progress("authorizations", 3, 4)
        _load_routes(planner, demo.routes, demo.past, city)
        progress("routes", 4, 4)
        asyncio.run(_file_plans(platform, demo.plans, _filed_already(regulator, demo.day), progress))
        _until(lambda: regulator.get("/flight-plans/counts").json().get("submitted", 0) == 0, "every plan decided")


JSON: Final = {"content-type": "application/json"}
GEOJSON: Final = {"content-type": "application/geo+json"}


def load_zones(regulator: httpx.Client, city: CityProfile, zones: Sequence[DemoZone]) -> None:
    """Import the city's own zones and these."""
    features = json.dumps({"type": "FeatureCollection", "features": [_zone_feature(zone) for zone in zones]})
    for content in (city.zones_file.read_bytes(), features.encode()):
        accepted(regulator.post("/zones/import?strict=true", content=content, headers=GEOJSON))


def _zone_feature(zone: DemoZone) -> dict[str, Any]:
    properties = json.loads(encode_value(zone.spec))
    outline = properties.pop("outline")
    if isinstance(zone.spec.outline, CircleOutline):
        geometry = {"type": "Point", "coordinates": outline["center"]}
        properties["radius_m"] = outline["radius_m"]
    else:
        geometry = outline
    filled = {key: value for key, value in properties.items() if value is not None}
    return {"type": "Feature", "geometry": geometry, "properties": {"zone_id": zone.zone_id, **filled}}


def load_sites(planner: httpx.Client, sites: Sequence[DemoSite], lives: Mapping[str, Life] | None = None) -> bool:
    """Import the sites that are not there, with their lives: those there stay as whoever tried the demo left them.

    Returns whether any was not there. Raises LoadFailed where one is refused.
    """
    there = {site["site_id"] for site in _items(planner, "/sites")}
    missing = [site for site in sites if site.site_id not in there]
    if not missing:
        return False
    known = lives or {}
    features = json.dumps(
        {
            "type": "FeatureCollection",
            "features": [_site_feature(site, known.get(site.site_id, {})) for site in missing],
        }
    )
    report = accepted(planner.post("/sites/import", content=features.encode(), headers=GEOJSON)).json()
    if report["errors"]:
        raise LoadFailed(f"sites: {report['errors'][:3]}")
    return True


def _site_feature(site: DemoSite, life: Life) -> dict[str, Any]:
    properties = json.loads(encode_value(site.spec))
    geometry = {"type": "Point", "coordinates": [properties.pop("lng"), properties.pop("lat")]}
    filled = {key: value for key, value in properties.items() if value not in (None, "")}
    return {
        "type": "Feature",
        "geometry": geometry,
        "properties": {"site_id": site.site_id, "state": site.state, **filled, **_days(life)},
    }


def _report_takeoffs(planner: httpx.Client, takeoffs: Sequence[tuple[str, date]], city: CityProfile) -> None:
    """One by one, as the sites would."""
    for site_id, day in takeoffs:
        at = datetime.combine(day, time(10), tzinfo=city.timezone).isoformat()
        movement = {"event_id": f"demo-{site_id}-{day:%Y%m%d}", "movement": "takeoff", "at": at, "aircraft": "演示"}
        accepted(planner.post(f"/sites/{site_id}/movements", json=movement))


def _days(life: Life) -> dict[str, str]:
    return {column: day.isoformat() for column, day in life.items()}


def _load_routes(planner: httpx.Client, routes: Sequence[DemoRoute], past: Past, city: CityProfile) -> None:
    for route in routes:
        filing = {"route_id": route.route_id, "operator": route.operator, **json.loads(encode_value(route.spec))}
        _until(partial(_filed, planner, filing), f"route {route.route_id} filed")
    _until(lambda: all(route["assessment"] for route in _items(planner, "/routes")), "every route assessed")
    standing = {route["route_id"]: route for route in _items(planner, "/routes")}
    for route in routes:
        _settle(planner, route, standing[route.route_id], past.openings[route.route_id], city)


def _settle(
    planner: httpx.Client, route: DemoRoute, standing: dict[str, Any], opening: Opening, city: CityProfile
) -> None:
    def noon(day: date) -> str:
        return datetime.combine(day, time(12), tzinfo=city.timezone).isoformat()

    if route.opened and standing["state"] == "assessed" and standing["assessment"]["outcome"] == "approved":
        since = {} if standing["effective_at"] else {"effective_at": noon(opening.opened_on)}  # filed anew: from now on
        accepted(planner.post(f"/routes/{route.route_id}/open", json={"reason": "演示", **since}))
    if route.route_class and not standing["classification"]:
        ruling = {"route_class": route.route_class, "evidence": route.evidence, "effective_at": noon(opening.ruled_on)}
        accepted(planner.post(f"/routes/{route.route_id}/classification", json=ruling))


def _filed(planner: httpx.Client, filing: dict[str, Any]) -> bool:
    return _known(planner.post("/routes", json=filing))


def _known(answer: httpx.Response) -> bool:
    """Whether a filing was taken; False while the sites it names have not reached the service yet."""
    if answer.status_code == 422 and "site" in answer.text:
        return False
    if answer.status_code == 409 and "request-key-reused" in answer.text:
        raise LoadFailed("the database holds another edition of the demo day: `make reset` throws it away")
    return accepted(answer).is_success


def _filed_already(regulator: httpx.Client, day: date) -> set[str]:
    """The demo flights of the day that are there: filing a thousand again changes nothing, and takes a while."""
    return {_flight(plan["operator"], plan["intent"]) for plan in _of_day(regulator, day) if plan["demo"]}


def _flight(operator: str, intent: dict[str, Any]) -> str:
    """What tells a flight from all others. One that was moved meanwhile is filed again, which finds it there."""
    return json.dumps([operator, intent["departs_at"], intent["path"], intent["area"]], sort_keys=True)


async def _file_plans(platform: Platform, plans: Sequence[DemoPlan], there: Container[str], progress: Progress) -> None:
    for operator in {plan.operator for plan in plans}:
        platform.headers("operator", operator)
    waiting = iter(plans)
    done = 0

    async def worker(client: httpx.AsyncClient) -> None:
        nonlocal done
        for plan in waiting:
            if _flight(plan.operator, json.loads(encode_value(plan.intent))) not in there:
                await _file(client, platform, plan)
            done += 1
            progress("plans", done, len(plans))

    async with httpx.AsyncClient(base_url=platform.url, timeout=60) as client:
        await asyncio.gather(*(worker(client) for _ in range(AT_ONCE)))


async def _file(client: httpx.AsyncClient, platform: Platform, plan: DemoPlan) -> None:
    headers = {**platform.headers("operator", plan.operator), **JSON, "idempotency-key": plan.request_key}
    for _ in range(100):
        if _known(await client.post("/flight-plans?demo=true", content=encode_value(plan.intent), headers=headers)):
            return
        await asyncio.sleep(0.1)
    raise LoadFailed(f"{plan.request_key}: its site is not known to the filing service")


def _until(check: Callable[[], bool], what: str, timeout_s: float = 60) -> None:
    async def look() -> None:
        while not await asyncio.to_thread(check):
            await asyncio.sleep(0.05)

    async def bounded() -> None:
        await asyncio.wait_for(look(), timeout_s)

    try:
        asyncio.run(bounded())
    except TimeoutError as error:
        raise LoadFailed(f"not within {timeout_s:.0f} s: {what}") from error


def _items(client: httpx.Client, path: str, **filters: Any) -> Iterator[dict[str, Any]]:
    cursor = None
    while True:
        parameters = {**filters, "limit": 200, **({"cursor": cursor} if cursor else {})}
        page = accepted(client.get(path, params=parameters)).json()
        yield from page["items"]
        cursor = page["next"]
        if cursor is None:
            return


def _of_day(client: httpx.Client, day: date) -> Iterator[dict[str, Any]]:
    return _items(client, "/flight-plans", **{"from": f"{day}T00:00:00+08:00", "to": f"{day}T23:59:59+08:00"})


@dataclass(frozen=True, slots=True)
class Report:
    """What came of the day, read back from the API."""

    states: Counter[str]
    refusals: Counter[str]  # by the code of the finding that refused
    plans: int
    progress: dict[str, Any]

    @property
    def conflict_share(self) -> float:
        """Share of the day's plans refused because another was in the way."""
        return self.refusals["plan_conflict"] / max(self.plans, 1)


def report(platform: Platform, demo: DemoCity) -> Report:
    """Read the day's plans and the city's progress back."""
    keys = Counter[str]()
    states = Counter[str]()
    with platform.client("regulator", "demo-authority") as regulator:
        for plan in _of_day(regulator, demo.day):
            if not plan["demo"]:
                continue
            states[plan["state"]] += 1
            if plan["state"] == "refused":
                keys[next(f["code"] for f in plan["assessment"]["findings"] if f["effect"] == "refuses")] += 1
        progress = accepted(regulator.get("/progress")).json()
    return Report(states, keys, sum(states.values()), progress)
