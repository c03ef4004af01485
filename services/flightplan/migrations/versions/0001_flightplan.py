"""The tables of flightplan.

Revision ID: 0001
Revises:
"""

import sqlalchemy as sa
from alembic import op
from geoalchemy2 import Geometry
from sqlalchemy.dialects.postgresql import JSONB, TIMESTAMP, UUID

from shared.log import create_kernel_tables

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

SCHEMA = "flightplan"


def upgrade() -> None:
    """Make them."""
    create_kernel_tables(op, SCHEMA)
    _plans()
    _routes()
    _authorizations()
    _sites()


def downgrade() -> None:
    """Drop them all, with what is in them."""
    op.execute(sa.text(f"DROP SCHEMA {SCHEMA} CASCADE"))


def _text(name: str, *, nullable: bool = False) -> sa.Column[str]:
    return sa.Column(name, sa.Text, nullable=nullable)


def _whole(name: str, *, nullable: bool = False) -> sa.Column[int]:
    return sa.Column(name, sa.Integer, nullable=nullable)


def _json(name: str, *, nullable: bool = True) -> sa.Column[object]:
    return sa.Column(name, JSONB, nullable=nullable)


def _instant(name: str, *, nullable: bool = False) -> sa.Column[object]:
    return sa.Column(name, TIMESTAMP(timezone=True), nullable=nullable)


def _extent() -> sa.Column[object]:
    return sa.Column("extent", Geometry("GEOMETRY", srid=4326, spatial_index=False), nullable=False)


def _among(name: str, *words: str) -> sa.CheckConstraint:
    return sa.CheckConstraint(f"{name} IN ({', '.join(repr(word) for word in words)})", name=name)


def _plans() -> None:
    op.create_table(
        "plan",
        sa.Column("plan_id", UUID(as_uuid=True), primary_key=True),
        _text("operator"),
        _text("filed_by"),
        sa.Column("asked", sa.LargeBinary, nullable=False),
        _text("state"),
        _whole("revision"),
        _whole("last_revision"),
        _json("intent", nullable=False),
        _instant("departs_at"),
        _instant("starts_at"),
        _instant("ends_at"),
        _extent(),
        sa.Column("voluntary", sa.Boolean, nullable=False),
        sa.Column("demo", sa.Boolean, nullable=False),
        _json("assessment"),
        _json("ruling"),
        _json("proposal"),
        _whole("proposed_revision", nullable=True),
        _json("move_refused"),
        _instant("submitted_at"),
        _instant("updated_at"),
        _instant("decided_at", nullable=True),
        _among("state", "submitted", "approved", "refused", "awaiting", "not_required", "withdrawn", "lapsed"),
        sa.CheckConstraint("(proposal IS NULL) = (proposed_revision IS NULL)", name="proposal_whole"),
        sa.CheckConstraint("starts_at < ends_at", name="window"),
        sa.CheckConstraint("revision <= last_revision", name="revision"),
        schema=SCHEMA,
    )
    # pages and counts read no row for the columns they filter by
    op.create_index(
        "plan_departs_at", "plan", ["departs_at", "plan_id"], schema=SCHEMA, postgresql_include=["operator", "state"]
    )
    op.create_index("plan_operator", "plan", ["operator", "departs_at", "plan_id"], schema=SCHEMA)
    op.create_index("plan_extent", "plan", ["extent"], schema=SCHEMA, postgresql_using="gist")
    op.create_index("plan_awaiting", "plan", ["ends_at"], schema=SCHEMA, postgresql_where=sa.text("state = 'awaiting'"))


def _routes() -> None:
    op.create_table(
        "route",
        sa.Column("route_id", sa.Text, primary_key=True),
        _text("operator"),
        _text("filed_by"),
        _text("state"),
        _whole("revision"),
        _json("asked", nullable=False),
        _json("spec", nullable=False),
        _extent(),
        _json("assessment"),
        _json("classification"),
        _text("because"),
        _instant("filed_at"),
        _instant("updated_at"),
        _among("state", "filed", "assessed", "open", "suspended"),
        schema=SCHEMA,
    )
    op.create_index("route_extent", "route", ["extent"], schema=SCHEMA, postgresql_using="gist")


def _authorizations() -> None:
    op.create_table(
        "authorization",
        sa.Column("authorization_id", UUID(as_uuid=True), primary_key=True),
        _text("operator"),
        _json("spec", nullable=False),
        _instant("ends_at"),
        _text("recorded_by"),
        _instant("recorded_at"),
        _text("withdrawn_by", nullable=True),
        _instant("withdrawn_at", nullable=True),
        _text("withdrawn_because"),
        schema=SCHEMA,
    )
    op.create_index("authorization_operator", "authorization", ["operator", "authorization_id"], schema=SCHEMA)


def _sites() -> None:
    op.create_table(
        "site",
        sa.Column("site_id", sa.Text, primary_key=True),
        _whole("revision"),
        _text("state"),
        sa.Column("lng", sa.Double, nullable=False),
        sa.Column("lat", sa.Double, nullable=False),
        schema=SCHEMA,
    )
