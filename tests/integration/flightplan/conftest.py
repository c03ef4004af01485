"""The flightplan service alone, on a real database: its app behind a socket, its handlers called with events."""

import itertools
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from functools import cache
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import httpx
import pytest
import sqlalchemy as sa

from services.app import create_app
from services.flightplan.service import build
from services.flightplan.state import FlightplanState
from shared.auth import Issuer, Role, load_authenticator, load_issuer
from shared.city import load_city
from shared.contracts.airspace import PlanAssessed, RouteAssessed
from shared.contracts.assessment import Assessment, Effect, Finding, FindingCode, Outcome, SubjectKind
from shared.contracts.codec import decode, encode
from shared.contracts.sites import SiteKind, SiteRegistered, SiteSpec, SiteState
from shared.frame import Platform, Received, Service
from shared.settings import Profile, Settings
from tests.conftest import FreshDatabase
from tests.serving import serving

ROOT = Path(__file__).resolve().parents[3]
NOW = datetime(2026, 5, 1, 1, 0, tzinfo=UTC)
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
    return Received(event, uuid4(), "key", NOW, None, event.topic, 0, next(_positions), encode(event))


def assessment(outcome: Outcome, *findings: Finding) -> Assessment:
    """An assessment with that outcome."""
    return Assessment(outcome=outcome, findings=findings, zones_version=1, decided_at=NOW, rules="test-1")


def zone_finding(zone_id: str = "Z1", version: int = 1, effect: Effect = Effect.NEEDS_RULING) -> Finding:
    """A zone in the way."""
    code = FindingCode.ZONE_PROHIBITED if effect is Effect.REFUSES else FindingCode.ZONE_REQUIRES_AUTHORIZATION
    return Finding(code=code, effect=effect, against=SubjectKind.ZONE, against_id=zone_id, against_version=version)


def plan_finding(plan_id: UUID, operator: str) -> Finding:
    """Another flight in the way."""
    return Finding(
        code=FindingCode.PLAN_CONFLICT,
        effect=Effect.REFUSES,
        against=SubjectKind.PLAN,
        against_id=str(plan_id),
        against_version=1,
        against_operator=operator,
        place=(114.3, 30.5),
        starts_at=NOW + timedelta(hours=2),
        ends_at=NOW + timedelta(hours=2, seconds=40),
    )


APPROVED = assessment(Outcome.APPROVED)
REFUSED = assessment(Outcome.REFUSED, zone_finding(effect=Effect.REFUSES))
AWAITING = assessment(Outcome.AWAITING, zone_finding())


def intent(
    *, at: datetime = NOW + timedelta(hours=2), lng: float = 114.3, lat: float = 30.5, **more: Any
) -> dict[str, Any]:
    """A flight by network relay, 800 m east."""
    return {
        "departure": {"lng": lng, "lat": lat},
        "arrival": {"lng": lng + 0.008, "lat": lat},
        "departs_at": at.isoformat(),
        "aircraft_class": "light",
        "purpose": "patrol",
        "speed_mps": 12.0,
        "clawbacks": ["network_relay"],
        "path": [{"lng": lng, "lat": lat, "height_m": 90.0}, {"lng": lng + 0.008, "lat": lat, "height_m": 90.0}],
        **more,
    }


