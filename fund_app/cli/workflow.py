"""`fund workflow`: look at the workflows, check them, draw them, and publish new versions."""

from __future__ import annotations

import json

import click

from workflows import catalogue, check, diagram
from workflows.document import DOCUMENT, document
from workflows.engine import Workflow


@click.group()
def workflow() -> None:
    """Look at the workflows, check them and draw them."""


AS_JSON = click.option("--json", "as_json", is_flag=True, help="Print JSON for other programs.")
VERSION = click.option("--version", type=int, help="A version; the newest when left out.")


@workflow.command(name="list")
@AS_JSON
def list_(*, as_json: bool) -> None:
    """List every workflow and version."""
    rows = [
        {
            "name": one.name,
            "version": one.version,
            "states": len(one.states),
            "actions": len(one.actions),
            "digest": one.digest,
        }
        for one in catalogue.all_workflows()
    ]
    if as_json:
        click.echo(json.dumps(rows, indent=2))
        return
    for row in rows:
        click.echo("{name}/{version}: {states} states, {actions} actions".format_map(row))


@workflow.command()
@click.argument("name")
@VERSION
@AS_JSON
def show(name: str, version: int | None, *, as_json: bool) -> None:
    """Show the states and steps of NAME."""
    found = _found(name, version)
    if as_json:
        click.echo(json.dumps(found.as_mapping(), indent=2))
        return
    click.echo(found.label)
    for state in found.states:
        waits = "end" if state.final else f"{state.owner} acts; clocks {', '.join(state.clocks)}"
        click.echo(f"  {state.code} [{state.public_label}]: {waits}")
    for step in found.steps:
        sources, roles = ", ".join(step.sources), ", ".join(step.by_roles)
        click.echo(f"  {step.action}: {sources} -> {step.dest} by {roles}")


@workflow.command(name="check")
@click.argument("name", required=False)
@VERSION
@AS_JSON
def check_(name: str | None, version: int | None, *, as_json: bool) -> None:
    """Check NAME, or every workflow; exit code 1 when something is wrong."""
    chosen = [_found(name, version)] if name else list(catalogue.all_workflows())
    problems = [problem for one in chosen for problem in check.check(one)]
    if as_json:
        rows = [
            {"workflow": p.workflow, "code": p.code, "message": p.message, "path": list(p.path)}
            for p in problems
        ]
        click.echo(json.dumps(rows, indent=2))
    else:
        for problem in problems:
            click.echo(str(problem))
        click.echo(f"{len(chosen)} checked, {len(problems)} problems")
    if problems:
        raise SystemExit(1)


@workflow.command(name="diagram")
@click.argument("name")
@VERSION
@click.option("--applicant", is_flag=True, help="Only what an applicant may know.")
@click.option("--state", help="Light up this state.")
def diagram_(name: str, version: int | None, *, applicant: bool, state: str | None) -> None:
    """Print NAME as a Mermaid diagram."""
    found = _found(name, version)
    if applicant:
        click.echo(diagram.applicant_view(found), nl=False)
    elif state is None:
        click.echo(diagram.staff_view(found), nl=False)
    elif state in found.state_of:
        click.echo(diagram.case_view(found, state), nl=False)
    else:
        raise click.ClickException(f"{found.label} has no state {state}.")


@workflow.command(name="document")
def document_() -> None:
    """Write docs/workflows.md from the definitions."""
    DOCUMENT.write_text(document(), encoding="utf-8")
    click.echo(f"Wrote {DOCUMENT.name}.")


@workflow.command()
def publish() -> None:
    """Lock the digests of new versions; a changed published version is refused."""
    try:
        text = catalogue.lock_text(catalogue.all_workflows(), catalogue.locked_digests())
    except catalogue.ChangedDefinition as changed:
        raise click.ClickException(
            f"{changed} is published and must stay as it is; make a new version."
        ) from None
    catalogue.LOCK_FILE.write_text(text, encoding="utf-8")
    click.echo(f"Wrote {catalogue.LOCK_FILE.name}.")


def _found(name: str, version: int | None) -> Workflow:
    try:
        return catalogue.workflow(name, version)
    except KeyError as unknown:
        raise click.ClickException(f"There is no workflow {unknown.args[0]}.") from None
