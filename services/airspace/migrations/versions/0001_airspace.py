"""The tables of airspace.

Revision ID: 0001
Revises:
"""

from collections.abc import Iterator
from typing import Any

import sqlalchemy as sa
from alembic import op
from geoalchemy2 import Geometry
from sqlalchemy.dialects.postgresql import BYTEA, JSONB, TIMESTAMP, UUID

from shared.log import create_kernel_tables

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

SCHEMA = "airspace"


def upgrade() -> None:
    """Make them."""
    create_kernel_tables(op, SCHEMA)
    _zones()
    _reservations()
    _known_of_others()
    _reviews()


def downgrade() -> None:
    """Drop them all, with what is in them."""
    op.execute(sa.text("DROP SCHEMA airspace CASCADE"))


def _geometry(name: str, kind: str) -> sa.Column[Any]:
    return sa.Column(name, Geometry(kind, srid=4326, spatial_index=False), nullable=False)


def _valid(name: str) -> sa.CheckConstraint:
    return sa.CheckConstraint(f"ST_IsValid({name})", name=f"{name}_is_valid")


def _among(name: str, *words: str) -> sa.CheckConstraint:
    return sa.CheckConstraint(f"{name} IN ({', '.join(repr(word) for word in words)})", name=name)


def _instant(name: str, *, nullable: bool = False) -> sa.Column[Any]:
    return sa.Column(name, TIMESTAMP(timezone=True), nullable=nullable)


def _text(name: str, **options: Any) -> sa.Column[Any]:
    return sa.Column(name, sa.Text, nullable=False, **options)


def _sides() -> Iterator[sa.Column[float]]:
    return (sa.Column(side, sa.Double, nullable=False) for side in ("west", "south", "east", "north"))


def _index(name: str, table: str, *columns: str, gist: bool = False, where: str | None = None) -> None:
    op.create_index(
        name,
        table,
        list(columns),
        schema=SCHEMA,
        postgresql_using="gist" if gist else "btree",
        postgresql_where=sa.text(where) if where else None,
    )


def _zones() -> None:
    op.create_table(
        "zones_version",
        sa.Column("single", sa.Boolean, sa.CheckConstraint("single", name="one_row"), primary_key=True),
        sa.Column("version", sa.BigInteger, nullable=False),
        schema=SCHEMA,
    )
    op.execute(sa.text("INSERT INTO airspace.zones_version VALUES (true, 0)"))
    op.create_table(
        "zone",
        _text("zone_id", primary_key=True),
        sa.Column("zone_version", sa.Integer, nullable=False),
        sa.Column("zones_version", sa.BigInteger, nullable=False),
        _text("state"),
        sa.Column("spec", JSONB, nullable=False),
        _geometry("core", "GEOMETRY"),
        _geometry("box", "POLYGON"),
        _instant("starts_at", nullable=True),
        _instant("ends_at", nullable=True),
        _text("published_by"),
        _instant("published_at"),
        _among("state", "in_force", "withdrawn"),
        _valid("core"),
        _valid("box"),
        schema=SCHEMA,
    )
    _index("zone_box", "zone", "box", gist=True)
    _index("zone_zones_version", "zone", "zones_version")
    op.create_table(
        "zone_version",
        _text("zone_id", primary_key=True),
        sa.Column("zone_version", sa.Integer, primary_key=True),
        sa.Column("zones_version", sa.BigInteger, nullable=False, unique=True),
        _text("state"),
        sa.Column("spec", JSONB, nullable=False),
        _text("published_by"),
        _text("reason", server_default=""),
        _instant("in_force_from"),
        _instant("in_force_to", nullable=True),
        schema=SCHEMA,
    )


