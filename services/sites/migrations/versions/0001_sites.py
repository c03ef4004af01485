"""The tables of sites.

Revision ID: 0001
Revises:
"""

from alembic import op

from shared.log import create_kernel_tables

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

SCHEMA = "sites"
STATES = "('proposed', 'approved', 'under_construction', 'commissioned', 'suspended', 'retired')"
STANDINGS = "('compatible', 'authorised', 'awaiting', 'refused', 'unassessed')"


def upgrade() -> None:
    """Make them."""
    create_kernel_tables(op, SCHEMA)
    _city()
    _register()
    _routes()


def downgrade() -> None:
    """Drop them all, with what is in them."""
    op.execute(f"DROP SCHEMA {SCHEMA} CASCADE")


def _city() -> None:
    op.execute("""CREATE TABLE sites.city_version (
        "only" boolean PRIMARY KEY DEFAULT true CHECK ("only"),
        version text NOT NULL)""")
    op.execute("""CREATE TABLE sites.district (
        adcode text PRIMARY KEY,
        name_zh text NOT NULL, name_en text NOT NULL,
        population integer NOT NULL CHECK (population >= 0),
        polygon geometry(MultiPolygon, 4326) NOT NULL CHECK (ST_IsValid(polygon)))""")
    op.execute("CREATE INDEX district_polygon ON sites.district USING gist (polygon)")
    op.execute("""CREATE TABLE sites.demand_point (
        point_id integer PRIMARY KEY,
        adcode text NOT NULL,
        population double precision NOT NULL CHECK (population >= 0),
        position geography(Point, 4326) NOT NULL)""")
    op.execute("CREATE INDEX demand_point_position ON sites.demand_point USING gist (position)")


def _register() -> None:
    op.execute(f"""CREATE TABLE sites.site (
        site_id text PRIMARY KEY,
        revision integer NOT NULL CHECK (revision >= 1),
        position_revision integer NOT NULL CHECK (position_revision BETWEEN 1 AND revision),
        state text NOT NULL CHECK (state IN {STATES}),
        spec jsonb NOT NULL,
        kind text NOT NULL,
        position geometry(Point, 4326) NOT NULL CHECK (ST_IsValid(position)),
        service_radius_m double precision CHECK (service_radius_m > 0),
        district text NOT NULL,
        effective_at timestamptz NOT NULL,
        registered_at timestamptz NOT NULL,
        updated_at timestamptz NOT NULL,
        standing text NOT NULL CHECK (standing IN {STANDINGS}),
        obstacle text NOT NULL,
        assessment jsonb)""")
    op.execute("CREATE INDEX site_position ON sites.site USING gist (position)")
    op.execute(
        "CREATE INDEX site_in_use ON sites.site USING gist (CAST(position AS geography)) WHERE state = 'commissioned'"
    )
    op.execute("CREATE INDEX site_district ON sites.site (district, site_id)")


def _routes() -> None:
    op.execute(f"""CREATE TABLE sites.route (
        route_id text PRIMARY KEY,
        revision integer NOT NULL,
        operator text NOT NULL,
        name text NOT NULL,
        unit text NOT NULL,
        demo boolean NOT NULL,
        state text NOT NULL CHECK (state IN ('filed', 'assessed', 'open', 'suspended')),
        standing text NOT NULL CHECK (standing IN {STANDINGS}),
        obstacle text NOT NULL,
        route_class text CHECK (route_class IN ('commercial', 'governance')),
        origin_site_id text, origin geometry(Point, 4326), origin_district text NOT NULL,
        destination_site_id text, destination geometry(Point, 4326), destination_district text NOT NULL,
        updated_at timestamptz NOT NULL)""")
