"""`fund ledger`: check the books, read the balances, hand the journal to other programs."""

from __future__ import annotations

import json
from dataclasses import asdict
from datetime import datetime
from pathlib import Path

import click

from fund_app import cli
from fund_app.extensions import db
from fund_app.queries import ledger as books
from fund_app.queries import ledger_spans
from fund_app.queries.ledger_check import recompute_check
from fund_app.queries.ledger_export import FORMATS, decimal_text, everything
from fund_app.queries.ledger_spans import Span
from fund_app.services.ledger import altered_entries

DAY = click.DateTime(["%Y-%m-%d"])


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
@click.option("--format", "name", type=click.Choice(sorted(FORMATS)), help="One format.")
@click.option("--since", type=DAY, help="First booking day; from the beginning without it.")
@click.option("--until", type=DAY, help="Last booking day; to the end without it.")
@click.option("--period", help="The days of a period instead, such as 2026.")
@click.option(
    "--out",
    type=click.Path(file_okay=False, path_type=Path),
    help="Folder for every format and a manifest of their SHA-256.",
)
@click.option("--json", "as_json", is_flag=True, help="Answer for programs: a list of lines.")
def export(  # noqa: PLR0917 (options of a command)
    name: str | None,
    since: datetime | None,
    until: datetime | None,
    period: str | None,
    out: Path | None,
    as_json: bool,
) -> None:
    """Write the journal to standard output, or every format to a folder.

    A part of the journal begins with what stood before it; balances are asserted at the end.
    """
    if (name is None) == (out is None):
        raise click.UsageError("Give either --format for one format or --out for all of them.")
    with cli.application().app_context():
        span = _span(since, until, period)
        if out is not None:
            _write(out, span)
        elif name is not None and as_json:
            click.echo(json.dumps({"format": name, "lines": list(FORMATS[name](span))}, indent=2))
        elif name is not None:
            for line in FORMATS[name](span):
                click.echo(line)


def _span(since: datetime | None, until: datetime | None, period: str | None) -> Span:
    if period is None:
        found = Span(since and since.date(), until and until.date())
        if found.since and found.until and found.until < found.since:
            raise click.UsageError("--until lies before --since.")
        return found
    if since or until:
        raise click.UsageError("Give either --period or --since and --until.")
    named = ledger_spans.period(period)
    if named is None:
        known = ", ".join(ledger_spans.periods()) or "none"
        raise click.UsageError(f"There is no period of this code. There are: {known}.")
    return named


def _write(out: Path, span: Span) -> None:
    out.mkdir(parents=True, exist_ok=True)
    count = 0
    for path, content in everything(span):
        (out / path).write_bytes(content)
        count += 1
    click.echo(f"{count} files in {out.resolve()}")
