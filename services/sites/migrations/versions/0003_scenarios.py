"""Scenarios of the best next sites, and the copies of zones that candidates keep out of.

Revision ID: 0003
Revises: 0002
"""

from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

STATES = "('queued', 'running', 'solved', 'cancelled', 'failed', 'interrupted')"


def upgrade() -> None:
    """Make them; the subscription that fills the zones starts at the beginning of airspace's log."""
    op.execute("""CREATE TABLE sites.zone (
        zone_id text PRIMARY KEY,
        zone_version integer NOT NULL,
        in_force boolean NOT NULL,
        spec jsonb NOT NULL)""")
    op.execute(f"""CREATE TABLE sites.scenario (
        scenario_id uuid PRIMARY KEY,
        name text NOT NULL,
        state text NOT NULL CHECK (state IN {STATES}),
        asked jsonb NOT NULL,
        asked_by text NOT NULL,
        created_at timestamptz NOT NULL, started_at timestamptz, ended_at timestamptz,
        cancelled_by text,
        stage jsonb, inputs jsonb, result jsonb, places jsonb,
        failure text NOT NULL DEFAULT '',
        CHECK ((state = 'solved') <= (result IS NOT NULL)))""")
    op.execute("CREATE INDEX scenario_created_at ON sites.scenario (created_at DESC, scenario_id DESC)")
    op.execute("CREATE INDEX scenario_unfinished ON sites.scenario (created_at) WHERE state IN ('queued', 'running')")


def downgrade() -> None:
    """Drop them."""
    op.execute("DROP TABLE sites.scenario, sites.zone")
