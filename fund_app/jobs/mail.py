"""Mail: writes the constant letter when its hour has come, and hands it over."""

from __future__ import annotations

from collections.abc import Mapping

from sqlalchemy.orm import Session

from fund_app.adapters.mail import MailRefused, post_office
from fund_app.jobs.context import GiveUp, JobContext, outside
from fund_app.services.notifications import Audience, letter_for


@outside
def send_notice(session: Session, payload: Mapping[str, str | int], context: JobContext) -> None:
    """Send one person the words of a class; nothing when the person has left.

    Payload: person, audience, departure. A repetition carries the same Message-ID.
    """
    office = post_office()
    letter = letter_for(
        session,
        str(payload["person"]),
        Audience(str(payload["audience"])),
        key=context.key,
        departure=int(payload["departure"]),
        address=office.sign_in_address,
    )
    # The mail server may take its time; no transaction waits for it.
    session.rollback()
    if letter is None:
        return
    try:
        office.mailer.send(letter)
    except MailRefused as refused:
        raise GiveUp(refused.code) from None
