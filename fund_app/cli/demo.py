"""`fund demo`: the demonstration's data, loaded into an empty installation."""

from __future__ import annotations

import sys
import time
from datetime import datetime

import click

from fund_app import cli
from fund_app.services import demo_data


@click.command()
def demo() -> None:
    """Load the demonstration: a made-up fund with its people, cases and money."""
    settings = cli.settings()
    if not settings.is_demo:
        raise click.ClickException(
            "The demonstration holds made-up people and lets everybody in, so it is loaded with"
            " FUND_ENV=demo only."
        )
    app = cli.application()
    with app.app_context():
        if demo_data.is_loaded():
            click.echo("The demonstration is loaded already. Start it with: fund serve")
            return
        began = time.monotonic()
        try:
            count = demo_data.load(_Progress())
        except demo_data.NotEmpty:
            raise click.ClickException(
                "This installation is in use, and the demonstration does not mix with it."
                " Set FUND_HOME to another folder and run 'fund init' there first."
            ) from None
        demo_data.start_clock()
    click.echo(f"Loaded {count} made-up cases in {time.monotonic() - began:.0f} seconds.")
    click.echo("It is noon (UTC) on 30 June 2026. Start it with: fund serve")


class _Progress:
    """Says which month is being lived through, on a terminal in one line."""

    def __init__(self) -> None:
        self._month = ""

    def __call__(self, moment: datetime) -> None:
        """Show a moment if its month is a new one."""
        month = f"{moment:%Y-%m}"
        if month != self._month:
            self._month = month
            if sys.stdout.isatty():
                click.echo(f"\rLiving through {month} ...", nl=moment >= demo_data.NOW)
