"""`fund worker`: do what the outbox holds, until asked to stop."""

from __future__ import annotations

import os

import click

from fund_app import cli
from fund_app.cli import _process
from fund_app.jobs.worker import run_worker
from fund_app.models.jobs import Lane

STUCK = 75
"""Exit code of a worker whose job overstayed its hard maximum: start it again."""


@click.command()
@click.option(
    "--lane",
    "lanes",
    multiple=True,
    type=click.Choice([lane.value for lane in Lane]),
    help="Serve only this lane; may be given several times. All lanes unless given.",
)
@click.option("--once", is_flag=True, help="Do what is due now, then end.")
def worker(lanes: tuple[str, ...], once: bool) -> None:
    """Do what is due later: clocks, letters, payments' news. Ends after the present job."""
    _process.log_plainly()
    app = cli.application()
    count = run_worker(app, once=once, lanes=lanes or None, when_stuck=_leave)
    if once:
        click.echo(f"Jobs done or tried: {count}")


def _leave() -> None:
    # Nothing can end a thread that hangs; the process can end, and is started again.
    os._exit(STUCK)
