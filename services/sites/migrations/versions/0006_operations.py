"""What happens at sites: movements, and how each stands for the day.

Revision ID: 0006
Revises: 0005
"""

from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make them."""
    op.execute("""CREATE TABLE sites.movement (
        site_id text NOT NULL, reported_by text NOT NULL, event_id text NOT NULL,
        movement text NOT NULL CHECK (movement IN ('takeoff', 'landing', 'diversion')),
        at timestamptz NOT NULL,
        plan_id uuid, aircraft text NOT NULL,
        PRIMARY KEY (site_id, reported_by, event_id))""")
    op.execute("CREATE INDEX movement_at ON sites.movement (site_id, at)")
    op.execute("""CREATE TABLE sites.status (
        site_id text NOT NULL, number integer NOT NULL CHECK (number >= 1),
        reported_by text NOT NULL, event_id text NOT NULL,
        status text NOT NULL CHECK (status IN ('open', 'closed', 'weather_closed', 'occupied')),
        starts_at timestamptz NOT NULL, ends_at timestamptz CHECK (ends_at > starts_at),
        reason text NOT NULL, reported_at timestamptz NOT NULL,
        PRIMARY KEY (site_id, number), UNIQUE (site_id, reported_by, event_id))""")


def downgrade() -> None:
    """Drop them; the log has it all."""
    op.execute("DROP TABLE sites.movement, sites.status")
