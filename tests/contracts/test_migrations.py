"""The migrations make what the models say, and can be taken back, on both engines."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from sqlalchemy import Engine, create_engine, inspect, text

from fund_app.adapters import migrations
from fund_app.extensions import Base, db, prepare_engine
from fund_app.services import bank_matches
from fund_app.services.bank_matches import Choice
from tests.support import bank
from tests.support.bank_files import Line
from tests.support.house import House
from tests.support.schema import load_models
from tests.support.staff import house
from tests.support.stores import Store
from workflows.bank import MatchKind

__all__ = ["house"]

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


@pytest.mark.both_stores
def test_lists_of_codes_grow_around_what_is_there(house: House, store: Store) -> None:
    """0017 edits checks in place: taken back and made again over rows, it leaves them sound."""
    account_id = bank.account(house["treasurer"])
    bank.bring(house["fin1"], account_id, [Line(-900)])
    db.session.remove()
    db.engine.dispose()
    migrations.downgrade(store.database_url, "0015")
    migrations.upgrade(store.database_url)
    line = bank.lines(account_id)[0]
    bank_matches.accept(house["fin1"], line.id, Choice(MatchKind.SUSPENSE))
    assert bank.lines(account_id)[0].kept == -900
    if db.engine.dialect.name == "sqlite":
        assert list(db.session.scalars(text("PRAGMA integrity_check"))) == ["ok"]
        assert db.session.execute(text("PRAGMA foreign_key_check")).all() == []
