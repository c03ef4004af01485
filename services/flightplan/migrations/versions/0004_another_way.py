"""Moves to another way: when they end, where they go, and what they take, until they are decided.

Revision ID: 0004
Revises: 0003
"""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make room for them; moves under way are in time alone."""
    op.execute(
        sa.text(
            "ALTER TABLE flightplan.plan ADD proposed_ends_at timestamptz,"
            " ADD proposed_extent geometry(Geometry, 4326), ADD proposed_voluntary boolean,"
            " ADD proposed_km2_h double precision"
        )
    )


def downgrade() -> None:
    """Take it back; a move to another way that is under way ends."""
    op.execute(
        sa.text(
            "UPDATE flightplan.plan SET proposal = NULL, proposed_revision = NULL WHERE proposed_ends_at IS NOT NULL"
        )
    )
    op.execute(
        sa.text(
            "ALTER TABLE flightplan.plan DROP proposed_ends_at, DROP proposed_extent, DROP proposed_voluntary,"
            " DROP proposed_km2_h"
        )
    )
