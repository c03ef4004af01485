"""How sites stand for the day: open, closed, closed for weather, occupied.

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
    """Make it: nothing was told of it before."""
    op.execute(
        sa.text(
            """CREATE TABLE airspace.closing (
                site_id text NOT NULL, number integer NOT NULL, status text NOT NULL,
                starts_at timestamptz NOT NULL, ends_at timestamptz, reason text NOT NULL,
                known_after bigint NOT NULL, PRIMARY KEY (site_id, number))"""
        )
    )


def downgrade() -> None:
    """Drop it."""
    op.execute(sa.text("DROP TABLE airspace.closing"))
