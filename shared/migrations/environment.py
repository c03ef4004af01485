"""What the migrations of every schema share: an `env.py` is `run()` of this, on the connection it is given."""

from alembic import context
from alembic.config import Config
from sqlalchemy import Connection


def configuration(script_location: str, schema: str, connection: Connection) -> Config:
    """Alembic's settings for the migrations of one schema, to be run on that connection."""
    config = Config()
    config.set_main_option("script_location", script_location)
    config.set_main_option("path_separator", "os")
    config.attributes["connection"] = connection
    config.attributes["schema"] = schema
    return config


def run() -> None:
    """Run the migrations in the caller's transaction; the version table stands in the schema itself."""
    attributes = context.config.attributes
    context.configure(
        connection=attributes["connection"],
        version_table="migration",
        version_table_schema=attributes["schema"],
        transactional_ddl=True,
    )
    context.run_migrations()
