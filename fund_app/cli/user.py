"""`fund user`: take people on, give them roles, part from them. Passphrases are never arguments."""

from __future__ import annotations

import json
import sys

import click

from fund_app import cli
from fund_app.models.people import STAFF_ROLES
from fund_app.queries import people as known
from fund_app.services import people, staff_keys
from workflows.roles import APART_FROM_CUSTODY, SYSTEM, Role

ROLES = click.Choice([role.value for role in STAFF_ROLES])
AS_JSON = click.option("--json", "as_json", is_flag=True, help="Answer for programs.")
HANDLE_LENGTH = 64
LENGTHS = (
    f"A passphrase has {staff_keys.SHORTEST_PASSPHRASE} to {staff_keys.LONGEST_PASSPHRASE}"
    " characters; four or five random words are good."
)

APART = "A custodian of names cannot also be: {}.".format(", ".join(sorted(APART_FROM_CUSTODY)))


@click.group()
def user() -> None:
    """Staff accounts: who they are and what they may do."""


@user.command()
@click.argument("handle")
@click.option("--name", "display_name", required=True, help="The name colleagues see.")
@click.option("--role", "roles", multiple=True, required=True, type=ROLES)
@click.option("--language", type=click.Choice(["en", "ru", "de"]), default="en", show_default=True)
@click.option("--mail", "mail_address", help="Where notices without content are sent.")
@click.option("--resolution", default="", help="The resolution that gives these roles.")
@AS_JSON
def add(  # noqa: PLR0917 - a person has these facts
    handle: str,
    display_name: str,
    roles: tuple[str, ...],
    language: str,
    mail_address: str | None,
    resolution: str,
    as_json: bool,
) -> None:
    """Take HANDLE on; the passphrase is asked for, or read from standard input."""
    wanted = handle.strip().lower()
    if not wanted or len(wanted) > HANDLE_LENGTH:
        raise click.BadParameter("a sign-in name has 1 to 64 characters", param_hint="HANDLE")
    with cli.application().app_context():
        passphrase = _passphrase()
        try:
            person_id = people.add(
                SYSTEM,
                wanted,
                display_name,
                [Role(role) for role in roles],
                passphrase,
                language=language,
                mail_address=mail_address,
                resolution=resolution,
            )
        except people.HandleTaken:
            raise click.ClickException(f"Somebody signs in as {wanted} already.") from None
        except people.RolesApart:
            raise click.ClickException(APART) from None
        except staff_keys.PassphraseRefused:
            raise click.ClickException(LENGTHS) from None
    _say(as_json, f"{wanted} can sign in now.", handle=wanted, id=person_id, roles=sorted(roles))


@user.command()
@click.argument("handle")
@click.option("--role", type=ROLES, required=True)
@click.option("--resolution", default="", help="The resolution that gives this role.")
@AS_JSON
def grant(handle: str, role: str, resolution: str, as_json: bool) -> None:
    """Give HANDLE one more role."""
    with cli.application().app_context():
        _require(handle)
        try:
            people.grant(SYSTEM, handle.strip().lower(), Role(role), resolution=resolution)
        except people.RolesApart:
            raise click.ClickException(APART) from None
    _say(as_json, f"{handle} holds the role {role} now.", handle=handle, role=role)


@user.command()
@click.argument("handle")
@AS_JSON
def disable(handle: str, as_json: bool) -> None:
    """End the access of HANDLE: first every key, then sign-in and roles."""
    with cli.application().app_context():
        _require(handle)
        people.disable(SYSTEM, handle.strip().lower())
    _say(as_json, f"{handle} has no access any more.", handle=handle, disabled=True)


def _require(handle: str) -> None:
    if known.by_handle(handle) is None:
        raise click.ClickException(f"Nobody signs in as {handle}.")


def _passphrase() -> str:
    """Ask twice at a terminal; elsewhere read one line, so that it is in no process list."""
    if sys.stdin.isatty():
        answer: str = click.prompt("Passphrase", hide_input=True, confirmation_prompt=True)
        return answer
    return sys.stdin.readline().rstrip("\n")


def _say(as_json: bool, sentence: str, **facts: object) -> None:
    click.echo(json.dumps(facts) if as_json else sentence)
