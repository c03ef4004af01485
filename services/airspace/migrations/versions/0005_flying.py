"""Which plans are in the air.

Revision ID: 0005
Revises: 0004
"""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

_BEFORE = "'decided', 'settled', 'released'"


def upgrade() -> None:
    """Make room for it."""
    op.execute(sa.text("ALTER TABLE airspace.reservation ADD active boolean NOT NULL DEFAULT false"))
    _entries(f"{_BEFORE}, 'activated'")


def downgrade() -> None:
    """Take it back."""
    op.execute(sa.text("DELETE FROM airspace.journal WHERE entry = 'activated'"))
    _entries(_BEFORE)
    op.execute(sa.text("ALTER TABLE airspace.reservation DROP active"))


def _entries(words: str) -> None:
    op.execute(sa.text("ALTER TABLE airspace.journal DROP CONSTRAINT entry"))
    op.execute(sa.text(f"ALTER TABLE airspace.journal ADD CONSTRAINT entry CHECK (entry IN ({words}))"))
