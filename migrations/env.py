"""Alembic's entry: the application database, one revision at a time, in one transaction."""

from __future__ import annotations

from alembic import context
from sqlalchemy import create_engine

import fund_app.models  # noqa: F401 - fills the metadata
from fund_app.extensions import WRITE, Base, prepare_engine


def run() -> None:
    """Run the revisions asked for against the database named in the configuration."""
    engine = create_engine(context.config.get_main_option("sqlalchemy.url") or "")
    prepare_engine(engine)
    with engine.connect().execution_options(**{WRITE: True}) as connection:
        context.configure(
            connection=connection,
            target_metadata=Base.metadata,
            render_as_batch=connection.dialect.name == "sqlite",
            compare_type=True,
        )
        with context.begin_transaction():
            context.run_migrations()
    engine.dispose()


run()
