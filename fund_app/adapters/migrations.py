"""Brings the application database to the newest schema and says where it stands."""

from __future__ import annotations

from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import create_engine

DIRECTORY = Path(__file__).resolve().parents[2] / "migrations"


def configuration(database_url: str) -> Config:
    """Return Alembic's configuration for one database, without a file of its own."""
    settings = Config()
    settings.set_main_option("script_location", str(DIRECTORY))
    settings.set_main_option("sqlalchemy.url", database_url.replace("%", "%%"))
    return settings


def upgrade(database_url: str, revision: str = "head") -> None:
    """Bring the database to `revision`; already being there changes nothing."""
    command.upgrade(configuration(database_url), revision)


def downgrade(database_url: str, revision: str = "base") -> None:
    """Take the database back to `revision`; `base` removes every table."""
    command.downgrade(configuration(database_url), revision)


def newest() -> str | None:
    """Return the revision this code needs."""
    return ScriptDirectory(str(DIRECTORY)).get_current_head()


def present(database_url: str) -> str | None:
    """Return the revision the database is at, None when it was never set up."""
    engine = create_engine(database_url)
    try:
        with engine.connect() as connection:
            return MigrationContext.configure(connection).get_current_revision()
    finally:
        engine.dispose()
