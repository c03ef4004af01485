"""Take-offs confirmed, ends reported, plans whose take-off never was; what plans take of an operator's quota.

Revision ID: 0003
Revises: 0002
"""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

_BEFORE = "'submitted', 'approved', 'refused', 'awaiting', 'not_required', 'withdrawn', 'lapsed'"


def upgrade() -> None:
    """Make room for them."""
    _states(f"{_BEFORE}, 'activated', 'ended', 'no_show'")
    op.execute(sa.text("ALTER TABLE flightplan.plan ADD activated_at timestamptz, ADD occupied_km2_h double precision"))


def downgrade() -> None:
    """Take it back; flights that were in the air count as approved, what ended otherwise as withdrawn."""
    op.execute(sa.text("UPDATE flightplan.plan SET state = 'approved' WHERE state IN ('activated', 'ended')"))
    op.execute(sa.text("UPDATE flightplan.plan SET state = 'withdrawn' WHERE state = 'no_show'"))
    op.execute(sa.text("ALTER TABLE flightplan.plan DROP activated_at, DROP occupied_km2_h"))
    _states(_BEFORE)


def _states(words: str) -> None:
    op.execute(sa.text("ALTER TABLE flightplan.plan DROP CONSTRAINT state"))
    op.execute(sa.text(f"ALTER TABLE flightplan.plan ADD CONSTRAINT state CHECK (state IN ({words}))"))
