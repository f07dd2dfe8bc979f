"""The silence word: what somebody can type behind their codename when they are not free.

The door answers as to any typo. What has to be immediate happens at the door: the codename is
locked and every session on it ends. What needs the application database waits in the box of
knocks, where each typo leaves a note of the same kind and length; this module empties it. Only
a note that names somebody freezes a case, as the step a person could have taken themselves.
"""

from __future__ import annotations

from sqlalchemy import select

from fund_app.extensions import db
from fund_app.models.applications import Application
from fund_app.services import applications, codenames
from fund_app.services.transition import INTERNAL
from fund_app.services.vault import SignedIn, keystore
from workflows.engine import Refused
from workflows.roles import Actor, Role

SHORTEST = 3
"""Letters of a silence word: one that is hit by accident would lock somebody out."""

AT_ONCE = 500
"""Notes read in one round; a flood of typos waits for the next."""


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
    found = keystore().knocks(most=AT_ONCE)
    if not found:
        return 0
    door = codenames.applicants()
    named = {door.who_fell_silent(knock) for knock in found}
    silenced = sum(_freeze(holder_id, case_id) for holder_id, case_id in _cases_of(named))
    keystore().forget_knocks([knock.id for knock in found])
    return silenced


def _cases_of(holder_ids: set[str]) -> list[tuple[str, str]]:
    """Return (holder, case) for those among many ids that are anybody's: almost always none."""
    statement = select(Application.holder_id, Application.id).where(
        Application.holder_id.in_(holder_ids)
    )
    return [(holder_id, case_id) for holder_id, case_id in db.session.execute(statement)]


def _freeze(holder_id: str, application_id: str) -> bool:
    """Freeze a case in its person's name; False where nothing is left to freeze."""
    person = Actor(holder_id, frozenset({Role.APPLICANT}))
    try:
        applications.suspend_security(person, application_id, INTERNAL)
    except Refused:
        return False  # it is frozen already, or has not begun or is over
    return True
