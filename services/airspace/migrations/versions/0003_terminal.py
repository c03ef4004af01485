"""How many pads each site has had, for slots: one row each time that it changed.

Revision ID: 0003
Revises: 0002
"""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make it, with what is known of the sites."""
    op.execute(
        sa.text(
            """CREATE TABLE airspace.terminal (
                site_id text NOT NULL, revision integer NOT NULL, name text NOT NULL,
                pads integer NOT NULL CONSTRAINT pads CHECK (pads > 0), nest boolean NOT NULL,
                known_after bigint NOT NULL, PRIMARY KEY (site_id, revision))"""
        )
    )
    op.execute(
        sa.text(
            """INSERT INTO airspace.terminal
                SELECT site_id, revision, spec->>'name', coalesce((spec->>'pads')::integer, 1),
                    spec->>'kind' = 'nest', 0 FROM airspace.site"""
        )
    )


def downgrade() -> None:
    """Drop it."""
    op.execute(sa.text("DROP TABLE airspace.terminal"))