def _reservations() -> None:
    op.create_table(
        "reservation",
        sa.Column("plan_id", UUID(as_uuid=True), primary_key=True),
        sa.Column("seen_revision", sa.Integer, nullable=False),
        sa.Column("revision", sa.Integer, nullable=False),
        _text("operator"),
        _text("state"),
        sa.Column("priority", sa.Integer, nullable=False),
        sa.Column("crewed", sa.Boolean, nullable=False),
        sa.Column("voluntary", sa.Boolean, nullable=False),
        _instant("starts_at"),
        _instant("ends_at"),
        *_sides(),
        sa.Column(
            "box",
            Geometry("POLYGON", srid=4326, spatial_index=False),
            sa.Computed("ST_MakeEnvelope(west, south, east, north, 4326)", persisted=True),
        ),
        sa.Column("volumes", BYTEA, nullable=False),
        sa.Column("assessment", JSONB, nullable=False),
        sa.Column("zones_version", sa.BigInteger, nullable=False),
        _among("state", "held", "noted", "free"),
        schema=SCHEMA,
    )
    _index("reservation_box", "reservation", "box", gist=True, where="state <> 'free'")
    _index("reservation_ends_at", "reservation", "ends_at")
    _index("reservation_operator", "reservation", "operator", "ends_at", where="state <> 'free'")
    op.create_table(
        "reservation_key",
        sa.Column("key", sa.BigInteger, nullable=False),
        sa.Column("plan_id", UUID(as_uuid=True), nullable=False),
        *_sides(),
        sa.Column("lower_m", sa.Double, nullable=False),
        sa.Column("upper_m", sa.Double, nullable=False),
        sa.Column("reference", sa.SmallInteger, nullable=False),
        sa.Column("start_us", sa.BigInteger, nullable=False),
        sa.Column("end_us", sa.BigInteger, nullable=False),
        schema=SCHEMA,
    )
    _index("reservation_key_key", "reservation_key", "key")


def _known_of_others() -> None:
    op.create_table(
        "authorization",
        sa.Column("authorization_id", UUID(as_uuid=True), primary_key=True),
        _text("number"),
        _text("operator"),
        sa.Column("spec", JSONB, nullable=False),
        _geometry("box", "POLYGON"),
        _instant("starts_at"),
        _instant("ends_at"),
        sa.Column("withdrawn", sa.Boolean, nullable=False, server_default=sa.false()),
        schema=SCHEMA,
    )
    _index("authorization_operator", "authorization", "operator", "ends_at")
    _index("authorization_number", "authorization", "number")
    op.create_table(
        "route",
        _text("route_id", primary_key=True),
        sa.Column("revision", sa.Integer, nullable=False),
        _text("operator"),
        sa.Column("spec", JSONB, nullable=False),
        _geometry("box", "POLYGON"),
        sa.Column("assessment", JSONB, nullable=False),
        schema=SCHEMA,
    )
    _index("route_box", "route", "box", gist=True)
    _index("route_operator", "route", "operator")
    op.create_table(
        "site",
        _text("site_id", primary_key=True),
        sa.Column("revision", sa.Integer, nullable=False),
        sa.Column("spec", JSONB, nullable=False),
        _text("state"),
        _geometry("position", "POINT"),
        sa.Column("assessment", JSONB, nullable=False),
        schema=SCHEMA,
    )
    _index("site_position", "site", "position", gist=True)


def _reviews() -> None:
    op.create_table(
        "conflict",
        sa.Column("plan_id", UUID(as_uuid=True), primary_key=True),
        sa.Column("revision", sa.Integer, nullable=False),
        _text("operator"),
        sa.Column("findings", JSONB, nullable=False),
        _geometry("place", "POINT"),
        _instant("starts_at"),
        _instant("ends_at"),
        _instant("decided_at"),
        _text("because"),
        schema=SCHEMA,
    )
    _index("conflict_decided_at", "conflict", "decided_at", "plan_id")
    _index("conflict_place", "conflict", "place", gist=True)
    _index("conflict_ends_at", "conflict", "ends_at")
    op.create_table(
        "zone_hit",
        _text("zone_id", primary_key=True),
        sa.Column("zone_version", sa.Integer, primary_key=True),
        _text("subject", primary_key=True),
        _text("subject_id", primary_key=True),
        _text("operator"),
        _text("outcome_before"),
        _text("outcome_after"),
        sa.Column("findings", JSONB, nullable=False),
        _instant("assessed_at"),
        _among("subject", "plan", "route", "site"),
        schema=SCHEMA,
    )
