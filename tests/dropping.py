"""Drop a test's database, whatever is still connected to it."""

import psycopg
from psycopg import sql

from tests.waiting import eventually


def drop_database(admin_url: str, name: str) -> None:
    """Drop it with its connections. An autovacuum worker in it may not be ended by us, but soon ends."""

    def dropped() -> bool:
        with psycopg.connect(admin_url, autocommit=True) as connection:
            try:
                connection.execute(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(name)))
            except psycopg.errors.InsufficientPrivilege:
                return False
        return True

    eventually(dropped, timeout_s=30)
