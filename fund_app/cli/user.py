"""`fund user`: the first people of an installation, and parting from anybody.

Once two people are here who may sign, taking on and giving roles happens on the page, with two
signatures: a terminal has no second person. Passphrases are never arguments.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Collection

import click

from fund_app import cli
from fund_app.models.people import STAFF_ROLES
from fund_app.queries import people as known
from fund_app.services import enrolments, holdings, people, staff_keys, vault
from fund_app.services.unit import unit_of_work
from fund_app.services.vault import keystore
from workflows.roles import APART_FROM_CUSTODY, SYSTEM, Role, go_together

ROLES = click.Choice([role.value for role in STAFF_ROLES])
AS_JSON = click.option("--json", "as_json", is_flag=True, help="Answer for programs.")
HANDLE_LENGTH = 64
TWO_SIGN = (
    "Two people are here who may sign, so this takes both of them: one proposes it on the page"
    " People (/admin), another administrator or member of the board confirms it there."
)
REFUSED = (
    f"A passphrase has {staff_keys.SHORTEST_PASSPHRASE} to {staff_keys.LONGEST_PASSPHRASE}"
    " characters and is none that others would guess; four or five random words are good."
)
HOURS = int(enrolments.LASTS.total_seconds()) // 3600

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
    """Take HANDLE on; the passphrase is asked for, or read from standard input.

    Prints the code with which the person makes their first passkey at /staff/enrol.
    """
    wanted = handle.strip().lower()
    if not wanted or len(wanted) > HANDLE_LENGTH:
        raise click.BadParameter("a sign-in name has 1 to 64 characters", param_hint="HANDLE")
    _require_separate(roles)
    with cli.application().app_context():
        _require_founding()
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
            raise click.ClickException(REFUSED) from None
        code = enrolments.offer(SYSTEM, person_id)
    _say(
        as_json,
        f"{wanted} is taken on. {_about(code)}",
        handle=wanted,
        id=person_id,
        roles=sorted(roles),
        enrolment_code=code,
    )


@user.command()
@click.argument("handle")
@AS_JSON
def enrol(handle: str, as_json: bool) -> None:
    """Give HANDLE a new code for a first passkey, for somebody who has lost theirs.

    Used together with the passphrase, it ends every passkey and session the person has.
    """
    with cli.application().app_context():
        person = known.by_handle(handle)
        if person is None:
            raise click.ClickException(f"Nobody signs in as {handle}.")
        code = enrolments.offer(SYSTEM, person.id)
    _say(as_json, _about(code), handle=handle, enrolment_code=code)


@user.command()
@click.argument("handle")
@click.option("--role", type=ROLES, required=True)
@click.option("--resolution", default="", help="The resolution that gives this role.")
@AS_JSON
def grant(handle: str, role: str, resolution: str, as_json: bool) -> None:
    """Give HANDLE one more role."""
    with cli.application().app_context():
        held = people.roles_of(_require(handle))
        _require_founding()
        _require_separate({*held, role})
        try:
            people.grant(SYSTEM, handle.strip().lower(), Role(role), resolution=resolution)
        except people.RolesApart:
            raise click.ClickException(APART) from None
    _say(as_json, f"{handle} holds the role {role} now.", handle=handle, role=role)


@user.command()
@click.argument("handle")
@AS_JSON
def disable(handle: str, as_json: bool) -> None:
    """End the access of HANDLE: sessions, keys, sign-in; then renew what they could open.

    Killed on the way, run it again.
    """
    with cli.application().app_context():
        person_id = _require(handle)
        with unit_of_work() as session:
            alone = holdings.held_alone(session, person_id)
        people.disable(SYSTEM, handle.strip().lower())
        total = keystore().due_renewals()
        with click.progressbar(length=total, label="New keys", file=sys.stderr) as bar:
            while count := vault.renew_due():
                bar.update(count)
    sentence = f"{handle} has no access any more; {total} compartments have a new key."
    if alone:
        among = len({case_id for case_id, _part in alone})
        sentence += (
            f"\nNobody else here can open {len(alone)} compartments of {among} open cases or"
            " papers of the treasury; coordinators and the treasury see which under Keys."
        )
    _say(as_json, sentence, handle=handle, disabled=True, renewed=total, held_alone=len(alone))


def _require_separate(roles: Collection[str]) -> None:
    if not go_together(frozenset(map(Role, roles))):
        raise click.ClickException("An administrator holds no keys of cases: no role beside it.")


def _require_founding() -> None:
    with unit_of_work() as session:
        if not people.is_founding(session):
            raise click.ClickException(TWO_SIGN)


def _about(code: str) -> str:
    return (
        f"The code for a first passkey is {code}. Hand it over in person:"
        f" it works once, for {HOURS} hours, with the passphrase, at /staff/enrol."
    )


def _require(handle: str) -> str:
    person = known.by_handle(handle)
    if person is None:
        raise click.ClickException(f"Nobody signs in as {handle}.")
    return person.id


def _passphrase() -> str:
    """Ask twice at a terminal; elsewhere read one line, so that it is in no process list."""
    if sys.stdin.isatty():
        answer: str = click.prompt("Passphrase", hide_input=True, confirmation_prompt=True)
        return answer
    return sys.stdin.readline().rstrip("\n")


def _say(as_json: bool, sentence: str, **facts: object) -> None:
    click.echo(json.dumps(facts) if as_json else sentence)
