"""Alembic's entry to these migrations."""

from shared.migrations import run

run()
