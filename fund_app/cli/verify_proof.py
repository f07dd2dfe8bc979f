"""`fund verify-proof`: check the signature of a proof of erasure."""

from __future__ import annotations

import json
from dataclasses import asdict
from pathlib import Path

import click

from fund_app import cli
from fund_app.services import proofs


@click.command()
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--key", help="The published public key; this installation's if left out.")
@click.option("--json", "as_json", is_flag=True, help="Answer for programs.")
def verify_proof(file: Path, key: str | None, as_json: bool) -> None:
    """Say whether the proof in FILE is unchanged and ours; the exit code is 1 if it is not."""
    text = file.read_text(encoding="utf-8", errors="replace")
    with cli.application().app_context():
        found = proofs.check(text, key)
    if as_json:
        click.echo(json.dumps(asdict(found)))
    elif not found.is_genuine:
        click.echo("This is no proof, or its words were changed after it was signed.")
    elif not found.is_ours:
        click.echo(f"Unchanged, but signed by another key: {found.key}")
    else:
        click.echo("Genuine: signed by this fund, and not a word was changed.")
    if not (found.is_genuine and found.is_ours):
        raise SystemExit(1)
