"""`fund restore`: put the newest backup in place, and erase again what was erased since."""

from __future__ import annotations

import json
import os
from pathlib import Path

import click

from fund_app import cli
from fund_app.adapters.clock import now
from fund_app.adapters.dumps import WrongDump
from fund_app.services import backups

OTHERS = 0o077


@click.command()
@click.argument("folder", type=click.Path(exists=True, file_okay=False, path_type=Path))
@click.option("--force", is_flag=True, help="Take keys older than seven days.")
@click.option("--replace", is_flag=True, help="Replace what this installation holds.")
@click.option("--json", "as_json", is_flag=True, help="Answer for programs.")
def restore(folder: Path, force: bool, replace: bool, as_json: bool) -> None:
    """Restore the newest data and keys from FOLDER, in an installation `fund init` has made."""
    os.umask(OTHERS)
    with cli.application().app_context():
        try:
            again = backups.restore(folder, now().date(), force=force, replace=replace)
        except backups.NoBackup:
            raise click.ClickException("There is no whole backup in this folder.") from None
        except backups.TooOld as old:
            raise click.ClickException(
                f"The keys are of {old.made_on}, older than seven days: they open what was erased "
                "since. Destroy this backup, or say --force."
            ) from None
        except backups.NotEmpty:
            raise click.ClickException(
                "This installation holds people or cases. Say --replace to lose them."
            ) from None
        except WrongDump:
            raise click.ClickException(
                "This backup is of another kind of database, or of another version."
            ) from None
    if as_json:
        click.echo(json.dumps({"erased_again": again}))
    else:
        click.echo(f"Restored. Keys and holders erased again: {again}")
