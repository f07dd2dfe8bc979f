"""Gifts begun on an older table go on by the newest one, and back (migrations 0018 and 0022)."""

from __future__ import annotations

from alembic.script import ScriptDirectory
from sqlalchemy import create_engine, text

from fund_app.adapters import migrations
from fund_app.extensions import prepare_engine
from tests.support.stores import Store

REVISION = "0018"
ROW = (
    "INSERT INTO {table} (id, donor_id, fund_code, amount, currency, created_day, workflow,"
    " workflow_version, state, step, head{more}) VALUES ('{key}', 'd', 'GEN', 5, 'EUR',"
    " '2026-01-01', '{table}', {version}, '{state}', 1, 'h'{values})"
)


def test_running_gifts_move_to_the_newest_table_and_back(store: Store) -> None:
    script = ScriptDirectory(str(migrations.DIRECTORY)).get_revision(REVISION)
    migrations.downgrade(store.database_url, str(script.down_revision))
    engine = create_engine(store.database_url)
    prepare_engine(engine)
    method = ", method, reference"
    rows = [
        ROW.format(table="donation", key=key, version=version, state=state, more=method,
                   values=f", 'card', '{key}'")
        for key, version, state in (
            ("one", 1, "disputed"), ("two", 2, "initiated"), ("odd", 1, "receipt_cancelled"),
        )
    ]  # fmt: skip
    rows.append(
        ROW.format(table="monthly_gift", key="m", version=1, state="initiated", more="", values="")
    )

    def versions() -> dict[str, int]:
        query = "SELECT id, workflow_version FROM donation UNION ALL SELECT id, workflow_version"
        with engine.connect() as connection:
            found = connection.execute(text(f"{query} FROM monthly_gift"))
            return {row.id: row.workflow_version for row in found}

    with engine.begin() as connection:
        connection.execute(
            text(
                "INSERT INTO fund (code, restricted, open_for_donations)"
                " VALUES ('GEN', false, true)"
            )
        )
        connection.execute(
            text(
                "INSERT INTO donor (id, holder_id, language, created_day)"
                " VALUES ('d', 'h', 'en', '2026-01-01')"
            )
        )
        for row in rows:
            connection.execute(text(row))
    migrations.upgrade(store.database_url)
    assert versions() == {"one": 4, "two": 4, "odd": 1, "m": 2}
    migrations.downgrade(store.database_url, REVISION)
    assert versions() == {"one": 3, "two": 3, "odd": 1, "m": 2}
    migrations.downgrade(store.database_url, str(script.down_revision))
    assert versions() == {"one": 2, "two": 2, "odd": 1, "m": 1}
    engine.dispose()
