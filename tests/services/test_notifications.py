from __future__ import annotations

from datetime import UTC, date, datetime

import pytest
from sqlalchemy.orm import Session

from fund_app.adapters.clock import ManualClock
from fund_app.models.people import Person, RoleGrant
from fund_app.services import jobs, notifications
from fund_app.services.notifications import Audience, Pace, next_departure
from fund_app.services.unit import unit_of_work
from workflows.roles import Role


def moment(day: int, hour: int, minute: int = 0, second: int = 0) -> datetime:
    return datetime(2026, 6, day, hour, minute, second, tzinfo=UTC)


@pytest.mark.parametrize(
    ("now", "leaves_at"),
    [
        (moment(30, 6, 59, 59), moment(30, 7)),
        (moment(30, 7), moment(30, 11)),
        (moment(30, 14, 59), moment(30, 15)),
        (moment(29, 15), moment(30, 7)),
        (moment(29, 23, 59), moment(30, 7)),
    ],
)
def test_daily_letters_leave_at_fixed_hours(now: datetime, leaves_at: datetime) -> None:
    assert next_departure(now, Pace.DAILY) == leaves_at


@pytest.mark.parametrize(
    ("now", "leaves_at"),
    [
        (moment(30, 12, 0), moment(30, 12, 15)),
        (moment(30, 12, 14, 59), moment(30, 12, 15)),
        (moment(29, 23, 50), moment(30, 0, 0)),
    ],
)
def test_urgent_letters_leave_on_the_quarter_hour(now: datetime, leaves_at: datetime) -> None:
    assert next_departure(now, Pace.URGENT) == leaves_at


def add_person(session: Session, handle: str, role: Role, **values: object) -> str:
    person = Person(
        handle=handle,
        display_name=handle.title(),
        **{"mail_address": f"{handle}@fund.test", "language": "en"} | values,
    )
    person.grants.append(RoleGrant(role=role))
    session.add(person)
    session.flush()
    return person.id


def test_every_role_of_staff_has_an_audience_and_every_audience_its_words() -> None:
    nobody = {Role.APPLICANT, Role.DONOR, Role.SYSTEM}
    assert set(notifications.AUDIENCE_OF) == set(Role) - nobody
    assert set(notifications.NOTICES) == set(Audience)


@pytest.mark.both_stores
def test_notify_role_is_one_letter_per_person_and_departure(
    session: Session, clock: ManualClock
) -> None:
    with unit_of_work() as unit:
        first = add_person(unit, "mara", Role.COORDINATOR)
        second = add_person(unit, "noor", Role.COORDINATOR)
        add_person(unit, "left", Role.COORDINATOR, disabled_on=date(2026, 1, 1))
        add_person(unit, "olga", Role.TREASURER)
    for _ in range(3):
        clock.advance(minutes=1)
        with unit_of_work() as unit:
            notifications.notify_role(unit, Role.COORDINATOR, pace=Pace.URGENT)
    departure = int(moment(30, 12, 15).timestamp())
    rows = jobs.inspect(session)
    assert {row.key for row in rows} == {
        f"mail:desk:{person}:{departure}" for person in (first, second)
    }
    assert {(row.kind, row.lane, row.run_at) for row in rows} == {
        ("send_notice", "mail", moment(30, 12, 15))
    }


@pytest.mark.parametrize("role", [Role.APPLICANT, Role.DONOR, Role.SYSTEM])
def test_notify_role_refuses_those_who_are_never_written_to(session: Session, role: Role) -> None:
    with pytest.raises(KeyError), unit_of_work() as unit:
        notifications.notify_role(unit, role)
