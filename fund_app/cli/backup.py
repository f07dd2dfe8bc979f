"""`fund backup`: the data and, apart from it and for seven days only, the keys."""

from __future__ import annotations

import json
import os
from pathlib import Path

import click

from fund_app import cli
from fund_app.adapters.clock import now
from fund_app.services import backups

OTHERS = 0o077


@click.command()
@click.argument("folder", type=click.Path(file_okay=False, path_type=Path))
@click.option("--json", "as_json", is_flag=True, help="Answer for programs.")
def backup(folder: Path, as_json: bool) -> None:
    """Back up into FOLDER/data and FOLDER/keystore; remove keys older than seven days.

    Carry the two folders to different places, in different hands. The secret is in neither.
    """
    os.umask(OTHERS)
    folder.mkdir(parents=True, exist_ok=True)
    with cli.application().app_context():
        removed = backups.write(folder, now())
        pair = backups.newest(folder)
    if as_json:
        answer = {"data": str(pair.data), "keystore": str(pair.keys), "removed": len(removed)}
        click.echo(json.dumps(answer))
        return
    click.echo(f"Data: {pair.data}\nKeys: {pair.keys}")
    if removed:
        click.echo(f"Removed {len(removed)} backups of keys older than seven days.")
