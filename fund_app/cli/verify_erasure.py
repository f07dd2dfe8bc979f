"""`fund verify-erasure`: prove that nothing of a case can be read any more."""

from __future__ import annotations

import json
from dataclasses import asdict

import click

from fund_app import cli
from fund_app.cli import _cases
from fund_app.extensions import db
from fund_app.services import remains


@click.command()
@click.argument("case")
@click.option("--json", "as_json", is_flag=True, help="Answer for programs.")
def verify_erasure(case: str, as_json: bool) -> None:
    """Look for everything of CASE; the exit code is 1 when something readable is left."""
    with cli.application().app_context():
        application_id, designation = _cases.find(case)
        report = remains.of(db.session(), application_id)
    if as_json:
        click.echo(json.dumps(asdict(report) | {"is_gone": report.is_gone}, indent=2))
    else:
        for each in report.left:
            click.echo(f"left   {each.what}: {each.count}")
        for each in report.stays:
            click.echo(f"stays  {each.what}: {each.count} ({each.why})")
        click.echo(f"{designation}: {_verdict(report)}")
    if not report.is_gone:
        raise SystemExit(1)


def _verdict(report: remains.Report) -> str:
    if report.is_gone:
        return "no key, no sealed text, no file is left."
    if report.state is None:
        return "was never erased."
    return f"erasure is {report.state}; something is left."
