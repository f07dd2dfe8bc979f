"""`fund init`: the secret, the two databases and the folder for uploads."""

from __future__ import annotations

import os
from pathlib import Path

import click
from sqlalchemy import create_engine

import config
from fund_app import cli, create_app
from fund_app.adapters import keystore, migrations, secret_file
from fund_app.extensions import prepare_engine
from fund_app.services import ledger_chart, rules
from fund_app.services.unit import unit_of_work

PRIVATE_DIRECTORY = 0o700
OTHERS = 0o077


@click.command()
def init() -> None:
    """Set up keys and databases, or bring them up to date; nothing is overwritten."""
    os.umask(OTHERS)
    _make_private(config.home_of(os.environ))
    secret = config.secret_file(os.environ)
    is_demo = os.environ.get("FUND_ENV") == config.Environment.DEMO
    if secret_file.make(secret, config.DEMO_MARK if is_demo else b""):
        click.echo(f"Made the secret {secret}. Keep a copy apart from the backups.")
    settings = cli.settings()
    _make_private(settings.upload_dir)
    _create_keystore(settings.keystore_url)
    migrations.upgrade(settings.database_url)
    _begin_books(settings)
    click.echo(f"The databases are at revision {migrations.newest()}.")


def _begin_books(settings: config.Settings) -> None:
    """Write the rules in force and the chart of accounts; what is there already stays."""
    with create_app(settings).app_context(), unit_of_work() as session:
        rules.seed(session)
        ledger_chart.seed_chart(session)


def _make_private(directory: Path) -> None:
    directory.mkdir(parents=True, exist_ok=True)
    directory.chmod(PRIVATE_DIRECTORY)


def _create_keystore(url: str) -> None:
    engine = create_engine(url)
    prepare_engine(engine)
    try:
        keystore.create_schema(engine)
    finally:
        engine.dispose()
