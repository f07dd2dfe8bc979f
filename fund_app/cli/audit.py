"""`fund audit`: verify the trail of every step, and print the day's anchor."""

from __future__ import annotations

import json
from dataclasses import asdict
from datetime import datetime, timedelta
from pathlib import Path

import click

from fund_app import cli
from fund_app.adapters.clock import now
from fund_app.extensions import db
from fund_app.models.subjects import SUBJECTS
from fund_app.queries import anchors as reads
from fund_app.queries import audit as trail
from fund_app.services import anchors
from fund_app.services import audit as chains

DAY = click.DateTime(formats=["%Y-%m-%d"])
TROUBLES = {
    "missing": "an event before it is missing",
    "unchained": "it does not follow the event before it",
    "changed": "its content is not what was recorded",
    "cut": "the chain should go on here and does not",
    "rewritten": "it was rewritten after it was anchored",
    "inserted": "it was slipped in after the day was anchored",
    "anchor_missing": "its row is gone",
    "anchor_changed": "its row is not what was published",
    "anchor_unchained": "it does not name the anchor before it",
}


@click.group()
def audit() -> None:
    """Read and check the audit trail; nothing here changes it."""


@audit.command()
@click.option(
    "--anchors",
    "folder",
    type=click.Path(exists=True, file_okay=False, path_type=Path),
    help="Anchors kept elsewhere; this installation's own folder if left out.",
)
@click.option("--json", "as_json", is_flag=True, help="Answer for programs.")
def verify(folder: Path | None, as_json: bool) -> None:
    """Walk every chain and hold it to the anchors; the exit code is 1 when one is broken.

    Names the first event that is wrong in each chain: chain, subject, step, day.
    """
    days = None if folder is None else anchors.kept_days(folder)
    if days == []:
        raise click.BadParameter("there are no anchors in it", param_hint="--anchors")
    with cli.application().app_context():
        broken = list(chains.verify(db.session(), SUBJECTS))
        named = {(one.chain, one.subject_id) for one in broken}
        held = anchors.check(db.session(), folder)
        broken += [one for one in held if (one.chain, one.subject_id) not in named]
        events, count = trail.size(db.session())
    if as_json:
        found = [asdict(one) | {"day": one.day and one.day.isoformat()} for one in broken]
        click.echo(json.dumps({"chains": count, "events": events, "broken": found}, indent=2))
    else:
        for one in broken:
            click.echo(_line(one))
    if broken:
        raise SystemExit(1)
    if not as_json:
        click.echo(f"The trail is whole: {events} events in {count} chains.")
        if days:
            click.echo(f"It was held to {len(days)} kept anchors, the last one of {days[-1]}.")


def _line(one: chains.Broken) -> str:
    day = f" of {one.day}" if one.day else ""
    if one.chain == anchors.CHAIN:
        return f"anchor{day}: {TROUBLES[one.problem]}"
    return f"{one.chain} {one.subject_id}: event {one.step}{day}: {TROUBLES[one.problem]}"


@audit.command()
@click.option("--day", type=DAY, help="A day that is over (YYYY-MM-DD); yesterday if left out.")
@click.option("--check", "kept", help="An anchor kept earlier; the exit code is 1 if it differs.")
@click.option("--json", "as_json", is_flag=True, help="Answer for programs.")
def anchor(day: datetime | None, kept: str | None, as_json: bool) -> None:
    """Anchor the days that are over, and print the anchor of one of them.

    Keep it where nobody of the fund can change it, and check it later with --check.
    """
    with cli.application().app_context():
        wanted = day.date() if day else (now() - anchors.GRACE).date() - timedelta(days=1)
        anchors.write(now())
        row = reads.of_day(db.session(), wanted)
        found = None if row is None else anchors.text_of(db.session(), row.day, row.previous)
    if row is None or found is None:
        raise click.BadParameter("this day has no anchor", param_hint="--day")
    if as_json:
        answer = {"day": wanted.isoformat(), "anchor": row.hash, "previous": row.previous}
        click.echo(json.dumps(answer))
    else:
        click.echo(f"{wanted} {row.hash}")
    is_kept = kept is None or kept.strip().lower() == row.hash
    if not is_kept or anchors.digest(found) != row.hash:
        click.echo("This is not the anchor that was kept: the trail was rewritten.", err=True)
        raise SystemExit(1)
