"""The migrations of every schema, by several processes at once and again."""

import threading

import psycopg
import sqlalchemy as sa

from services.migrate import SCHEMAS, upgrade
from shared.db import engine


def test_any_number_of_processes_may_migrate_at_once_and_again(database_url: str) -> None:
    apart = engine(database_url, pool_size=0)
    with apart.begin() as connection:
        for schema in SCHEMAS:
            connection.execute(sa.text(f"DROP SCHEMA IF EXISTS {schema} CASCADE"))
    failures: list[psycopg.Error | sa.exc.SQLAlchemyError] = []

    def migrate() -> None:
        try:
            upgrade(database_url)
        except (psycopg.Error, sa.exc.SQLAlchemyError) as error:
            failures.append(error)

    threads = [threading.Thread(target=migrate) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    upgrade(database_url)
    assert failures == []
    with apart.begin() as connection:
        for schema in SCHEMAS:
            assert connection.execute(sa.text(f"SELECT count(*) FROM {schema}.migration")).scalar_one() >= 1
            assert connection.execute(sa.text(f"SELECT count(*) FROM {schema}.event_log")).scalar_one() == 0
