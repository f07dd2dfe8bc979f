"""`fund erase`: destroy a case, its keys first."""

from __future__ import annotations

import json

import click

from fund_app import cli
from fund_app.cli import _cases
from fund_app.services import erasures
from fund_app.services.erasures import CannotErase
from workflows.erasures import OBSTACLES, Origin


@click.command()
@click.argument("case")
@click.option("--yes", is_flag=True, help="Do not ask.")
@click.option("--json", "as_json", is_flag=True, help="Answer for programs.")
def erase(case: str, yes: bool, as_json: bool) -> None:
    """Destroy CASE (designation or id) for good; the exit code is 1 when it may not be.

    The trail, the ledger and the statistics stay whole. What was begun and not finished, by a
    crash, is finished.
    """
    with cli.application().app_context():
        application_id, designation = _cases.find(case)
        if not yes:
            click.confirm(
                f"Destroy everything told in {designation}? Nothing undoes it", abort=True
            )
        try:
            number = erasures.erase(application_id, Origin.OPERATOR)
        except CannotErase as refused:
            raise click.ClickException(OBSTACLES[refused.code]) from None
        is_done = erasures.carry_out(number)
    if as_json:
        click.echo(json.dumps({"case": application_id, "proof": number, "done": is_done}))
    elif is_done:
        click.echo(f"{designation} is destroyed. Number of the proof: {number}")
    else:
        click.echo(f"{designation}: the keys are gone; a busy file is cleaned within a minute.")
