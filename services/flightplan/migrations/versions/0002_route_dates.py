"""Since when a route stands as it does.

Revision ID: 0002
Revises: 0001
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import TIMESTAMP

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

SCHEMA = "flightplan"


def upgrade() -> None:
    """Routes that were opened or suspended before have no date: none that follows is too early."""
    op.add_column("route", sa.Column("effective_at", TIMESTAMP(timezone=True)), schema=SCHEMA)


def downgrade() -> None:
    """Without it."""
    op.drop_column("route", "effective_at", schema=SCHEMA)
