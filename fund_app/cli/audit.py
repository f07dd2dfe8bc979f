"""`fund audit`: verify the trail of every step, and print the day's anchor."""

from __future__ import annotations

import json
from dataclasses import asdict
from datetime import datetime, timedelta

import click

from fund_app import cli
from fund_app.adapters.clock import now
from fund_app.extensions import db
from fund_app.models.subjects import SUBJECTS
from fund_app.queries import audit as trail
from fund_app.services import anchors
from fund_app.services import audit as chains

DAY = click.DateTime(formats=["%Y-%m-%d"])
TROUBLES = {
    "missing": "an event before it is missing",
    "unchained": "it does not follow the event before it",
    "changed": "its content is not what was recorded",
    "cut": "the chain should go on here and does not",
}


@click.group()
def audit() -> None:
    """Read and check the audit trail; nothing here changes it."""


@audit.command()
@click.option("--json", "as_json", is_flag=True, help="Answer for programs.")
def verify(as_json: bool) -> None:
    """Walk every chain; the exit code is 1 when one is broken."""
    with cli.application().app_context():
        broken = list(chains.verify(db.session(), SUBJECTS))
        events, count = trail.size(db.session())
    if as_json:
        found = [asdict(one) for one in broken]
        click.echo(json.dumps({"chains": count, "events": events, "broken": found}, indent=2))
    else:
        for one in broken:
            click.echo(f"{one.chain} {one.subject_id}: event {one.step}: {TROUBLES[one.problem]}")
    if broken:
        raise SystemExit(1)
    if not as_json:
        click.echo(f"The trail is whole: {events} events in {count} chains.")


@audit.command()
@click.option("--day", type=DAY, help="A day that is over (YYYY-MM-DD); yesterday if left out.")
@click.option("--check", "kept", help="A root kept earlier; the exit code is 1 if it differs.")
@click.option("--json", "as_json", is_flag=True, help="Answer for programs.")
def anchor(day: datetime | None, kept: str | None, as_json: bool) -> None:
    """Print the root of a day: one hash over the heads of all chains.

    Keep it where nobody of the fund can change it, and check it later with --check.
    """
    with cli.application().app_context():
        today = now().date()
        wanted = day.date() if day else today - timedelta(days=1)
        if wanted >= today:
            raise click.BadParameter("this day is not over yet", param_hint="--day")
        found = anchors.anchor(db.session(), wanted)
    if as_json:
        click.echo(json.dumps(asdict(found) | {"day": found.day.isoformat()}))
    else:
        click.echo(f"{found.day} {found.root} {found.chains}")
    if kept is not None and kept.strip().lower() != found.root:
        click.echo("This is not the root that was kept: the trail was rewritten.", err=True)
        raise SystemExit(1)
