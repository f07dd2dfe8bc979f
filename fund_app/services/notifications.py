"""Notifications: tells people who work for the fund that something waits for them.

A letter says only that. Its text is constant for each class of recipient; it names nobody,
no case, no amount and no hour, and its link ends at the sign-in page. So that the time of a
letter does not betray the time of a submission, letters leave at fixed hours, at most one per
person, class and hour:

* DAILY: at 07, 11 and 15 o'clock UTC (morning, noon and afternoon from Berlin to Tbilisi).
* URGENT: on the quarter-hour, for the emergency desk, whose promise is counted in hours, and
  for the custodians it asks.
  Somebody who watches both the mail and the fund's door can narrow a submission down to
  fifteen minutes, and no further; a whole day's wait could cost more than that.

Applicants are never written to: they return to the fund, the fund does not come to them.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from enum import StrEnum
from typing import Any

from flask_babel import force_locale, lazy_gettext
from sqlalchemy import select
from sqlalchemy.orm import Session

from fund_app.adapters import clock
from fund_app.adapters.mail import Letter
from fund_app.models.jobs import Lane
from fund_app.models.people import Person, RoleGrant
from fund_app.services import jobs
from workflows.roles import Role

SEND_NOTICE = "send_notice"
DAILY_HOURS = (7, 11, 15)
QUARTER = timedelta(minutes=15)


class Audience(StrEnum):
    """Classes of recipients; everybody in a class always reads the same words."""

    DESK = "desk"
    CUSTODY = "custody"
    PANEL = "panel"
    TREASURY = "treasury"
    BOARD = "board"
    OFFICE = "office"


class Pace(StrEnum):
    """How soon a letter leaves; never at the moment it was caused."""

    DAILY = "daily"
    URGENT = "urgent"


AUDIENCE_OF = {
    Role.COORDINATOR: Audience.DESK,
    Role.SECURITY_LEAD: Audience.DESK,
    Role.CUSTODIAN: Audience.CUSTODY,
    Role.REVIEWER: Audience.PANEL,
    Role.CHAIR: Audience.PANEL,
    Role.FINANCE_OFFICER: Audience.TREASURY,
    Role.TREASURER: Audience.TREASURY,
    Role.BOARD_MEMBER: Audience.BOARD,
    Role.AUDITOR: Audience.BOARD,
    Role.ADMINISTRATOR: Audience.OFFICE,
}
"""The class each role belongs to."""


@dataclass(frozen=True, slots=True)
class Notice:
    """The constant words for one class; translated when a letter is written."""

    subject: Any
    text: Any


_SUBJECT = lazy_gettext("There is something new in the workspace")
NOTICES = {
    Audience.DESK: Notice(
        _SUBJECT,
        lazy_gettext(
            "Hello,\n\n"
            "something at the desk is waiting for you. Please sign in to see it:\n\n"
            "%(address)s\n\n"
            "This message is always the same and never says more than this.\n"
        ),
    ),
    Audience.CUSTODY: Notice(
        _SUBJECT,
        lazy_gettext(
            "Hello,\n\n"
            "a colleague asks for your agreement. Please sign in to see more:\n\n"
            "%(address)s\n\n"
            "This message is always the same and never says more than this.\n"
        ),
    ),
    Audience.PANEL: Notice(
        _SUBJECT,
        lazy_gettext(
            "Hello,\n\n"
            "the panel would be glad of your voice. Please sign in to see more:\n\n"
            "%(address)s\n\n"
            "This message is always the same and never says more than this.\n"
        ),
    ),
    Audience.TREASURY: Notice(
        _SUBJECT,
        lazy_gettext(
            "Hello,\n\n"
            "something in the treasury is waiting for you. Please sign in to see it:\n\n"
            "%(address)s\n\n"
            "This message is always the same and never says more than this.\n"
        ),
    ),
    Audience.BOARD: Notice(
        _SUBJECT,
        lazy_gettext(
            "Hello,\n\n"
            "there is something for the board to look at. Please sign in to see it:\n\n"
            "%(address)s\n\n"
            "This message is always the same and never says more than this.\n"
        ),
    ),
    Audience.OFFICE: Notice(
        _SUBJECT,
        lazy_gettext(
            "Hello,\n\n"
            "the installation needs a look. Please sign in to see more:\n\n"
            "%(address)s\n\n"
            "This message is always the same and never says more than this.\n"
        ),
    ),
}
"""What each class reads."""


def notify_role(session: Session, role: Role, *, pace: Pace = Pace.DAILY) -> None:
    """Tell everybody who holds a role now, in the caller's transaction.

    Raises KeyError for a role that is never written to (applicant, donor, system).
    """
    statement = (
        select(Person.id)
        .join(RoleGrant, RoleGrant.person_id == Person.id)
        .where(RoleGrant.role == role, Person.disabled_on.is_(None))
        .order_by(Person.id)
    )
    notify_people(session, session.scalars(statement), AUDIENCE_OF[role], pace=pace)


def notify_people(
    session: Session,
    person_ids: Iterable[str],
    audience: Audience,
    *,
    pace: Pace = Pace.DAILY,
) -> None:
    """Tell certain people, in the caller's transaction, with the words of a class.

    At most one letter per person, class and hour of sending, however often this is called.
    """
    leaves_at = next_departure(clock.now(), pace)
    departure = int(leaves_at.timestamp())
    for person_id in person_ids:
        jobs.enqueue(
            session,
            SEND_NOTICE,
            {"person": person_id, "audience": Audience(audience).value, "departure": departure},
            key=f"mail:{Audience(audience).value}:{person_id}:{departure}",
            run_at=leaves_at,
            lane=Lane.MAIL,
        )


def next_departure(now: datetime, pace: Pace) -> datetime:
    """Return the next fixed moment after `now` (aware, UTC) at which letters of a pace leave."""
    if pace is Pace.URGENT:
        quarters = int(now.timestamp() // QUARTER.total_seconds()) + 1
        return datetime.fromtimestamp(quarters * QUARTER.total_seconds(), UTC)
    now = now.astimezone(UTC)
    days = (now.date(), now.date() + timedelta(days=1))
    moments = (datetime.combine(day, time(hour), UTC) for day in days for hour in DAILY_HOURS)
    return next(moment for moment in moments if moment > now)


def letter_for(
    session: Session, person_id: str, audience: Audience, *, key: str, departure: int, address: str
) -> Letter | None:
    """Write the letter to one person in that person's language.

    key: the job's key, from which the Message-ID comes. departure: seconds since 1970, the
    letter's date. address: the sign-in page. None when the person has left, or has no address.
    """
    person = session.get(Person, person_id)
    if person is None or person.disabled_on is not None or not person.mail_address:
        return None
    notice = NOTICES[audience]
    with force_locale(person.language):
        return Letter(
            key=key,
            recipient=person.mail_address,
            subject=str(notice.subject),
            text=str(notice.text) % {"address": address},
            date=datetime.fromtimestamp(departure, UTC),
        )
