"""The migrations make what the models say, and can be taken back, on both engines."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from sqlalchemy import Engine, create_engine, inspect, text

from fund_app.adapters import migrations
from fund_app.extensions import Base, prepare_engine
from tests.support.schema import load_models
from tests.support.stores import Store

ALEMBIC = "alembic_version"
TRIGGERS = {
    "sqlite": "SELECT name FROM sqlite_master WHERE type = 'trigger' ORDER BY name",
    "postgresql": "SELECT tgname FROM pg_trigger WHERE NOT tgisinternal ORDER BY tgname",
}


@pytest.fixture
def engine(store: Store) -> Iterator[Engine]:
    """Connect to a database the migrations have made."""
    load_models()
    engine = create_engine(store.database_url)
    prepare_engine(engine)
    yield engine
    engine.dispose()


def triggers(engine: Engine) -> list[str]:
    """Return the names of the triggers the database holds."""
    with engine.connect() as connection:
        return list(connection.scalars(text(TRIGGERS[engine.dialect.name])))


@pytest.mark.both_stores
def test_migrations_make_exactly_what_the_models_say(engine: Engine) -> None:
    with engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        assert context.get_current_revision() == migrations.newest()
        assert compare_metadata(context, Base.metadata) == []


@pytest.mark.both_stores
def test_migrations_can_be_taken_back_and_made_again(engine: Engine, store: Store) -> None:
    before = triggers(engine)
    migrations.downgrade(store.database_url)
    assert set(inspect(engine).get_table_names()) == {ALEMBIC}
    assert triggers(engine) == []
    migrations.upgrade(store.database_url)
    assert set(inspect(engine).get_table_names()) == {ALEMBIC, *Base.metadata.tables}
    assert triggers(engine) == before
