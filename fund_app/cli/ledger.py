"""`fund ledger`: check the books, read the balances, hand the journal to other programs."""

from __future__ import annotations

import json
from dataclasses import asdict

import click

from fund_app import cli
from fund_app.extensions import db
from fund_app.queries import ledger as books
from fund_app.queries.ledger_check import recompute_check
from fund_app.queries.ledger_export import FORMATS, decimal_text
from fund_app.services.ledger import altered_entries


@click.group()
def ledger() -> None:
    """Read and check the ledger; nothing here changes it."""


@ledger.command()
@click.option("--json", "as_json", is_flag=True, help="Answer for programs.")
def check(as_json: bool) -> None:
    """Add everything up again; the exit code is 1 when something does not agree."""
    with cli.application().app_context():
        differences = recompute_check()
        altered = altered_entries(db.session())
    if as_json:
        click.echo(
            json.dumps(
                {"differences": [asdict(one) for one in differences], "altered_entries": altered},
                indent=2,
            )
        )
    else:
        for one in differences:
            click.echo(f"{one.what} {one.where}: {one.stored} stored, {one.recomputed} added up")
        for entry_id in altered:
            click.echo(f"entry {entry_id}: the content is not what was recorded")
    if differences or altered:
        raise SystemExit(1)
    if not as_json:
        click.echo("The books agree.")


@ledger.command()
@click.option("--json", "as_json", is_flag=True, help="Answer for programs, in minor units.")
def balances(as_json: bool) -> None:
    """Show the trial balance and where each fund stands."""
    with cli.application().app_context():
        rows, standing = books.trial_balance(), books.positions()
    if as_json:
        positions = [{**asdict(one), "available": one.available} for one in standing]
        accounts = [asdict(row) for row in rows]
        click.echo(json.dumps({"accounts": accounts, "funds": positions}, indent=2))
        return
    for row in rows:
        amount = decimal_text(row.balance, row.currency)
        click.echo(f"{row.account_code:<32} {row.fund_code:<8} {amount:>16} {row.currency}")
    for one in standing:
        parts = (("spendable", one.spendable), ("committed", one.committed),
                 ("available", one.available))  # fmt: skip
        texts = (f"{name} {decimal_text(amount, one.currency)}" for name, amount in parts)
        click.echo(f"{one.fund_code} {one.currency}: {', '.join(texts)}")


@ledger.command()
@click.option("--format", "name", type=click.Choice(sorted(FORMATS)), required=True)
@click.option("--json", "as_json", is_flag=True, help="Answer for programs: a list of lines.")
def export(name: str, as_json: bool) -> None:
    """Write the whole journal to standard output, balances asserted at its end."""
    with cli.application().app_context():
        if as_json:
            click.echo(json.dumps({"format": name, "lines": list(FORMATS[name]())}, indent=2))
            return
        for line in FORMATS[name]():
            click.echo(line)
