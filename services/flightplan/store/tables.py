"""The tables of flightplan, in its own schema. Columns only for what is queried; the rest is the contracts' JSON."""

import sqlalchemy as sa
from geoalchemy2 import Geometry
from sqlalchemy.dialects.postgresql import JSON, JSONB, TIMESTAMP, UUID

SCHEMA = "flightplan"
metadata = sa.MetaData(schema=SCHEMA)


def _instant() -> TIMESTAMP:
    return TIMESTAMP(timezone=True)


def _extent() -> Geometry:
    # for maps and bounding boxes only; airspace decides on volumes of its own
    return Geometry("GEOMETRY", srid=4326, spatial_index=False)


# `asked` is the SHA-256 of the intent as it was filed, before sites' positions were filled in: a repeated key with
# another content is told apart by it. `last_revision` counts refused moves too, so that no revision means two things.
# JSON is kept as the text that was written.
plan = sa.Table(
    "plan",
    metadata,
    sa.Column("plan_id", UUID(as_uuid=True), primary_key=True),
    sa.Column("operator", sa.Text, nullable=False),
    sa.Column("filed_by", sa.Text, nullable=False),
    sa.Column("asked", sa.LargeBinary, nullable=False),
    sa.Column("state", sa.Text, nullable=False),
    sa.Column("revision", sa.Integer, nullable=False),
    sa.Column("last_revision", sa.Integer, nullable=False),
    sa.Column("intent", JSON, nullable=False),
    sa.Column("departs_at", _instant(), nullable=False),
    sa.Column("starts_at", _instant(), nullable=False),
    sa.Column("ends_at", _instant(), nullable=False),
    sa.Column("extent", _extent(), nullable=False),
    sa.Column("voluntary", sa.Boolean, nullable=False),
    sa.Column("demo", sa.Boolean, nullable=False),
    sa.Column("assessment", JSON),
    sa.Column("ruling", JSON),
    sa.Column("proposal", JSON),
    sa.Column("proposed_revision", sa.Integer),
    sa.Column("proposed_ends_at", _instant()),  # of another way, and so the next two; of times alone they are null
    sa.Column("proposed_extent", _extent()),
    sa.Column("proposed_voluntary", sa.Boolean),
    sa.Column("proposed_km2_h", sa.Double),
    sa.Column("move_refused", JSON),
    sa.Column("submitted_at", _instant(), nullable=False),
    sa.Column("updated_at", _instant(), nullable=False),
    sa.Column("decided_at", _instant()),
    sa.Column("activated_at", _instant()),
    sa.Column("occupied_km2_h", sa.Double),  # area × time of its volumes, where there is a quota
)

route = sa.Table(
    "route",
    metadata,
    sa.Column("route_id", sa.Text, primary_key=True),
    sa.Column("operator", sa.Text, nullable=False),
    sa.Column("filed_by", sa.Text, nullable=False),
    sa.Column("state", sa.Text, nullable=False),
    sa.Column("revision", sa.Integer, nullable=False),
    sa.Column("asked", JSONB, nullable=False),  # the spec as it was filed, before sites' positions were filled in
    sa.Column("spec", JSONB, nullable=False),
    sa.Column("extent", _extent(), nullable=False),
    sa.Column("assessment", JSONB),
    sa.Column("classification", JSONB),
    sa.Column("because", sa.Text, nullable=False),
    sa.Column("filed_at", _instant(), nullable=False),
    sa.Column("updated_at", _instant(), nullable=False),
    sa.Column("effective_at", _instant()),
)

authorization = sa.Table(
    "authorization",
    metadata,
    sa.Column("authorization_id", UUID(as_uuid=True), primary_key=True),
    sa.Column("operator", sa.Text, nullable=False),
    sa.Column("spec", JSONB, nullable=False),
    sa.Column("ends_at", _instant(), nullable=False),
    sa.Column("recorded_by", sa.Text, nullable=False),
    sa.Column("recorded_at", _instant(), nullable=False),
    sa.Column("withdrawn_by", sa.Text),
    sa.Column("withdrawn_at", _instant()),
    sa.Column("withdrawn_because", sa.Text, nullable=False),
)

# What flightplan needs of the register of sites, kept from its events.
site = sa.Table(
    "site",
    metadata,
    sa.Column("site_id", sa.Text, primary_key=True),
    sa.Column("revision", sa.Integer, nullable=False),
    sa.Column("state", sa.Text, nullable=False),
    sa.Column("lng", sa.Double, nullable=False),
    sa.Column("lat", sa.Double, nullable=False),
)
