"""`fund open-data`: the grants that two people have published, in the 360Giving format."""

from __future__ import annotations

import json
from pathlib import Path

import click

from fund_app import cli
from fund_app.extensions import db
from fund_app.services import open_data as service


@click.command(name="open-data")
@click.option(
    "--out",
    type=click.Path(dir_okay=False, path_type=Path),
    help="File to write; standard output without it.",
)
def open_data(out: Path | None) -> None:
    """Write what everybody may download; the exit code is 1 where nothing is published."""
    with cli.application().app_context():
        found = service.document(db.session())
    if found is None:
        raise click.ClickException("No grant is published. Two people publish one at /board/grants")
    text = json.dumps(found, indent=2, ensure_ascii=False)
    if out is None:
        click.echo(text)
        return
    out.write_text(f"{text}\n", encoding="utf-8")
    click.echo(f"{len(found['grants'])} grants in {out.resolve()}")
