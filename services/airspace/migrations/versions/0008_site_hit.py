"""What the closing of sites changed.

Revision ID: 0008
Revises: 0007
"""

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make it: nobody has kept what was before this."""
    op.execute(
        sa.text(
            """CREATE TABLE airspace.site_hit (
                site_id text NOT NULL, because text NOT NULL, plan_id uuid NOT NULL, operator text NOT NULL,
                outcome_before text NOT NULL, outcome_after text NOT NULL, findings jsonb NOT NULL,
                assessed_at timestamptz NOT NULL, PRIMARY KEY (site_id, because, plan_id))"""
        )
    )


def downgrade() -> None:
    """Drop it."""
    op.execute(sa.text("DROP TABLE airspace.site_hit"))
