"""The real servers the tests run on: a throw-away PostGIS cluster and a Kafka broker, started when first asked for.

A test that wants a database takes `database_url` (its own) or makes one with `fresh_database` for a whole module.
"""

import fcntl
import hashlib
import importlib
import subprocess
import uuid
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path

import psycopg
import pytest
from psycopg import sql
from sqlalchemy.engine import URL, make_url

from tests.dropping import drop_database

ROOT = Path(__file__).resolve().parents[1]
EMPTY_TEMPLATE = "tianyuan_template"  # PostGIS and btree_gist, no tables; infra/postgis.sh makes it
KEPT_TEMPLATES = 8  # of the states the migrations were in lately; others may be running on an older one

FreshDatabase = Callable[[], AbstractContextManager[str]]


def infra(script: str, *args: str) -> str:
    """What `infra/<script> <args>` prints; its own words when it fails."""
    done = subprocess.run([ROOT / "infra" / script, *args], capture_output=True, text=True, check=False)
    if done.returncode != 0:
        pytest.fail(f"infra/{script} {' '.join(args)}: {done.stderr.strip()}", pytrace=False)
    return done.stdout.strip()


@pytest.fixture(scope="session")
def postgis_admin_url() -> str:
    """URL of a role that may create databases in the test cluster."""
    infra("postgis.sh", "start", "--test")
    return infra("postgis.sh", "url", "--test")


@pytest.fixture(scope="session")
def kafka_url() -> str:
    """kafka://host:port of a broker with the declared topics; tests share it, so they name topics of their own."""
    infra("kafka.sh", "start", "--test")
    return infra("kafka.sh", "url", "--test")


@pytest.fixture(scope="session")
def fresh_database(postgis_admin_url: str) -> FreshDatabase:
    """`with fresh_database() as url:` a migrated database of one's own, cloned in 0.1 s and dropped at the end."""
    admin = make_url(postgis_admin_url)
    template = migrated_template(admin)

    @contextmanager
    def database() -> Iterator[str]:
        name = f"test_{uuid.uuid4().hex[:12]}"
        run(admin, "CREATE DATABASE {} TEMPLATE {}", name, template)
        try:
            yield text(admin.set(database=name))
        finally:
            drop_database(libpq(admin), name)

    return database


@pytest.fixture
def database_url(fresh_database: FreshDatabase) -> Iterator[str]:
    """A migrated database for one test."""
    with fresh_database() as url:
        yield url


def migrated_template(admin: URL) -> str:
    """Name of the database that tests are cloned from, migrated once for what the migrations say now.

    Workers wait for the first one by a file lock. It gets its name when it is complete, so none is left half made.
    """
    name = f"template_{migrations_digest()}"
    with (ROOT / ".run" / "template.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if name not in names_like(admin, r"template\_%"):
            draft = f"{name}_draft"
            run(admin, "DROP DATABASE IF EXISTS {} WITH (FORCE)", draft)
            run(admin, "CREATE DATABASE {} TEMPLATE {}", draft, EMPTY_TEMPLATE)
            importlib.import_module("services.migrate").upgrade(text(admin.set(database=draft)))
            run(admin, "ALTER DATABASE {} RENAME TO {}", draft, name)
            for old in names_like(admin, r"template\_%")[KEPT_TEMPLATES:]:
                run(admin, "DROP DATABASE IF EXISTS {}", old)
    return name


def migrations_digest() -> str:
    """Changes when a migration does, or the kernel that the first migrations call."""
    digest = hashlib.sha256()
    for path in sorted([*ROOT.glob("services/*/migrations/**/*.py"), *ROOT.glob("shared/**/*.py")]):
        digest.update(path.read_bytes())
    return digest.hexdigest()[:12]


def run(admin: URL, statement: str, *names: str) -> None:
    """Run a statement that no transaction may enclose, with its database names quoted."""
    with psycopg.connect(libpq(admin), autocommit=True) as connection:
        connection.execute(sql.SQL(statement).format(*map(sql.Identifier, names)))


def names_like(admin: URL, pattern: str) -> list[str]:
    """The databases of such names, newest first."""
    with psycopg.connect(libpq(admin), autocommit=True) as connection:
        query = "SELECT datname FROM pg_database WHERE datname LIKE %s ORDER BY oid DESC"
        return [name for (name,) in connection.execute(query, [pattern])]


def libpq(url: URL) -> str:
    """The URL as libpq reads it, without SQLAlchemy's driver name."""
    return text(url.set(drivername="postgresql"))


def text(url: URL) -> str:
    """The URL with its password: `str` would print stars for it."""
    return url.render_as_string(hide_password=False)
