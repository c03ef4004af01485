"""Answers on plans and what zones do to them as text: to build trees of JSON took a third of writing them.

Revision ID: 0011
Revises: 0010
"""

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """One pass over each table."""
    _types("json")


def downgrade() -> None:
    """As it was."""
    _types("jsonb")


def _types(name: str) -> None:
    op.execute(sa.text(f"ALTER TABLE airspace.reservation ALTER assessment TYPE {name}"))
    op.execute(sa.text(f"ALTER TABLE airspace.zone_hit ALTER findings TYPE {name}"))
