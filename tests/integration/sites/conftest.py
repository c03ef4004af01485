"""The sites service alone, on a real database: its app behind a socket, its handlers called with events."""

import itertools
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import uuid4

import httpx
import pytest
import sqlalchemy as sa

from services.app import create_app
from services.sites.service import build
from shared.auth import Issuer, Role, load_authenticator, load_issuer
from shared.city import CityProfile, load_city
from shared.contracts.airspace import SiteAssessed
from shared.contracts.assessment import Assessment, Effect, Finding, FindingCode, Outcome, SubjectKind
from shared.contracts.codec import decode
from shared.contracts.flightplan import (
    Classification,
    RouteClass,
    RouteClassified,
    RouteFiled,
    RouteSpec,
    RouteState,
    RouteStateChanged,
)
from shared.flight import AircraftClass, Spot, Waypoint
from shared.frame import Platform, Received, Service
from shared.settings import Profile, Settings
from tests.serving import serving

ROOT = Path(__file__).resolve().parents[3]
NOW = datetime(2026, 5, 1, 1, 0, tzinfo=UTC)
CENTRE = (114.2605, 30.6120)  # 江汉区
_positions = itertools.count(1)


class Clock:
    """A clock that stands until it is moved."""

    def __init__(self) -> None:
        self.now = NOW

    def __call__(self) -> datetime:
        return self.now

    def forward(self, **span: float) -> None:
        """Let time pass."""
        self.now += timedelta(**span)


def received(event: Any) -> Received[Any]:
    """An event as a bus delivers it."""
    return Received(event, uuid4(), "key", NOW, None, event.topic, 0, next(_positions))


def assessment(outcome: Outcome, *findings: Finding, at: datetime = NOW) -> Assessment:
    """An assessment with that outcome."""
    return Assessment(outcome=outcome, findings=findings, zones_version=1, decided_at=at, rules="test-1")


def finding(code: FindingCode, effect: Effect, name: str = "天河净空") -> Finding:
    """A zone that a position or route meets."""
    return Finding(code=code, effect=effect, against=SubjectKind.ZONE, against_id="z1", against_version=1, name=name)


APPROVED = assessment(Outcome.APPROVED)
AUTHORISED = assessment(Outcome.APPROVED, finding(FindingCode.ZONE_AUTHORIZED, Effect.NOTE))
AWAITING = assessment(Outcome.AWAITING, finding(FindingCode.ZONE_REQUIRES_AUTHORIZATION, Effect.NEEDS_RULING))
REFUSED = assessment(Outcome.REFUSED, finding(FindingCode.ZONE_PROHIBITED, Effect.REFUSES, "禁飞区"))


def site(site_id: str = "s1", *, lng: float = CENTRE[0], lat: float = CENTRE[1], **more: Any) -> dict[str, Any]:
    """A nest in the middle of the city, as a planner registers it."""
    return {"site_id": site_id, "name": f"机巢 {site_id}", "kind": "nest", "lng": lng, "lat": lat, **more}


@dataclass
class Caller:
    """Somebody who calls the app."""

    client: httpx.Client
    headers: dict[str, str]

    def get(self, path: str, **parameters: Any) -> httpx.Response:
        """Look."""
        return self.client.get(path, params=parameters, headers=self.headers)

    def read(self, path: str, **parameters: Any) -> Any:
        """Look at what must be there."""
        answer = self.get(path, **parameters)
        assert answer.status_code == 200, answer.text
        return answer.json()

    def post(self, path: str, body: Any = None) -> httpx.Response:
        """Ask."""
        return self.client.post(path, json={} if body is None else body, headers=self.headers)

    def put(self, path: str, body: Any) -> httpx.Response:
        """State anew."""
        return self.client.put(path, json=body, headers=self.headers)

    def send(self, path: str, content: bytes, media_type: str = "text/csv") -> httpx.Response:
        """Send a file."""
        return self.client.post(path, content=content, headers={**self.headers, "content-type": media_type})

    def register(self, *sites: dict[str, Any]) -> None:
        """Register sites."""
        for each in sites:
            answer = self.post("/sites", each)
            assert answer.status_code == 201, answer.text

    def move(self, site_id: str, *moves: str) -> dict[str, Any]:
        """Move a site on; how it is shown afterwards."""
        shown: dict[str, Any] = {}
        for move in moves:
            answer = self.post(f"/sites/{site_id}/{move}")
            assert answer.status_code == 200, answer.text
            shown = answer.json()
        return shown


