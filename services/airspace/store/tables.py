"""The tables of airspace, in its own schema.

What a regulator publishes is kept version by version; what the decider holds is one row a plan. `reservation_key` only
narrows: it may name plans that hold nothing any more, never miss one that does.
"""

from collections.abc import Iterator

import sqlalchemy as sa
from geoalchemy2 import Geometry
from sqlalchemy.dialects.postgresql import BYTEA, JSON, JSONB, TIMESTAMP, UUID

SCHEMA = "airspace"
ENVELOPE = "ST_MakeEnvelope(west, south, east, north, 4326)"
metadata = sa.MetaData(schema=SCHEMA)


def _geometry(kind: str) -> Geometry:
    # the indexes are declared with the tables, under names that migrations can rely on
    return Geometry(kind, srid=4326, spatial_index=False)


def _instant() -> TIMESTAMP:
    return TIMESTAMP(timezone=True)


def _sides() -> Iterator[sa.Column[float]]:
    return (sa.Column(side, sa.Double, nullable=False) for side in ("west", "south", "east", "north"))


def _valid(column: str) -> sa.CheckConstraint:
    return sa.CheckConstraint(f"ST_IsValid({column})", name=f"{column}_is_valid")


# One row: counts every publication, change and withdrawal of a zone. Raised only under the ZONES lock.
zones_version = sa.Table(
    "zones_version",
    metadata,
    sa.Column("single", sa.Boolean, sa.CheckConstraint("single", name="one_row"), primary_key=True),
    sa.Column("version", sa.BigInteger, nullable=False),
)

zone = sa.Table(
    "zone",
    metadata,
    sa.Column("zone_id", sa.Text, primary_key=True),
    sa.Column("zone_version", sa.Integer, nullable=False),
    sa.Column("zones_version", sa.BigInteger, nullable=False),
    sa.Column("state", sa.Text, sa.CheckConstraint("state IN ('in_force', 'withdrawn')", name="state"), nullable=False),
    sa.Column("spec", JSONB, nullable=False),
    sa.Column("core", _geometry("GEOMETRY"), nullable=False),  # polygon, or the centre of a circle
    sa.Column("box", _geometry("POLYGON"), nullable=False),  # round core and radius, never too small
    sa.Column("starts_at", _instant()),
    sa.Column("ends_at", _instant()),
    sa.Column("published_by", sa.Text, nullable=False),
    sa.Column("published_at", _instant(), nullable=False),
    _valid("core"),
    _valid("box"),
    sa.Index("zone_box", "box", postgresql_using="gist"),
    sa.Index("zone_zones_version", "zones_version"),
)

# Every version a zone ever had: who, why, and from when to when it was the word. Nothing is overwritten but the end.
zone_version = sa.Table(
    "zone_version",
    metadata,
    sa.Column("zone_id", sa.Text, primary_key=True),
    sa.Column("zone_version", sa.Integer, primary_key=True),
    sa.Column("zones_version", sa.BigInteger, nullable=False, unique=True),
    sa.Column("state", sa.Text, nullable=False),
    sa.Column("spec", JSONB, nullable=False),
    sa.Column("published_by", sa.Text, nullable=False),
    sa.Column("reason", sa.Text, nullable=False, server_default=""),
    sa.Column("in_force_from", _instant(), nullable=False),
    sa.Column("in_force_to", _instant()),
)

# What airspace knows of a plan. `state`: held (reserves its volumes), noted (assessed, reserves nothing), free (over).
reservation = sa.Table(
    "reservation",
    metadata,
    sa.Column("plan_id", UUID(as_uuid=True), primary_key=True),
    sa.Column("seen_revision", sa.Integer, nullable=False),  # the newest decided on; older events are out of date
    sa.Column("revision", sa.Integer, nullable=False),  # whose volumes these are
    sa.Column("operator", sa.Text, nullable=False),
    sa.Column("state", sa.Text, sa.CheckConstraint("state IN ('held', 'noted', 'free')", name="state"), nullable=False),
    sa.Column("priority", sa.Integer, nullable=False),
    sa.Column("crewed", sa.Boolean, nullable=False),
    sa.Column("voluntary", sa.Boolean, nullable=False),
    sa.Column("starts_at", _instant(), nullable=False),
    sa.Column("ends_at", _instant(), nullable=False),
    *_sides(),
    sa.Column("box", _geometry("POLYGON"), sa.Computed(ENVELOPE)),  # made by the database: COPY brings plain numbers
    sa.Column("volumes", BYTEA, nullable=False),  # FlightVolumes.to_bytes; empty where nothing was ever assessed
    sa.Column("assessment", JSON, nullable=False),
    sa.Column("zones_version", sa.BigInteger, nullable=False),
    sa.Column("active", sa.Boolean, nullable=False, server_default=sa.false()),  # in the air
    sa.Index("reservation_box", "box", postgresql_using="gist", postgresql_where=sa.text("state <> 'free'")),
    sa.Index("reservation_ends_at", "ends_at"),
    sa.Index("reservation_operator", "operator", "ends_at", postgresql_where=sa.text("state <> 'free'")),
)

