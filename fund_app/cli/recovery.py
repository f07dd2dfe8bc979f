"""`fund recovery`: the ceremony of the recovery key; best on a machine that is taken off the net.

Shares are written once, each to a file or a page of its own, and read from files or standard
input; they are never arguments, because a process list would show them.
"""

from __future__ import annotations

import json
import os
import sys
from pathlib import Path

import click
from sqlalchemy import select

from fund_app import cli
from fund_app.models.applications import Application
from fund_app.services import recovery as ceremony
from fund_app.services import recovery_use
from fund_app.services.unit import unit_of_work

PRIVATE_FILE = 0o600
PAGE_BREAK = "\f"
AS_JSON = click.option("--json", "as_json", is_flag=True, help="Answer for programs.")
OPERATORS = click.option(
    "--operator", "operators", multiple=True, required=True, help="Sign-in name; give two."
)
TWO_OPERATORS = "Two different people with access have to stand by: give --operator twice."


@click.group()
def recovery() -> None:
    """Make the recovery key, split into five shares of which three open it; use it."""


@recovery.command()
@OPERATORS
@click.option(
    "--out",
    type=click.Path(file_okay=False, path_type=Path),
    help="A folder on removable media for five files; without it they are printed, one per page.",
)
def split(operators: tuple[str, ...], out: Path | None) -> None:
    """Make a recovery key and hand out its five shares, this once."""
    if out is not None and out.exists() and any(out.iterdir()):
        raise click.ClickException(f"{out} is not empty; shares never mix with anything.")
    with cli.application().app_context():
        try:
            shares = ceremony.split(operators)
        except ceremony.OperatorsRefused:
            raise click.ClickException(TWO_OPERATORS) from None
    pages = [_page(number, share) for number, share in enumerate(shares, start=1)]
    if out is None:
        click.echo(PAGE_BREAK.join(pages))
    else:
        _write(out, pages)
    click.echo("New cases go to this key only after: fund recovery on --resolution ...", err=True)


@recovery.command("on")
@click.option("--resolution", required=True, help="The resolution that decides so.")
def switch_on(resolution: str) -> None:
    """Wrap every new case for the recovery key as well, as the fund has decided."""
    with cli.application().app_context():
        try:
            ceremony.decide(wanted=True, resolution=resolution)
        except LookupError:
            raise click.ClickException(
                "There is no recovery key yet. Run: fund recovery split"
            ) from None
    click.echo("New cases are wrapped for the recovery key from now on.")


@recovery.command("off")
@click.option("--resolution", required=True, help="The resolution that decides so.")
def switch_off(resolution: str) -> None:
    """Wrap no further case for the recovery key; older ones keep what they have."""
    with cli.application().app_context():
        ceremony.decide(wanted=False, resolution=resolution)
    click.echo("New cases are wrapped for people alone.")


@recovery.command()
@click.argument("cases", nargs=-1, required=True, metavar="DESIGNATION...")
@click.option("--to", "handle", required=True, help="Who gets the keys back: a sign-in name.")
@OPERATORS
@click.option(
    "--share",
    "files",
    multiple=True,
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="A file with one share; give three. Without it they are read line by line.",
)
@AS_JSON
def combine(
    cases: tuple[str, ...],
    handle: str,
    operators: tuple[str, ...],
    files: tuple[Path, ...],
    as_json: bool,
) -> None:
    """Give a colleague the keys of cases back that they ought to hold, with three shares."""
    shares = [_share_in(file.read_text(encoding="utf-8")) for file in files] or _typed()
    with cli.application().app_context():
        try:
            shared = recovery_use.combine(shares, _ids(cases), handle, operators)
        except ceremony.SharesRefused:
            raise click.ClickException(
                "These shares do not open it: three different ones of the same ceremony are needed."
            ) from None
        except ceremony.OperatorsRefused:
            raise click.ClickException(TWO_OPERATORS) from None
        except LookupError:
            raise click.ClickException(f"Nobody signs in as {handle}.") from None
    sentence = f"{shared} compartments are shared with {handle}."
    click.echo(json.dumps({"shared": shared, "to": handle}) if as_json else sentence)


def _page(number: int, share: str) -> str:
    return (
        f"Solidarity fund, recovery key: share {number} of {ceremony.SHARES}\n"
        f"Any {ceremony.NEEDED} open it. Keep it apart from the others, and from every computer.\n"
        f"\n{share}\n"
    )


def _share_in(text: str) -> str:
    """Return the words of a share's page: its last line that is not empty."""
    lines = [line for line in text.splitlines() if line.strip()]
    return lines[-1] if lines else ""


def _write(folder: Path, pages: list[str]) -> None:
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    for number, page in enumerate(pages, start=1):
        path = folder / f"share-{number}.txt"
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, PRIVATE_FILE)
        with os.fdopen(descriptor, "w", encoding="utf-8") as file:
            file.write(page)


def _typed() -> list[str]:
    if sys.stdin.isatty():
        click.echo("One share per line; end with an empty line.", err=True)
    shares: list[str] = []
    for line in sys.stdin:
        if not line.strip():
            break
        shares.append(line)
    return shares


def _ids(designations: tuple[str, ...]) -> list[str]:
    with unit_of_work() as session:
        statement = select(Application.id, Application.designation).where(
            Application.designation.in_(designations)
        )
        found = {row.designation: row.id for row in session.execute(statement)}
    missing = [name for name in designations if name not in found]
    if missing:
        raise click.ClickException(f"There is no case {missing[0]}.")
    return list(found.values())
