"""The airspace service alone, on a real database: its app behind a socket, its handlers called with events."""

import itertools
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import cache, cached_property
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import httpx
import pytest
import sqlalchemy as sa

from services.airspace.service import build
from services.app import create_app
from shared.auth import Issuer, Role, load_authenticator, load_issuer
from shared.city import load_city
from shared.contracts.airspace import PlanAssessed
from shared.contracts.codec import decode, decode_value, encode_value
from shared.contracts.flightplan import FlightPlanMoved, FlightPlanSubmitted
from shared.flight import FlightIntent
from shared.frame import Platform, Received, Service
from shared.settings import Profile, Settings
from tests.conftest import FreshDatabase
from tests.serving import serving

ROOT = Path(__file__).resolve().parents[3]
NOW = datetime(2026, 5, 1, 1, 0, tzinfo=UTC)
LNG, LAT = 114.31, 30.52
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


def flight(
    *,
    lng: float = LNG,
    lat: float = LAT,
    minute: float = 60.0,
    height_m: float = 90.0,
    degrees: float = 0.008,
    **more: Any,
) -> FlightIntent:
    """A flight of about 800 m east that takes off some minutes from now."""
    path = [{"lng": lng, "lat": lat, "height_m": height_m}, {"lng": lng + degrees, "lat": lat, "height_m": height_m}]
    asked = {
        "departure": {"lng": lng, "lat": lat},
        "arrival": {"lng": lng + degrees, "lat": lat},
        "departs_at": NOW + timedelta(minutes=minute),
        "aircraft_class": "light",
        "purpose": "patrol",
        "speed_mps": 12.0,
        "clawbacks": ["network_relay"],
        "path": path,
        **more,
    }
    intent: FlightIntent = decode_value(FlightIntent, encode_value(asked))
    return intent


def submitted(
    plan_id: UUID | None = None, *, operator: str = "alpha", voluntary: bool = False, **changes: Any
) -> FlightPlanSubmitted:
    """A plan was filed."""
    intent = flight(**changes)
    return FlightPlanSubmitted(
        plan_id=plan_id or uuid4(), revision=1, operator=operator, intent=intent, voluntary=voluntary
    )


def moved(plan: FlightPlanSubmitted, *, revision: int = 2, **changes: Any) -> FlightPlanMoved:
    """Other times are asked for."""
    intent = flight(**changes)
    return FlightPlanMoved(plan_id=plan.plan_id, revision=revision, operator=plan.operator, intent=intent)


def circle(**changes: Any) -> dict[str, Any]:
    """A zone that forbids a circle of 300 m."""
    return {
        "name": "测试区",
        "kind": "prohibited",
        "restriction": "PROHIBITED",
        "outline": {"type": "Circle", "center": [LNG, LAT], "radius_m": 300.0},
        "authority": "武汉市人民政府",
        **changes,
    }