# Where and when a plan holds airspace, coarsely: one row for each key a plan touches, with the box of what is in there.
# The key's highest bits are the day, so expired rows are the left end of the index (see `store/keys.py`).
reservation_key = sa.Table(
    "reservation_key",
    metadata,
    sa.Column("key", sa.BigInteger, nullable=False),
    sa.Column("plan_id", UUID(as_uuid=True), nullable=False),
    *_sides(),
    sa.Column("lower_m", sa.Double, nullable=False),
    sa.Column("upper_m", sa.Double, nullable=False),
    sa.Column("reference", sa.SmallInteger, nullable=False),  # of the heights; -1 where several are united
    sa.Column("start_us", sa.BigInteger, nullable=False),
    sa.Column("end_us", sa.BigInteger, nullable=False),
    sa.Index("reservation_key_key", "key"),
)

# What the decider did, in its order; written once and never changed. `intent` is the body as filed, in JSON.
journal = sa.Table(
    "journal",
    metadata,
    sa.Column("position", sa.BigInteger, sa.Identity(), primary_key=True),
    sa.Column("plan_id", UUID(as_uuid=True), nullable=False),
    sa.Column("revision", sa.Integer, nullable=False),
    sa.Column("operator", sa.Text, nullable=False),
    sa.Column("entry", sa.Text, nullable=False),
    sa.Column("outcome", sa.Text),
    sa.Column("voluntary", sa.Boolean, nullable=False),
    sa.Column("keeps_former", sa.Boolean, nullable=False),
    sa.Column("because", sa.Text, nullable=False),
    sa.Column("intent", BYTEA),
    sa.Column("starts_at", _instant()),
    sa.Column("ends_at", _instant()),
    sa.Index("journal_plan", "plan_id", "position"),
    sa.Index("journal_held", "ends_at", "starts_at", postgresql_where=sa.text("outcome IN ('approved', 'awaiting')")),
)

# A refusal because another plan was in the way: what the regulator watches, until the flight's time is over.
conflict = sa.Table(
    "conflict",
    metadata,
    sa.Column("plan_id", UUID(as_uuid=True), primary_key=True),
    sa.Column("revision", sa.Integer, nullable=False),
    sa.Column("operator", sa.Text, nullable=False),
    sa.Column("findings", JSONB, nullable=False),
    sa.Column("place", _geometry("POINT"), nullable=False),
    sa.Column("starts_at", _instant(), nullable=False),
    sa.Column("ends_at", _instant(), nullable=False),
    sa.Column("decided_at", _instant(), nullable=False),
    sa.Column("because", sa.Text, nullable=False),
    sa.Column("over", sa.Boolean, nullable=False, server_default=sa.false()),  # its time is, and that was told
    sa.Index("conflict_decided_at", "decided_at", "plan_id"),
    sa.Index("conflict_place", "place", postgresql_using="gist"),
    sa.Index("conflict_ends_at", "ends_at"),
)

authorization = sa.Table(
    "authorization",
    metadata,
    sa.Column("authorization_id", UUID(as_uuid=True), primary_key=True),
    sa.Column("number", sa.Text, nullable=False),
    sa.Column("operator", sa.Text, nullable=False),
    sa.Column("spec", JSONB, nullable=False),
    sa.Column("box", _geometry("POLYGON"), nullable=False),
    sa.Column("starts_at", _instant(), nullable=False),
    sa.Column("ends_at", _instant(), nullable=False),
    sa.Column("withdrawn", sa.Boolean, nullable=False, server_default=sa.false()),
    sa.Column("known_after", sa.BigInteger, nullable=False, server_default="0"),  # the journal's last position then
    sa.Column("gone_after", sa.BigInteger),
    sa.Index("authorization_operator", "operator", "ends_at"),
    sa.Index("authorization_number", "number"),
)

