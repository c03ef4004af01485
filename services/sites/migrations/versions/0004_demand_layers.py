"""Layers of demand: beside the census people the towns, and points and rasters that are imported.

Revision ID: 0004
Revises: 0003
"""

from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make them; at its next start the service fills those of the city anew."""
    op.execute("""CREATE TABLE sites.demand_layer (
        layer text PRIMARY KEY,
        source text NOT NULL CHECK (source IN ('census', 'towns', 'points', 'raster')),
        version text NOT NULL,
        points integer NOT NULL CHECK (points >= 0), weight double precision NOT NULL CHECK (weight >= 0),
        imported_at timestamptz NOT NULL, imported_by text NOT NULL)""")
    op.execute("""ALTER TABLE sites.demand_point
        ADD COLUMN layer text NOT NULL DEFAULT 'population',
        DROP CONSTRAINT demand_point_pkey,
        ADD PRIMARY KEY (layer, point_id)""")
    op.execute("DELETE FROM sites.city_version")


def downgrade() -> None:
    """Keep the census people only."""
    op.execute("DELETE FROM sites.demand_point WHERE layer <> 'population'")
    op.execute("""ALTER TABLE sites.demand_point
        DROP CONSTRAINT demand_point_pkey,
        DROP COLUMN layer,
        ADD PRIMARY KEY (point_id)""")
    op.execute("DROP TABLE sites.demand_layer")
