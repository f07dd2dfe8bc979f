"""The schema of a test's databases, made the way an installation makes it."""

from __future__ import annotations

import importlib
import pkgutil

from sqlalchemy import create_engine

import fund_app.models
from config import ROOT
from fund_app.adapters import keystore, migrations
from fund_app.extensions import WRITE, Base, prepare_engine

SEPARATOR = "--;;"


def load_models() -> None:
    """Import every module of models, so that the metadata is complete."""
    for module in pkgutil.iter_modules(fund_app.models.__path__):
        importlib.import_module(f"fund_app.models.{module.name}")


def create_data_schema(database_url: str) -> None:
    """Make the application database's tables and triggers."""
    if any((migrations.DIRECTORY / "versions").glob("*.py")):
        migrations.upgrade(database_url)
    else:
        create_from_models(database_url)


def create_from_models(database_url: str) -> None:
    """Make the schema from the models and the trigger files, past the migrations."""
    load_models()
    engine = create_engine(database_url)
    prepare_engine(engine)
    writing = engine.execution_options(**{WRITE: True})
    with writing.begin() as connection:
        Base.metadata.create_all(connection)
        for path in sorted((ROOT / "migrations" / "sql").glob(f"*.{engine.dialect.name}.sql")):
            for statement in path.read_text(encoding="utf-8").split(f"\n{SEPARATOR}\n"):
                if statement.strip():
                    connection.exec_driver_sql(statement)
    engine.dispose()


def create_keystore_schema(keystore_url: str) -> None:
    """Make the keystore's tables."""
    engine = create_engine(keystore_url)
    prepare_engine(engine)
    keystore.create_schema(engine)
    engine.dispose()
