"""Alembic's entry to these migrations."""

from shared.migrations.environment import run

run()
