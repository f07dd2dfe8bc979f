"""Alembic's entry: the application database, one revision at a time, in one transaction."""

from __future__ import annotations

from typing import Any, Literal

from alembic import context
from alembic.autogenerate.api import AutogenContext
from sqlalchemy import create_engine
from sqlalchemy.types import TypeDecorator

import fund_app.models  # noqa: F401 - fills the metadata
from fund_app.extensions import WRITE, Base, prepare_engine


def render(kind: str, item: Any, _context: AutogenContext) -> str | Literal[False]:
    """Write a column's plain type into a revision: a revision must not change with our code."""
    if kind == "type" and isinstance(item, TypeDecorator):
        return f"sa.{item.impl!r}"
    return False


def run() -> None:
    """Run the revisions asked for against the database named in the configuration."""
    engine = create_engine(context.config.get_main_option("sqlalchemy.url") or "")
    prepare_engine(engine)
    with engine.connect().execution_options(**{WRITE: True}) as connection:
        context.configure(
            connection=connection,
            target_metadata=Base.metadata,
            render_item=render,
            compare_type=True,
        )
        with context.begin_transaction():
            context.run_migrations()
    engine.dispose()


run()
