"""Custody in the demonstration: names asked for, opened and sealed again, and a case that sings.

Everything happens late, so that no lot is drawn between those of the other stories.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

from sqlalchemy import select

from fund_app.models.applications import Application
from fund_app.models.brakes import Brake
from fund_app.models.canaries import Canary
from fund_app.models.sealed import Compartment
from fund_app.services import brakes, canaries, looks, unlocks
from fund_app.services.canaries import Invented
from fund_app.services.demo_house import House, press
from fund_app.services.demo_timeline import Story
from fund_app.services.unit import unit_of_work
from fund_app.services.unlocks import Question
from workflows.brakes import LiftReason
from workflows.unlocks import Purpose

INVENTED = Invented(
    language="ru",
    country="BY",
    region="belarus",
    handle="@test-person-x-0000",
    story="Выдуманная история: меня ищут из-за списка, который я храню. Имён здесь нет.",
    need="Место, где можно переждать две недели.",
)


def stories(house: House) -> Iterator[tuple[datetime, Story[object]]]:
    """Yield what happened around names, with the moment it begins."""
    yield _at("2026-06-16 09:20"), _opened_and_done(house)
    yield _at("2026-06-22 10:05"), _refused(house)
    yield _at("2026-06-30 10:30"), _open_at_noon(house)
    yield _at("2026-06-30 11:20"), _waiting_at_noon(house)
    yield _at("2026-06-30 11:30"), _sings(house)


def _opened_and_done(house: House) -> Story[None]:
    """Ask for a payment's sake, look once, and seal it again before the time is over."""
    unlock_id = _ask(house, "coordinator", "person-arrested-directive", Purpose.CONTACT)
    yield timedelta(minutes=35)
    unlocks.agree(house["custodian-1"], unlock_id)
    yield timedelta(minutes=50)
    unlocks.agree(house["custodian-2"], unlock_id)
    yield timedelta(minutes=10)
    unlocks.names(house["coordinator"], unlock_id)
    yield timedelta(minutes=30)
    unlocks.end(house["coordinator"], unlock_id)


def _refused(house: House) -> Story[None]:
    unlock_id = _ask(house, "coordinator-2", "proxy-applicant", Purpose.CHECK)
    yield timedelta(hours=2)
    unlocks.refuse(house["board-2"], unlock_id)


def _open_at_noon(house: House) -> Story[None]:
    unlock_id = _ask(house, "coordinator-2", "long-cyrillic-name", Purpose.PAYMENT)
    yield timedelta(minutes=15)
    unlocks.agree(house["custodian-2"], unlock_id)
    yield timedelta(minutes=10)
    unlocks.agree(house["board-2"], unlock_id)


def _waiting_at_noon(house: House) -> Story[None]:
    """Leave an emergency waiting: one custodian has agreed, the next word opens it."""
    words = "The person does not answer here, and the hearing is tonight."
    unlock_id = _ask(house, "coordinator", "fast-track-now", Purpose.DANGER, words)
    yield timedelta(minutes=10)
    unlocks.agree(house["custodian-2"], unlock_id)


def _sings(house: House) -> Story[None]:
    """Set out an invented case; somebody opens it, is stopped, explains, and is let go on."""
    canary_id = canaries.set_out(house["security"], INVENTED, press())
    yield timedelta(minutes=5)
    curious = house["coordinator-2"]
    looks.look(curious, _invented(canary_id), Compartment.NARRATIVE)
    yield timedelta(minutes=2)
    brakes.pull(house["security"], curious.ref)
    yield timedelta(minutes=20)
    brakes.lift(house["security"], _brake_of(curious.ref), LiftReason.SPOKEN)


def _ask(house: House, handle: str, tag: str, purpose: Purpose, words: str = "") -> str:
    with unit_of_work() as session:
        statement = select(Application.id).where(Application.demo_tag == tag)
        case_id = session.scalars(statement).one()
    return unlocks.ask(house[handle], case_id, Question(purpose, words=words), press())


def _invented(canary_id: str) -> str:
    with unit_of_work() as session:
        return session.get_one(Canary, canary_id).application_id


def _brake_of(person_id: str) -> str:
    with unit_of_work() as session:
        statement = select(Brake.id).where(Brake.person_id == person_id, Brake.lifted_at.is_(None))
        return session.scalars(statement).one()


def _at(moment: str) -> datetime:
    return datetime.fromisoformat(moment).replace(tzinfo=UTC)
