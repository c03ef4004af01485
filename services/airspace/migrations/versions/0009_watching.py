"""Which conflicts are over, so that their end is told once.

Revision ID: 0009
Revises: 0008
"""

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add it: of what is over already nothing is told any more."""
    op.execute(sa.text("ALTER TABLE airspace.conflict ADD COLUMN over boolean NOT NULL DEFAULT false"))
    op.execute(sa.text("UPDATE airspace.conflict SET over = true WHERE ends_at <= now()"))


def downgrade() -> None:
    """Drop it."""
    op.execute(sa.text("ALTER TABLE airspace.conflict DROP COLUMN over"))