@dataclass
class World:
    """The service, its clock and its callers."""

    service: Service
    city: CityProfile
    issuer: Issuer
    clock: Clock
    client: httpx.Client

    def empty(self) -> None:
        """Forget every site, route and event; only the city stays."""
        self.clock.now = NOW
        with self.service.database.engine.begin() as connection:
            connection.execute(
                sa.text("TRUNCATE sites.site, sites.route, sites.event_log, sites.movement, sites.status")
            )

    def caller(self, role: Role) -> Caller:
        """Somebody who calls the app."""
        return Caller(self.client, {"authorization": f"Bearer {self.issuer.token(role, f'{role} office')}"})

    def handle(self, *events: Any) -> list[Exception]:
        """Deliver the events as one batch, as a consumer does; why some were rejected."""
        routes = [route for subscription in self.service.subscriptions for route in subscription.handlers]
        handler = next(route.handler for route in routes if type(events[0]) in route.event_types)
        with self.service.database.transaction() as tx:
            handler(tx, [received(event) for event in events])
        return [error for _, error in tx.rejected]

    def assess(self, site_id: str, found: Assessment = APPROVED, *, revision: int = 1) -> None:
        """Airspace has assessed the site's position."""
        self.handle(SiteAssessed(site_id=site_id, revision=revision, assessment=found))

    def route(
        self,
        route_id: str = "r1",
        *,
        origin: Spot | None = None,
        destination: Spot | None = None,
        state: RouteState = RouteState.OPEN,
        found: Assessment | None = APPROVED,
        route_class: RouteClass | None = RouteClass.GOVERNANCE,
    ) -> None:
        """Flightplan has told all about a route: by default a loop from site s1 that counts if s1 is in use."""
        origin = origin or Spot(site_id="s1", lng=CENTRE[0], lat=CENTRE[1])
        spec = RouteSpec(
            name=route_id,
            origin=origin,
            destination=destination or origin,
            path=(Waypoint(lng=CENTRE[0], lat=CENTRE[1], height_m=90.0),),
            aircraft_class=AircraftClass.SMALL,
        )
        self.handle(RouteFiled(route_id=route_id, revision=1, operator="alpha", spec=spec))
        self.open(route_id, found, state=state)
        if route_class is not None:
            ruling = Classification(route_class=route_class, evidence="文件 1", ruled_by="planner", ruled_at=NOW)
            self.handle(RouteClassified(route_id=route_id, revision=1, operator="alpha", classification=ruling))

    def open(self, route_id: str, found: Assessment | None, *, state: RouteState = RouteState.OPEN) -> None:
        """The route is in that state with that assessment."""
        self.handle(RouteStateChanged(route_id=route_id, revision=1, operator="alpha", state=state, assessment=found))

    def events(self) -> list[Any]:
        """What the service has recorded, in order."""
        rows = self.rows("SELECT type, data FROM sites.event_log ORDER BY position")
        return [decode(row.type, bytes(row.data)) for row in rows]

    def rows(self, statement: str) -> Sequence[Any]:
        """What the database says."""
        with self.service.database.engine.connect() as connection:
            return connection.execute(sa.text(statement)).all()


@contextmanager
def running(database_url: str, folder: Path) -> Iterator[World]:
    """The service behind a socket, its city loaded."""
    settings = Settings(
        database_url=database_url,
        profile=Profile.TEST,
        city_dir=ROOT / "city" / "wuhan",
        issuer_key=folder / "issuer.jwk",
        console_dir=folder / "dist",
    )
    clock = Clock()
    city = load_city(settings.city_dir)
    platform = Platform(city, clock=clock)
    service = build(settings, platform)
    issuer = load_issuer(settings)
    authenticator = load_authenticator(settings, issuer)
    app = create_app(settings, [service], authenticator, issuer, start=service.on_start, stop=service.on_stop)
    with serving(app) as client:
        yield World(service, city, issuer, clock, client)
    service.database.close()


@pytest.fixture(scope="session")
def running_world(fresh_database: Any, tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    """One for all tests: to load the city into PostGIS takes a second."""
    with fresh_database() as url, running(url, tmp_path_factory.mktemp("sites")) as world:
        yield world


@pytest.fixture
def world(running_world: World) -> World:
    """Without sites and routes, at the beginning of time."""
    running_world.empty()
    return running_world


@pytest.fixture
def fresh_world(fresh_database: Any, tmp_path: Path) -> Iterator[World]:
    """A second one."""
    with fresh_database() as url, running(url, tmp_path) as world:
        yield world


@pytest.fixture
def planner(world: World) -> Caller:
    """A planner, who keeps the register."""
    return world.caller(Role.PLANNER)


@pytest.fixture
def operator(world: World) -> Caller:
    """An operator, who may look."""
    return world.caller(Role.OPERATOR)
