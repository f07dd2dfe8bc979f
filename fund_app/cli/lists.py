"""`fund lists`: import official lists from files, and see which are in use."""

from __future__ import annotations

import json
from datetime import datetime
from pathlib import Path

import click

from fund_app import cli
from fund_app.extensions import db
from fund_app.services import official_lists
from fund_app.services.official_lists import ListRefused
from workflows.roles import SYSTEM

REFUSALS = {
    "too_large": "This file is larger than any official list.",
    "hostile": "This file carries a document type or entities; it was not read.",
    "not_readable": "This file cannot be read. Fetch it from its publisher once more.",
    "unknown": "This is none of the lists known here: EU, UN, OFAC (XML, CSV), UK (XML, CSV).",
    "no_aliases": "OFAC's CSV comes in two files: give alt.csv with --aliases.",
    "day_missing": "OFAC's CSV does not say of which day it is: give it with --day.",
    "day_ahead": "This day has not come yet.",
    "no_day": "This list does not say of which day it is.",
    "no_entries": "There is no entry with a name in this list.",
    "count_differs": "This list holds fewer or more entries than it says itself.",
    "older": "A newer version of this list is in use.",
}


@click.group()
def lists() -> None:
    """Look after the official lists payees are screened in, offline."""


@lists.command(name="import")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option(
    "--aliases",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="For OFAC's sdn.csv: its file alt.csv.",
)
@click.option(
    "--day", type=click.DateTime(["%Y-%m-%d"]), help="For OFAC's sdn.csv: of which day it is."
)
@click.option("--json", "as_json", is_flag=True, help="Answer for programs.")
def import_(file: Path, aliases: Path | None, day: datetime | None, as_json: bool) -> None:
    """Import FILE; the same file again does nothing. The exit code is 1 when it is refused."""
    with cli.application().app_context():
        try:
            done = official_lists.import_file(
                SYSTEM,
                file.read_bytes(),
                aliases.read_bytes() if aliases else b"",
                day.date() if day else None,
            )
        except ListRefused as refused:
            raise click.ClickException(REFUSALS[refused.code]) from None
    if as_json:
        click.echo(
            json.dumps(
                {
                    "list": done.code,
                    "version": done.version,
                    "entries": done.entries,
                    "names": done.names,
                    "unnamed": done.unnamed,
                    "new": done.is_new,
                }
            )
        )
    elif done.is_new:
        click.echo(
            f"{done.code} {done.version}: {done.entries} entries, {done.names} names,"
            f" {done.unnamed} left out without a name"
        )
    else:
        click.echo(f"{done.code} {done.version}: imported before, nothing changed")


@lists.command()
@click.option("--json", "as_json", is_flag=True, help="Answer for programs.")
def show(as_json: bool) -> None:
    """Show the version of each list in use."""
    with cli.application().app_context():
        rows = [
            {
                "list": row.code,
                "published_on": row.published_on.isoformat(),
                "version": row.version,
                "sha256": row.sha256,
                "entries": row.entries,
                "names": row.names,
                "imported_on": row.imported_on.isoformat(),
            }
            for row in official_lists.newest(db.session())
        ]
    if as_json:
        click.echo(json.dumps(rows, indent=2))
        return
    for row in rows:
        click.echo("{list:<5} {published_on}  {entries} entries  {sha256}".format(**row))
    if not rows:
        click.echo("No list has been imported, so no payment can be checked.")