@dataclass
class World:
    """The service, its clock and its callers."""

    service: Service
    settings: Settings
    issuer: Issuer
    clock: Clock
    client: httpx.Client = field(default_factory=httpx.Client)

    @property
    def state(self) -> FlightplanState:
        """The service's wiring."""
        assert isinstance(self.service.state, FlightplanState)
        return self.service.state

    def caller(self, role: Role = Role.OPERATOR, org: str = "alpha") -> "Caller":
        """Somebody who calls the app."""
        return Caller(self.client, {"authorization": f"Bearer {self.issuer.token(role, org)}"})

    def handle(self, *events: Any) -> list[tuple[Any, Exception]]:
        """Deliver the events as one batch, as a consumer does; what was rejected, with why."""
        routes = [route for subscription in self.service.subscriptions for route in subscription.handlers]
        handler = next(route.handler for route in routes if type(events[0]) in route.event_types)
        with self.service.database.transaction() as tx:
            handler(tx, [received(event) for event in events])
        return [(rejected.event, error) for rejected, error in tx.rejected]

    def periodic(self) -> None:
        """Run the periodic tasks once."""
        for task in self.service.periodic:
            with self.service.database.transaction() as tx:
                task.run(tx)

    def assess(self, plan_id: str | UUID, found: Assessment, *, revision: int = 1, because: str = "filed") -> None:
        """Airspace has assessed the plan."""
        self.handle(
            PlanAssessed(
                plan_id=UUID(str(plan_id)), revision=revision, operator="alpha", assessment=found, because=because
            )
        )

    def assess_route(self, route_id: str, found: Assessment, *, revision: int = 1, because: str = "filed") -> None:
        """Airspace has assessed the route."""
        self.handle(
            RouteAssessed(route_id=route_id, revision=revision, operator="alpha", assessment=found, because=because)
        )

    def site(
        self, site_id: str, state: SiteState = SiteState.COMMISSIONED, *, lng: float = 114.31, revision: int = 1
    ) -> None:
        """The register says a site is there."""
        spec = SiteSpec(name=site_id, kind=SiteKind.NEST, lng=lng, lat=30.52)
        self.handle(SiteRegistered(site_id=site_id, revision=revision, spec=spec, state=state, effective_at=NOW))

    def events(self) -> list[Any]:
        """What the service has recorded, in order."""
        with self.service.database.engine.connect() as connection:
            rows = connection.execute(sa.text("SELECT type, data FROM flightplan.event_log ORDER BY position")).all()
        return [decode(row.type, bytes(row.data)) for row in rows]

    def rows(self, statement: str) -> Sequence[Any]:
        """What the database says."""
        with self.service.database.engine.connect() as connection:
            return connection.execute(sa.text(statement)).all()

    def execute(self, *statements: str) -> None:
        """Run and commit."""
        with self.service.database.engine.begin() as connection:
            for statement in statements:
                connection.execute(sa.text(statement))


@dataclass
class Caller:
    """One organisation's client."""

    client: httpx.Client
    headers: dict[str, str]

    def request(self, method: str, path: str, *, json: Any = None, **headers: str) -> httpx.Response:
        """Send it with the caller's token; `idempotency_key="a"` is the header Idempotency-Key."""
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        return self.client.request(method, path, json=json, headers=self.headers | named)

    def get(self, path: str) -> httpx.Response:
        """Look."""
        return self.request("GET", path)

    def post(self, path: str, body: Any = None, **headers: str) -> httpx.Response:
        """Ask."""
        return self.request("POST", path, json={} if body is None else body, **headers)

    def file(self, **changes: Any) -> str:
        """File a plan; its id."""
        answer = self.post("/flight-plans", intent(**changes))
        assert answer.status_code == 202, answer.text
        return str(answer.json()["plan_id"])


load_city_once = cache(load_city)


def _settings(database_url: str, folder: Path) -> Settings:
    return Settings(
        database_url=database_url,
        profile=Profile.TEST,
        city_dir=ROOT / "city" / "wuhan",
        issuer_key=folder / "issuer.jwk",
        console_dir=folder / "dist",
        pool_size=8,
    )


@contextmanager
def running(database_url: str, folder: Path, **city: Any) -> Iterator[World]:
    """The service behind a socket; `city` is what its profile says otherwise."""
    settings = _settings(database_url, folder)
    clock = Clock()
    profile = replace(load_city_once(settings.city_dir), **city)
    platform = Platform(profile, clock=clock)
    service = build(settings, platform)
    issuer = load_issuer(settings)
    app = create_app(settings, [service], load_authenticator(settings, issuer), issuer, stop=service.on_stop)
    with serving(app) as client:
        yield World(service, settings, issuer, clock, client)
    service.database.close()


@pytest.fixture(scope="module")
def started(fresh_database: FreshDatabase, tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    """One running service a module: starting it costs more than most tests."""
    with fresh_database() as url, running(url, tmp_path_factory.mktemp("flightplan")) as world:
        yield world


@pytest.fixture
def world(started: World) -> World:
    """The running service with empty tables and its clock at `NOW`."""
    tables = ("plan", "route", '"authorization"', "site", "event_log", "parked", "checkpoint")
    started.execute(f"TRUNCATE {', '.join(f'flightplan.{table}' for table in tables)} RESTART IDENTITY")
    started.clock.now = NOW
    return started


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


@pytest.fixture
def planner(world: World) -> Caller:
    """A planner."""
    return world.caller(Role.PLANNER, "fgw")
