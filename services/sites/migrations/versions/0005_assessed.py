"""Sites may be assessed: between proposed and approved.

Revision ID: 0005
Revises: 0004
"""

from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

FORMER = ("proposed", "approved", "under_construction", "commissioned", "suspended", "retired")


def upgrade() -> None:
    """Take the state."""
    _states(*FORMER, "assessed")


def downgrade() -> None:
    """What was assessed is proposed again."""
    op.execute("UPDATE sites.site SET state = 'proposed' WHERE state = 'assessed'")
    _states(*FORMER)


def _states(*states: str) -> None:
    among = ", ".join(f"'{state}'" for state in states)
    op.execute("ALTER TABLE sites.site DROP CONSTRAINT site_state_check")
    op.execute(f"ALTER TABLE sites.site ADD CONSTRAINT site_state_check CHECK (state IN ({among}))")
