"""`fund jobs`: look at the outbox, and give dead letters a fresh start."""

from __future__ import annotations

import json
from dataclasses import asdict

import click

from fund_app import cli
from fund_app.models.jobs import JobState
from fund_app.services import jobs as outbox
from fund_app.services.unit import unit_of_work


@click.group()
def jobs() -> None:
    """Look at what waits to be done, and try again what could not be done."""


@jobs.command("list")
@click.option(
    "--state",
    "states",
    multiple=True,
    type=click.Choice([state.value for state in JobState]),
    help="Only jobs in this state; may be given several times.",
)
@click.option("--limit", default=100, show_default=True, help="At most this many jobs.")
@click.option("--json", "as_json", is_flag=True, help="Answer for programs.")
def list_jobs(states: tuple[str, ...], limit: int, as_json: bool) -> None:
    """List jobs, the earliest due first, after a count of all of them."""
    with cli.application().app_context(), unit_of_work() as session:
        counts = outbox.counts(session)
        rows = outbox.inspect(session, states=states, limit=limit)
    if as_json:
        found = [asdict(row) | {"run_at": row.run_at.isoformat()} for row in rows]
        click.echo(json.dumps({"counts": counts, "jobs": found}, indent=2))
        return
    click.echo(", ".join(f"{number} {state}" for state, number in counts.items()))
    for row in rows:
        due = row.run_at.isoformat(timespec="minutes")
        error = f"  {row.last_error_code}" if row.last_error_code else ""
        click.echo(f"{row.state:8} {due}  {row.lane:10} {row.attempts:3}  {row.key}{error}")


@jobs.command()
@click.argument("key")
@click.option("--json", "as_json", is_flag=True, help="Answer for programs.")
def requeue(key: str, as_json: bool) -> None:
    """Give the dead letter KEY a fresh start; exit code 1 when there is none."""
    with cli.application().app_context(), unit_of_work() as session:
        is_requeued = outbox.requeue(session, key)
    if as_json:
        click.echo(json.dumps({"key": key, "requeued": is_requeued}))
    else:
        click.echo(f"{key} will be tried again." if is_requeued else f"No dead letter: {key}")
    if not is_requeued:
        raise SystemExit(1)
