"""Sites suspended, retired and in use again.

Revision ID: 0007
Revises: 0006
"""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make it; since when those are out of use that are now, nobody has kept: it counts from this moment on."""
    op.execute(
        sa.text(
            """CREATE TABLE airspace.suspension (
                site_id text NOT NULL, revision integer NOT NULL, out_of_use boolean NOT NULL,
                starts_at timestamptz NOT NULL, reason text NOT NULL, known_after bigint NOT NULL,
                PRIMARY KEY (site_id, revision))"""
        )
    )
    op.execute(
        sa.text(
            """INSERT INTO airspace.suspension (site_id, revision, out_of_use, starts_at, reason, known_after)
            SELECT site_id, revision, true, now(), '', (SELECT coalesce(max(position), 0) FROM airspace.journal)
            FROM airspace.site WHERE state IN ('suspended', 'retired')"""
        )
    )


def downgrade() -> None:
    """Drop it."""
    op.execute(sa.text("DROP TABLE airspace.suspension"))
