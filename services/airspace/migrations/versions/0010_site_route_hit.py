"""Which routes lost their site, or have it back.

Revision ID: 0010
Revises: 0009
"""

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make it: nobody has kept what was before this."""
    op.execute(
        sa.text(
            """CREATE TABLE airspace.site_route_hit (
                site_id text NOT NULL, because text NOT NULL, route_id text NOT NULL, operator text NOT NULL,
                name text NOT NULL, outcome_before text NOT NULL, outcome_after text NOT NULL,
                findings jsonb NOT NULL, assessed_at timestamptz NOT NULL,
                PRIMARY KEY (site_id, because, route_id))"""
        )
    )


def downgrade() -> None:
    """Drop it."""
    op.execute(sa.text("DROP TABLE airspace.site_route_hit"))
