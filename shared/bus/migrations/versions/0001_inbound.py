"""The log of what outsiders send, where the embedded bus is used."""

from alembic import op

from shared.log import create_kernel_tables

revision = "0001"
down_revision = None


def upgrade() -> None:
    """Create the tables."""
    create_kernel_tables(op, "inbound")
