"""Scrubbing: whether a database's own log lets go of what was deleted, and what keeps it."""

from __future__ import annotations

import pytest
from sqlalchemy import create_engine, text

from fund_app.adapters import scrub
from tests.support.stores import PostgresStores, Store


@pytest.mark.both_stores
def test_log_lets_go_where_the_server_is_set_up_for_it(store: Store) -> None:
    engine = create_engine(store.keystore_url)
    assert scrub.lingering(engine) == ()
    engine.dispose()


def test_log_is_kept_by_a_setting_and_by_a_role_without_rights(
    postgres_stores: PostgresStores,
) -> None:
    """As they come: segments are used again, and no owner of a database may end one."""
    with postgres_stores.fresh() as store:
        owner = create_engine(store.keystore_url)
        plain = create_engine(
            store.keystore_url, connect_args={"options": "-c wal_recycle=on -c role=fund_nobody"}
        )
        with owner.begin() as connection:
            connection.execute(text("CREATE ROLE fund_nobody"))
        try:
            assert scrub.lingering(plain) == ("wal_recycle = on", "no right to turn the log")
            with owner.begin() as connection:
                connection.execute(text("GRANT EXECUTE ON FUNCTION pg_switch_wal() TO fund_nobody"))
                connection.execute(text("GRANT pg_checkpoint TO fund_nobody"))
            assert scrub.lingering(plain) == ("wal_recycle = on",)
        finally:
            plain.dispose()
            with owner.begin() as connection:
                connection.execute(text("DROP OWNED BY fund_nobody"))
                connection.execute(text("DROP ROLE fund_nobody"))
            owner.dispose()


def test_scrubbing_is_not_done_while_an_older_view_holds_what_was_deleted(
    postgres_stores: PostgresStores, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(scrub, "PAUSE", 0.0)
    with postgres_stores.fresh() as store:
        engine = create_engine(store.keystore_url)
        with engine.begin() as connection:
            connection.execute(text("CREATE TABLE kept (word text)"))
            connection.execute(text("INSERT INTO kept VALUES ('a'), ('b')"))
        older = engine.connect().execution_options(isolation_level="REPEATABLE READ")
        older.execute(text("SELECT count(*) FROM wrap"))
        with engine.begin() as connection:
            connection.execute(text("DELETE FROM kept WHERE word = 'a'"))
        assert not scrub.scrub(engine, ("kept",), wholly=True)
        older.close()
        assert scrub.scrub(engine, ("kept",), wholly=True)
        engine.dispose()
