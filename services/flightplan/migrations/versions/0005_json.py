"""JSON of plans as text: nothing is looked up in it, and to build its tree took a third of what writing an answer did.

Revision ID: 0005
Revises: 0004
"""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

_COLUMNS = ("intent", "assessment", "ruling", "proposal", "move_refused")


def upgrade() -> None:
    """One pass over the table."""
    _types("json")


def downgrade() -> None:
    """As it was."""
    _types("jsonb")


def _types(name: str) -> None:
    changes = ", ".join(f"ALTER {column} TYPE {name}" for column in _COLUMNS)
    op.execute(sa.text(f"ALTER TABLE flightplan.plan {changes}"))
