"""The silence word: what somebody can type behind their codename when they are not free.

The door answers as to any typo. What has to be immediate happens at the door: the codename is
locked and every session on it ends. What needs the application database waits in the box of
knocks, where each typo leaves a note of the same kind and length; this module empties it. Only
a note that names somebody freezes a case, as the step a person could have taken themselves.
"""

from __future__ import annotations

from sqlalchemy import select

from fund_app.models.applications import Application
from fund_app.services import applications, codenames
from fund_app.services.transition import INTERNAL
from fund_app.services.unit import unit_of_work
from fund_app.services.vault import SignedIn, keystore
from workflows.engine import Refused
from workflows.roles import Actor, Role

LONGEST = 60
SHORTEST = 3
"""Letters of a silence word: one that is hit by accident would lock somebody out."""


class TooShort(Exception):
    """The word has too few letters."""


def set_word(actor: SignedIn, text: str) -> None:
    """Set, change or take back the actor's silence word; an empty text takes it back.

    Afterwards nothing shows which of the three it was. Raises TooShort below three letters.
    """
    if text and len(codenames.word_of(text)) < SHORTEST:
        raise TooShort
    codenames.applicants().set_silence(actor.ref, actor.ring.private_key, text)


def is_locked(holder_id: str) -> bool:
    """Whether a codename has been locked by its silence word."""
    return keystore().is_locked(holder_id)


def answer_knocks() -> int:
    """Freeze the case of everybody who typed their silence word; return how many there were.

    Done twice it changes nothing: a case is frozen once, and a note is deleted only after.
    """
    found = keystore().knocks()
    door = codenames.applicants()
    silenced = sum(_freeze(door.who_fell_silent(knock)) for knock in found)
    if found:
        keystore().forget_knocks([knock.id for knock in found])
    return silenced


def _freeze(holder_id: str) -> bool:
    """Freeze the case of a holder; False where there is none or nothing is left to freeze."""
    with unit_of_work() as session:
        statement = select(Application.id).where(Application.holder_id == holder_id)
        application_id = session.scalar(statement)
    if application_id is None:
        return False
    person = Actor(holder_id, frozenset({Role.APPLICANT}))
    try:
        applications.suspend_security(person, application_id, INTERNAL)
    except Refused:
        return False  # it is frozen already, or has not begun or is over
    return True
