"""Bring a database to the newest schema: python -m services.migrate postgresql+psycopg://...

Every schema has its own migrations and version table. Any number of processes may call this at once.
"""

import os
import sys
from pathlib import Path
from typing import Final

import sqlalchemy as sa
from alembic import command

from shared.db import engine
from shared.migrations.environment import configuration

ROOT: Final = Path(__file__).resolve().parent.parent
SCHEMAS: Final = {
    "inbound": ROOT / "shared" / "bus" / "migrations",
    "airspace": ROOT / "services" / "airspace" / "migrations",
    "flightplan": ROOT / "services" / "flightplan" / "migrations",
    "sites": ROOT / "services" / "sites" / "migrations",
}


def upgrade(database_url: str) -> None:
    """All schemas to their newest version, in one transaction each, one caller at a time."""
    apart = engine(database_url, pool_size=0, application_name="tianyuan migrate")
    for schema, scripts in SCHEMAS.items():
        with apart.connect() as connection, connection.begin():
            connection.execute(sa.text("SELECT pg_advisory_xact_lock(hashtextextended('tianyuan.migrate', 0))"))
            connection.execute(sa.text(f"CREATE SCHEMA IF NOT EXISTS {schema}"))
            command.upgrade(configuration(str(scripts), schema, connection), "head")


if __name__ == "__main__":
    upgrade(sys.argv[1] if len(sys.argv) > 1 else os.environ["DATABASE_URL"])