route = sa.Table(
    "route",
    metadata,
    sa.Column("route_id", sa.Text, primary_key=True),
    sa.Column("revision", sa.Integer, nullable=False),
    sa.Column("operator", sa.Text, nullable=False),
    sa.Column("spec", JSONB, nullable=False),
    sa.Column("box", _geometry("POLYGON"), nullable=False),
    sa.Column("assessment", JSONB, nullable=False),
    sa.Index("route_box", "box", postgresql_using="gist"),
    sa.Index("route_operator", "operator"),
)

site = sa.Table(
    "site",
    metadata,
    sa.Column("site_id", sa.Text, primary_key=True),
    sa.Column("revision", sa.Integer, nullable=False),
    sa.Column("spec", JSONB, nullable=False),
    sa.Column("state", sa.Text, nullable=False),
    sa.Column("position", _geometry("POINT"), nullable=False),
    sa.Column("assessment", JSONB, nullable=False),
    sa.Index("site_position", "position", postgresql_using="gist"),
)

# What slots need of a site, each time that it changed; `known_after` is the journal's last position then.
terminal = sa.Table(
    "terminal",
    metadata,
    sa.Column("site_id", sa.Text, primary_key=True),
    sa.Column("revision", sa.Integer, primary_key=True),
    sa.Column("name", sa.Text, nullable=False),
    sa.Column("pads", sa.Integer, sa.CheckConstraint("pads > 0", name="pads"), nullable=False),
    sa.Column("nest", sa.Boolean, nullable=False),
    sa.Column("known_after", sa.BigInteger, nullable=False),
)

# When a site is not to be used, each time that it was said; `known_after` as above.
closing = sa.Table(
    "closing",
    metadata,
    sa.Column("site_id", sa.Text, primary_key=True),
    sa.Column("number", sa.Integer, primary_key=True),
    sa.Column("status", sa.Text, nullable=False),
    sa.Column("starts_at", _instant(), nullable=False),
    sa.Column("ends_at", _instant()),
    sa.Column("reason", sa.Text, nullable=False),
    sa.Column("known_after", sa.BigInteger, nullable=False),
)

# From when on a site is out of use (suspended or retired), or in use again; `known_after` as above.
suspension = sa.Table(
    "suspension",
    metadata,
    sa.Column("site_id", sa.Text, primary_key=True),
    sa.Column("revision", sa.Integer, primary_key=True),
    sa.Column("out_of_use", sa.Boolean, nullable=False),
    sa.Column("starts_at", _instant(), nullable=False),
    sa.Column("reason", sa.Text, nullable=False),
    sa.Column("known_after", sa.BigInteger, nullable=False),
)

# What the closing of a site, its going out of use or its coming back changed; `because` names what was told.
site_hit = sa.Table(
    "site_hit",
    metadata,
    sa.Column("site_id", sa.Text, primary_key=True),
    sa.Column("because", sa.Text, primary_key=True),
    sa.Column("plan_id", UUID(as_uuid=True), primary_key=True),
    sa.Column("operator", sa.Text, nullable=False),
    sa.Column("outcome_before", sa.Text, nullable=False),
    sa.Column("outcome_after", sa.Text, nullable=False),
    sa.Column("findings", JSONB, nullable=False),
    sa.Column("assessed_at", _instant(), nullable=False),
)

# The same of fixed routes.
site_route_hit = sa.Table(
    "site_route_hit",
    metadata,
    sa.Column("site_id", sa.Text, primary_key=True),
    sa.Column("because", sa.Text, primary_key=True),
    sa.Column("route_id", sa.Text, primary_key=True),
    sa.Column("operator", sa.Text, nullable=False),
    sa.Column("name", sa.Text, nullable=False),
    sa.Column("outcome_before", sa.Text, nullable=False),
    sa.Column("outcome_after", sa.Text, nullable=False),
    sa.Column("findings", JSONB, nullable=False),
    sa.Column("assessed_at", _instant(), nullable=False),
)

# What the re-assessment after a zone's version changed, and from what to what.
zone_hit = sa.Table(
    "zone_hit",
    metadata,
    sa.Column("zone_id", sa.Text, primary_key=True),
    sa.Column("zone_version", sa.Integer, primary_key=True),
    sa.Column("subject", sa.Text, primary_key=True),
    sa.Column("subject_id", sa.Text, primary_key=True),
    sa.Column("operator", sa.Text, nullable=False),
    sa.Column("outcome_before", sa.Text, nullable=False),
    sa.Column("outcome_after", sa.Text, nullable=False),
    sa.Column("findings", JSON, nullable=False),
    sa.Column("assessed_at", _instant(), nullable=False),
    sa.CheckConstraint("subject IN ('plan', 'route', 'site')", name="subject"),
)
