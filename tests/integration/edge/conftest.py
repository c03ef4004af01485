"""An app of one small service on a real database: what the edge does, whatever the service."""

from collections.abc import Iterator
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from uuid import uuid4

import httpx
import pytest
import sqlalchemy as sa
from fastapi import APIRouter, FastAPI

from services.app import create_app
from shared.auth import Issuer, Principal, Role, load_authenticator, load_issuer
from shared.contracts.airspace import ZoneWithdrawn
from shared.contracts.codec import Event
from shared.frame import Database, Service
from shared.migrations.kernel import kernel_tables
from shared.settings import Profile, Settings
from tests.dropping import drop_database
from tests.serving import serving

SERVICE = "edge"


@dataclass
class World:
    """A database, a router to put operations on, and the means to serve them."""

    database: Database
    settings: Settings
    issuer: Issuer
    router: APIRouter = field(default_factory=APIRouter)
    state: Any = None

    def app(self, *, issues_tokens: bool = True, **changes: Any) -> FastAPI:
        """The app with what stands on the router by now."""
        service = Service(SERVICE, self.database, (self.router,), state=self.state, visible_to=_own)
        authenticator = load_authenticator(self.settings, self.issuer)
        issuer = self.issuer if issues_tokens else None
        return create_app(self.settings, [service], authenticator, issuer, **changes)

    def serve(self, **changes: Any) -> AbstractContextManager[httpx.Client]:
        """The app behind a socket."""
        return serving(self.app(**changes))

    def headers(self, role: Role = Role.OPERATOR, org: str = "东湖飞行") -> dict[str, str]:
        """Who calls."""
        return {"authorization": f"Bearer {self.issuer.token(role, org)}"}

    def rows(self, statement: str) -> list[Any]:
        """What the database says."""
        with self.database.engine.connect() as connection:
            return list(connection.execute(sa.text(statement)).scalars())

    def execute(self, *statements: str) -> None:
        """Run and commit."""
        with self.database.engine.begin() as connection:
            for statement in statements:
                connection.execute(sa.text(statement))


def _own(event: Event, principal: Principal) -> Event | None:
    """Operators see what their own organisation published; all others see everything."""
    if isinstance(event, ZoneWithdrawn) and principal.roles == {Role.OPERATOR} and event.published_by != principal.org:
        return None
    return event


@pytest.fixture
def database_url(postgis_admin_url: str) -> Iterator[str]:
    """An empty database with the kernel's tables only: the edge needs no service."""
    admin = sa.create_engine(postgis_admin_url, isolation_level="AUTOCOMMIT", poolclass=sa.NullPool)
    name = f"edge_{uuid4().hex[:12]}"
    url = admin.url.set(database=name)
    with admin.connect() as connection:
        connection.execute(sa.text(f"CREATE DATABASE {name}"))
    try:
        made = sa.create_engine(url, poolclass=sa.NullPool)
        with made.begin() as connection:
            for statement in (f"CREATE SCHEMA {SERVICE}", *kernel_tables(SERVICE)):
                connection.execute(sa.text(statement))
        yield url.render_as_string(hide_password=False)
    finally:
        drop_database(admin.url.set(drivername="postgresql").render_as_string(hide_password=False), name)


@pytest.fixture
def world(database_url: str, tmp_path: Path) -> Iterator[World]:
    """A fresh one for each test."""
    settings = Settings(
        database_url=database_url,
        profile=Profile.TEST,
        issuer_key=tmp_path / "issuer.jwk",
        console_dir=tmp_path / "dist",
        pool_size=5,
    )
    database = Database(database_url, SERVICE, pool_size=5)
    yield World(database, settings, load_issuer(settings))
    database.close()
