"""The ledger that progress of any past month is read from, and the flights of each site.

Revision ID: 0002
Revises: 0001
"""

from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make them; the subscriptions that fill them start at the beginning of the logs."""
    op.execute("""CREATE TABLE sites.fact (
        event_id uuid PRIMARY KEY,
        log text NOT NULL, position bigint NOT NULL, type text NOT NULL,
        subject text NOT NULL CHECK (subject IN ('site', 'route')), subject_id text NOT NULL,
        effective_at timestamptz NOT NULL, recorded_at timestamptz NOT NULL,
        told jsonb NOT NULL)""")
    op.execute("CREATE INDEX fact_subject ON sites.fact (subject, subject_id)")
    op.execute("ALTER TABLE sites.route ADD COLUMN scenario text NOT NULL DEFAULT ''")
    op.execute("""CREATE TABLE sites.sortie (
        plan_id uuid PRIMARY KEY,
        site_id text NOT NULL,
        state text NOT NULL,
        departs_at timestamptz NOT NULL,
        asked_revision integer, asked_departs_at timestamptz)""")
    op.execute("CREATE INDEX sortie_departs_at ON sites.sortie (departs_at)")


def downgrade() -> None:
    """Drop them; the logs have it all."""
    op.execute("DROP TABLE sites.sortie, sites.fact")
    op.execute("ALTER TABLE sites.route DROP COLUMN scenario")
