"""The kernel's tests run on both buses, each test with a database and topics of its own."""

import uuid
from collections.abc import Iterator
from dataclasses import replace

import psycopg
import pytest
from sqlalchemy.engine import make_url

from infra.topics import create_missing, declared
from shared.migrations.kernel import kernel_tables
from tests.dropping import drop_database
from tests.integration.kernel.world import World

SCHEMAS = ("inbound", "airspace", "flightplan")
BUSES = [pytest.param("log", id="log"), pytest.param("kafka", id="kafka", marks=pytest.mark.kafka)]


@pytest.fixture
def database_url(postgis_admin_url: str) -> Iterator[str]:
    """A database with the kernel's tables and nothing of any service."""
    admin = make_url(postgis_admin_url).set(drivername="postgresql")
    own = admin.set(database=f"kernel_{uuid.uuid4().hex[:12]}")
    with psycopg.connect(admin.render_as_string(hide_password=False), autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE {own.database} TEMPLATE tianyuan_template")
        with psycopg.connect(own.render_as_string(hide_password=False)) as fresh:
            for schema in SCHEMAS:
                fresh.execute(f"CREATE SCHEMA {schema}")
                for statement in kernel_tables(schema):
                    fresh.execute(statement)
        yield own.set(drivername="postgresql+psycopg").render_as_string(hide_password=False)
    drop_database(admin.render_as_string(hide_password=False), str(own.database))


def own_topics(kafka_url: str) -> str:
    """The broker's URL with a prefix whose topics exist."""
    prefix = f"t{uuid.uuid4().hex[:10]}"
    wanted = ("flightplan.plans", "inbound.sites")
    create_missing(kafka_url, [replace(t, name=f"{prefix}.{t.name}") for t in declared() if t.name in wanted])
    return f"{kafka_url}/{prefix}"


@pytest.fixture(params=BUSES)
def bus_url(request: pytest.FixtureRequest) -> str:
    """Each of the two buses."""
    return "log://" if request.param == "log" else own_topics(request.getfixturevalue("kafka_url"))


@pytest.fixture
def world(database_url: str, bus_url: str) -> Iterator[World]:
    """Two services on either bus."""
    made = World(database_url, bus_url)
    yield made
    made.close()


@pytest.fixture
def log_world(database_url: str) -> Iterator[World]:
    """Two services on the embedded bus."""
    made = World(database_url, "log://")
    yield made
    made.close()
