"""`fund retention`: what is due to be destroyed, and doing it; what is kept longer, and why."""

from __future__ import annotations

import json
from datetime import datetime

import click

from fund_app import cli
from fund_app.adapters.clock import now
from fund_app.cli import _cases
from fund_app.extensions import db
from fund_app.services import retention as terms
from workflows.erasures import KEPT_REASONS
from workflows.roles import SYSTEM, Role

BY = (SYSTEM, Role.SYSTEM)
DAY = click.DateTime(formats=["%Y-%m-%d"])
WORDS = {
    "payees": "P4: payees of cases whose payments are accounted for",
    "cases": "P2 and P3: cases whose time has passed",
    "drafts": "drafts nobody came back to",
    "orphans": "keys, holders and files nobody refers to",
    "held": "waiting, on hold or kept longer",
}


@click.command()
@click.option("--now", "moment", type=DAY, help="The day to count for; today if left out.")
@click.option("--apply", "do_it", is_flag=True, help="Destroy it; without, only count.")
@click.option("--keep", "kept", help="A case (designation or id) to keep longer.")
@click.option("--reason", type=click.Choice(KEPT_REASONS), help="Why it is kept longer.")
@click.option("--until", type=DAY, help="Until which day, a year from now at most.")
@click.option("--let-go", "released", help="A case that is kept longer no more.")
@click.option("--json", "as_json", is_flag=True, help="Answer for programs.")
def retention(  # noqa: PLR0917 - one option each
    moment: datetime | None,
    do_it: bool,
    kept: str | None,
    reason: str | None,
    until: datetime | None,
    released: str | None,
    as_json: bool,
) -> None:
    """Count what is due on a day; destroy it with --apply. Keep single cases longer."""
    with cli.application().app_context():
        if kept is not None:
            _keep(kept, reason, until)
        if released is not None and not terms.let_go(BY, _cases.find(released)[0]):
            raise click.ClickException("This case is not kept longer.")
        day = moment.date() if moment else now().date()
        found = terms.apply(day) if do_it else terms.due(db.session(), day)
    if as_json:
        answer = {"day": day.isoformat(), "applied": do_it, **found.counts()}
        click.echo(json.dumps(answer | {"waiting": dict(found.held)}))
        return
    click.echo(f"{day}: {'destroyed' if do_it else 'due (nothing was destroyed)'}")
    for code, count in found.counts().items():
        click.echo(f"{count:6}  {WORDS[code]}")


def _keep(case: str, reason: str | None, until: datetime | None) -> None:
    if reason is None or until is None:
        raise click.UsageError("--keep needs --reason and --until")
    application_id, designation = _cases.find(case)
    try:
        terms.keep(BY, application_id, reason, until.date())
    except ValueError:
        raise click.BadParameter("a day within a year from now", param_hint="--until") from None
    click.echo(f"{designation} is kept until {until.date()}.", err=True)