@dataclass
class World:
    """The service, its clock and its callers. The app is started for the first caller: many tests need none."""

    service: Service
    settings: Settings
    issuer: Issuer
    clock: Clock
    stack: ExitStack

    @cached_property
    def client(self) -> httpx.Client:
        """Of the running app."""
        authenticator = load_authenticator(self.settings, self.issuer)
        return self.stack.enter_context(serving(create_app(self.settings, [self.service], authenticator, self.issuer)))

    def caller(self, role: Role, org: str) -> "Caller":
        """Somebody who calls the app."""
        return Caller(self.client, {"authorization": f"Bearer {self.issuer.token(role, org)}"})

    def handle(self, *events: Any) -> list[Any]:
        """Deliver the events as one batch, as a consumer does; what the service recorded then."""
        before = len(self.events())
        routes = [route for subscription in self.service.subscriptions for route in subscription.handlers]
        handler = next(route.handler for route in routes if type(events[0]) in route.event_types)
        with self.service.database.transaction() as tx:
            handler(tx, [Received(e, uuid4(), "key", NOW, None, e.topic, 0, next(_positions)) for e in events])
            assert tx.rejected == []
        return self.events()[before:]

    def decide(self, *events: Any) -> list[str]:
        """The outcomes of the plans, as recorded."""
        return [event.assessment.outcome.value for event in self.handle(*events) if isinstance(event, PlanAssessed)]

    def last_zone_event(self) -> Any:
        """What was last recorded of a zone."""
        return next(event for event in reversed(self.events()) if event.topic == "airspace.zones")

    def spread(self) -> list[Any]:
        """Deliver what was last recorded of a zone."""
        return self.handle(self.last_zone_event())

    def events(self) -> list[Any]:
        """What the service has recorded, in order."""
        rows = self.rows("SELECT type, data FROM airspace.event_log ORDER BY position")
        return [decode(row.type, bytes(row.data)) for row in rows]

    def rows(self, statement: str) -> Sequence[Any]:
        """What the database says."""
        with self.service.database.engine.connect() as connection:
            return connection.execute(sa.text(statement)).all()

    def state_of(self, plan: Any) -> str:
        """What the plan has of the airspace."""
        return str(self.rows(f"SELECT state FROM airspace.reservation WHERE plan_id = '{plan.plan_id}'")[0].state)


@dataclass
class Caller:
    """One organisation's client."""

    client: httpx.Client
    headers: dict[str, str]

    def request(self, method: str, path: str, **more: Any) -> httpx.Response:
        """Send it with the caller's token."""
        headers = self.headers | more.pop("headers", {})
        return self.client.request(method, path, headers=headers, **more)

    def get(self, path: str, **params: Any) -> httpx.Response:
        """Look."""
        return self.request("GET", path, params=params)

    def post(self, path: str, body: Any, **more: Any) -> httpx.Response:
        """Ask."""
        return self.request("POST", path, json=body, **more)


load_city_once = cache(load_city)


@contextmanager
def running(database_url: str, folder: Path) -> Iterator[World]:
    """The service, behind a socket where somebody calls."""
    settings = Settings(
        database_url=database_url,
        profile=Profile.TEST,
        city_dir=ROOT / "city" / "wuhan",
        issuer_key=folder / "issuer.jwk",
        console_dir=folder / "dist",
        pool_size=8,
    )
    clock = Clock()
    platform = Platform(load_city_once(settings.city_dir), clock=clock)
    service = build(settings, platform)
    issuer = load_issuer(settings)
    assert issuer is not None
    with ExitStack() as stack:
        yield World(service, settings, issuer, clock, stack)
    service.database.close()


@pytest.fixture(scope="module")
def module_database(fresh_database: FreshDatabase) -> Iterator[str]:
    """A database for the tests of a module: emptied for each, which is quicker than a new one."""
    with fresh_database() as url:
        yield url


@pytest.fixture
def world(module_database: str, tmp_path: Path) -> Iterator[World]:
    """A fresh one for each test."""
    with running(module_database, tmp_path) as world:
        empty(world)
        yield world


def empty(world: World) -> None:
    """Nothing has happened yet."""
    tables = ", ".join(
        f"airspace.{row.table_name}"
        for row in world.rows(
            "SELECT table_name FROM information_schema.tables "
            "WHERE table_schema = 'airspace' AND table_type = 'BASE TABLE' "
            "AND table_name NOT IN ('migration', 'zones_version')"
        )
    )
    with world.service.database.engine.begin() as connection:
        connection.execute(sa.text(f"TRUNCATE {tables} RESTART IDENTITY"))
        connection.execute(sa.text("UPDATE airspace.zones_version SET version = 0"))


@pytest.fixture
def alpha(world: World) -> Caller:
    """An operator."""
    return world.caller(Role.OPERATOR, "alpha")


@pytest.fixture
def beta(world: World) -> Caller:
    """Another operator."""
    return world.caller(Role.OPERATOR, "beta")


@pytest.fixture
def regulator(world: World) -> Caller:
    """A regulator."""
    return world.caller(Role.REGULATOR, "caac")
