"""Zones in force as maps draw them: flat, circles and corridors as the areas they bound.

Revision ID: 0006
Revises: 0005
"""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make it."""
    op.execute(
        sa.text(
            """CREATE VIEW airspace.zone_2d AS
            SELECT zone_id, zone_version, spec->>'name' AS name, spec->>'kind' AS kind,
                spec->>'restriction' AS restriction, spec->>'binds' AS binds, spec->>'authority' AS authority,
                (spec->'lower'->>'value_m')::float8 AS lower_m, spec->'lower'->>'reference' AS lower_reference,
                (spec->'upper'->>'value_m')::float8 AS upper_m, spec->'upper'->>'reference' AS upper_reference,
                (spec->>'demo')::boolean AS demo, starts_at, ends_at, box,
                ST_Force2D(CASE WHEN spec->'outline' ? 'radius_m'
                    THEN ST_Buffer(core::geography, (spec->'outline'->>'radius_m')::float8)::geometry
                    ELSE core END) AS area
            FROM airspace.zone WHERE state = 'in_force'"""
        )
    )


def downgrade() -> None:
    """Drop it."""
    op.execute(sa.text("DROP VIEW airspace.zone_2d"))
