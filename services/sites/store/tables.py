"""The tables of sites, in their own schema; `migrations` makes them, with their checks and indexes."""

import sqlalchemy as sa
from geoalchemy2 import Geography, Geometry
from sqlalchemy.dialects.postgresql import TIMESTAMP

from services.sites.store.contract import Contract
from shared.contracts.assessment import Assessment
from shared.contracts.sites import SiteSpec

SCHEMA = "sites"
metadata = sa.MetaData(schema=SCHEMA)


def _geometry(kind: str) -> Geometry:
    return Geometry(kind, srid=4326, spatial_index=False)


def _instant() -> TIMESTAMP:
    return TIMESTAMP(timezone=True)


# one row: which version of the city's files the district and demand tables were filled from
city_version = sa.Table(
    "city_version",
    metadata,
    sa.Column("only", sa.Boolean, primary_key=True),
    sa.Column("version", sa.Text, nullable=False),
)

district = sa.Table(
    "district",
    metadata,
    sa.Column("adcode", sa.Text, primary_key=True),
    sa.Column("name_zh", sa.Text, nullable=False),
    sa.Column("name_en", sa.Text, nullable=False),
    sa.Column("population", sa.Integer, nullable=False),
    sa.Column("polygon", _geometry("MULTIPOLYGON"), nullable=False),
)

demand_layer = sa.Table(
    "demand_layer",
    metadata,
    sa.Column("layer", sa.Text, primary_key=True),
    sa.Column("source", sa.Text, nullable=False),
    sa.Column("version", sa.Text, nullable=False),
    sa.Column("points", sa.Integer, nullable=False),
    sa.Column("weight", sa.Double, nullable=False),
    sa.Column("imported_at", _instant(), nullable=False),
    sa.Column("imported_by", sa.Text, nullable=False),
)

demand_point = sa.Table(
    "demand_point",
    metadata,
    sa.Column("layer", sa.Text, primary_key=True),
    sa.Column("point_id", sa.Integer, primary_key=True, autoincrement=False),
    sa.Column("adcode", sa.Text, nullable=False),
    sa.Column("population", sa.Double, nullable=False),
    sa.Column("position", Geography("POINT", srid=4326, spatial_index=False), nullable=False),
)

site = sa.Table(
    "site",
    metadata,
    sa.Column("site_id", sa.Text, primary_key=True),
    sa.Column("revision", sa.Integer, nullable=False),
    sa.Column("position_revision", sa.Integer, nullable=False),
    sa.Column("state", sa.Text, nullable=False),
    sa.Column("spec", Contract(SiteSpec), nullable=False),
    sa.Column("kind", sa.Text, nullable=False),  # kind, position and radius repeat the spec for what is queried
    sa.Column("position", _geometry("POINT"), nullable=False),
    sa.Column("service_radius_m", sa.Double),
    sa.Column("district", sa.Text, nullable=False),
    sa.Column("effective_at", _instant(), nullable=False),
    sa.Column("registered_at", _instant(), nullable=False),
    sa.Column("updated_at", _instant(), nullable=False),
    sa.Column("standing", sa.Text, nullable=False),
    sa.Column("obstacle", sa.Text, nullable=False),
    sa.Column("assessment", Contract(Assessment)),
)

# what sites needs of the routes that flightplan owns
route = sa.Table(
    "route",
    metadata,
    sa.Column("route_id", sa.Text, primary_key=True),
    sa.Column("revision", sa.Integer, nullable=False),
    sa.Column("operator", sa.Text, nullable=False),
    sa.Column("name", sa.Text, nullable=False),
    sa.Column("unit", sa.Text, nullable=False),
    sa.Column("scenario", sa.Text, nullable=False, server_default=""),
    sa.Column("demo", sa.Boolean, nullable=False),
    sa.Column("state", sa.Text, nullable=False),
    sa.Column("standing", sa.Text, nullable=False),
    sa.Column("obstacle", sa.Text, nullable=False),
    sa.Column("route_class", sa.Text),
    sa.Column("origin_site_id", sa.Text),
    sa.Column("origin", _geometry("POINT")),
    sa.Column("origin_district", sa.Text, nullable=False),
    sa.Column("destination_site_id", sa.Text),
    sa.Column("destination", _geometry("POINT")),
    sa.Column("destination_district", sa.Text, nullable=False),
    sa.Column("updated_at", _instant(), nullable=False),
)

# of the kernel: read here for the history of a site and for what a cached answer was computed from
event_log = sa.Table(
    "event_log",
    metadata,
    sa.Column("position", sa.BigInteger, primary_key=True),
    sa.Column("topic", sa.Text),
    sa.Column("key", sa.Text),
    sa.Column("type", sa.Text),
    sa.Column("time", _instant()),
    sa.Column("data", sa.LargeBinary),
)
