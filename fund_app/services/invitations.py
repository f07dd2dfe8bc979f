"""Invitations: how somebody who was taken on, or lost their passphrase, sets a new one.

Two people sign such a change, and each of them is shown one half of a word. Only whoever has
heard both halves can set the passphrase, so neither of the two can come in as somebody else.
The key made then is new and empty; nobody else has ever known what opens it.
"""

from __future__ import annotations

import hashlib
import hmac
import secrets
from datetime import timedelta

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from fund_app.adapters.clock import now
from fund_app.adapters.keystore import AlreadyKept
from fund_app.models.changes import Invitation
from fund_app.models.events import HOUSE, HOUSE_ID
from fund_app.models.people import Person
from fund_app.services import audit, staff_keys
from fund_app.services.codenames import word_list
from fund_app.services.unit import unit_of_work
from fund_app.services.vault import deployment_secrets, keystore
from workflows.roles import Actor

HALF_WORDS = 4
VALID_FOR = timedelta(days=7)


class NotInvited(Exception):
    """No invitation fits what was typed, or its week is over."""


def half(language: str) -> str:
    """Return one half of a word: four random words of a language, 51 bits."""
    chosen = word_list(language)
    return " ".join(secrets.choice(chosen) for _ in range(HALF_WORDS))


def digest(text: str) -> str:
    """Return what is kept of one half; without the installation's secret it leads nowhere."""
    return _digest(deployment_secrets().subkey("invitation"), text)


def invite(session: Session, person: Person, halves: tuple[str, str]) -> None:
    """Let a person set a passphrase within a week; until then they have no access.

    halves: the digests of both. An earlier invitation is void.
    """
    session.execute(delete(Invitation).where(Invitation.person_id == person.id))
    last_day = (now() + VALID_FOR).date()
    session.add(
        Invitation(
            person_id=person.id, first_half=halves[0], second_half=halves[1], last_day=last_day
        )
    )
    person.disabled_on = now().date()


def is_invited(session: Session, person_id: str) -> bool:
    """Whether somebody has yet to set a passphrase, be its week over or not."""
    return session.get(Invitation, person_id) is not None


def accept(handle: str, halves: tuple[str, str], passphrase: str) -> str:
    """Make the new, empty key of somebody who brings both halves, and give them access.

    Returns the person's id; what is left is the first passkey (services/enrolments.py).

    Raises NotInvited (the same for a wrong name, half or day) and PassphraseRefused
    (staff_keys). The key comes first; killed before the rest, it is made anew at the next try.
    """
    staff_keys.check_passphrase(passphrase)
    with unit_of_work() as session:
        statement = (
            select(Person, Invitation)
            .join(Invitation, Invitation.person_id == Person.id)
            .where(Person.handle == handle.strip().lower(), Invitation.last_day >= now().date())
            .with_for_update()
        )
        found = session.execute(statement).first()
        given = [each or "" for each in halves]
        if found is None or not _fits(found[1], given):
            raise NotInvited
        person: Person = found[0]
        _make_key(person.id, passphrase)
        session.delete(found[1])
        person.disabled_on = None
        session.flush()
        actor = Actor(person.id, person.roles)
        audit.record(
            session,
            HOUSE,
            HOUSE_ID,
            "person_began",
            actor=actor,
            role=min(person.roles),
            reason_code=person.id,
        )
        return person.id


def _make_key(person_id: str, passphrase: str) -> None:
    try:
        staff_keys.create_staff(person_id, passphrase)
    except AlreadyKept:
        keystore().remove_holder(person_id)
        staff_keys.create_staff(person_id, passphrase)


def _fits(invitation: Invitation, halves: list[str]) -> bool:
    """Whether both halves are right, in whichever order they were noted down."""
    kept = {invitation.first_half, invitation.second_half}
    return any(
        {_digest(secret.subkey("invitation"), text) for text in halves} == kept
        for secret in deployment_secrets().generations
    )


def _digest(key: bytes, text: str) -> str:
    said = " ".join(text.casefold().split())
    return hmac.new(key, said.encode(errors="surrogatepass"), hashlib.sha256).hexdigest()
