"""Decisions say when a plan departs: what was asked for meanwhile need not be kept.

Revision ID: 0007
Revises: 0006
"""

from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """A move that a ruling is still to take has its times from the event that asked for it."""
    op.execute("""UPDATE sites.sortie SET departs_at = asked_departs_at
                   WHERE state = 'awaiting' AND asked_departs_at IS NOT NULL""")
    op.execute("ALTER TABLE sites.sortie DROP COLUMN asked_revision, DROP COLUMN asked_departs_at")


def downgrade() -> None:
    """Make the columns again, empty: of a move that waits for its answer nothing is known then."""
    op.execute("ALTER TABLE sites.sortie ADD COLUMN asked_revision integer, ADD COLUMN asked_departs_at timestamptz")
