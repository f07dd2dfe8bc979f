"""Messages both ways at any time, and read marks no finer than a day."""

from __future__ import annotations

from datetime import date

import pytest
from sqlalchemy import select
from sqlalchemy.exc import IntegrityError

from fund_app.adapters.clock import ManualClock
from fund_app.extensions import db
from fund_app.models.messages import Message
from fund_app.queries import messages as reads
from fund_app.services import applications, messages
from fund_app.services.cases import Closed
from fund_app.services.messages import APPLICANT, COORDINATOR, Frozen, TooLong
from fund_app.services.transition import Request, Unknown
from tests.support.house import House, press

pytestmark = pytest.mark.both_stores


def waiting(case_id: str) -> tuple[int, int]:
    """Return how many words of the applicant and of the fund wait to be read."""
    db.session.rollback()
    session = db.session()
    return reads.unread(session, case_id, APPLICANT), reads.unread(session, case_id, COORDINATOR)


def test_note_of_the_desk_is_read_at_both_ends(house: House) -> None:
    applicant, case_id = house.submitted()
    messages.write_to_applicant(house["anna"], case_id, "sentinel: how are you?", press())
    messages.write(applicant, "sentinel: better", press())
    for ring in (applicant.ring, house["boris"].ring):
        thread = reads.thread(db.session(), ring, case_id)
        assert [(row.sender, row.body) for row in thread] == [
            (COORDINATOR, "sentinel: how are you?"),
            (APPLICANT, "sentinel: better"),
        ]
    assert not any(b"sentinel" in row.body_sealed for row in db.session.scalars(select(Message)))


def test_what_is_new_is_said_by_a_press_and_kept_as_a_day(house: House, clock: ManualClock) -> None:
    applicant, case_id = house.submitted()
    messages.write_to_applicant(house["anna"], case_id, "one", press())
    assert waiting(case_id) == (0, 1)
    clock.advance(days=2, minutes=17)
    messages.read_by_applicant(applicant)
    assert waiting(case_id) == (0, 0)
    (row,) = db.session.scalars(select(Message))
    assert (row.sent_on, row.seen_on) == (date(2026, 6, 30), date(2026, 7, 2))


def test_writing_back_says_that_what_came_before_is_read(house: House) -> None:
    applicant, case_id = house.submitted()
    messages.write_to_applicant(house["anna"], case_id, "one", press())
    messages.write(applicant, "two", press())
    assert waiting(case_id) == (1, 0)
    messages.write_to_applicant(house["anna"], case_id, "three", press())
    assert waiting(case_id) == (0, 1)


def test_staff_say_that_they_have_read(house: House) -> None:
    applicant, case_id = house.submitted()
    messages.write(applicant, "one", press())
    assert reads.with_unread(db.session(), [case_id, "0" * 32]) == {case_id}
    messages.read_by_staff(house["boris"], case_id)
    assert waiting(case_id) == (0, 0)


def test_same_press_twice_is_one_note(house: House) -> None:
    _applicant, case_id = house.submitted()
    for _ in range(2):
        messages.write_to_applicant(house["anna"], case_id, "one", Request("a" * 32))
    assert waiting(case_id) == (0, 1)


def test_nothing_is_written_to_a_frozen_case_or_a_closed_one(house: House) -> None:
    applicant, case_id = house.submitted()
    applications.suspend_security(house["anna"], case_id, press())
    with pytest.raises(Frozen):
        messages.write_to_applicant(house["anna"], case_id, "one", press())
    other, other_id = house.submitted()
    applications.withdraw(other, other_id, press())
    with pytest.raises(Closed):
        messages.write_to_applicant(house["anna"], other_id, "one", press())
    assert waiting(case_id) == waiting(other_id) == (0, 0)
    assert applicant.ref != other.ref


@pytest.mark.parametrize("handle", ["r1", "fin1", "board", "security"])
def test_without_the_key_there_is_no_case(house: House, handle: str) -> None:
    _applicant, case_id = house.submitted()
    with pytest.raises(Unknown):
        messages.write_to_applicant(house[handle], case_id, "one", press())
    with pytest.raises(Unknown):
        messages.read_by_staff(house[handle], case_id)


def test_too_long_is_not_cut(house: House) -> None:
    _applicant, case_id = house.submitted()
    with pytest.raises(TooLong):
        messages.write_to_applicant(house["anna"], case_id, "x" * 4001, press())


def test_database_itself_knows_that_reading_follows_writing(house: House) -> None:
    _applicant, case_id = house.submitted()
    messages.write_to_applicant(house["anna"], case_id, "one", press())
    (row,) = db.session.scalars(select(Message))
    row.seen_on = date(2026, 6, 29)
    with pytest.raises(IntegrityError):
        db.session.commit()
    db.session.rollback()
