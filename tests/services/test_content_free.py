"""Whatever leaves the fund says nothing: one constant subject and body per class of recipient.

Every event is triggered for every role, in every language, and all mail is collected and read
(PROTECTION.md 5, check 17). Bank references and the words of notices are held to the same rule.
"""

from __future__ import annotations

import re
from collections import defaultdict
from email.message import EmailMessage

import pytest
from flask import Flask
from flask_babel import force_locale
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from fund_app.adapters.mail import SENDER_NAME
from fund_app.extensions import db
from fund_app.jobs.handlers import HANDLERS
from fund_app.jobs.worker import Worker
from fund_app.models.disbursements import Disbursement
from fund_app.models.jobs import Job
from fund_app.models.people import Person
from fund_app.services import (
    applications,
    contacts,
    intake,
    messages,
    notifications,
    person_events,
    silence,
)
from fund_app.services.contacts import Account
from fund_app.services.intake import AnswerText
from fund_app.services.notifications import (
    AUDIENCE_OF,
    NOTICES,
    SEND_NOTICE,
    Audience,
    Pace,
)
from fund_app.services.unit import unit_of_work
from tests.support.house import House, press
from tests.support.mail import Mailbox
from workflows.contact import Attempt
from workflows.roles import Role

LANGUAGES = ("en", "ru", "de")
SIGN_IN = "https://fund.test/staff/"
TELLING = re.compile(
    r"solidarity|solidarit|солидарн|\bfund\b|фонд|\bfonds\b|emergency|relocation|grant|award|"
    r"applica|applicant|заявк|заявител|antrag|refug|repress|arrest|murder|€|\$|\beur\b|\busd\b|"
    r"\d",
    re.IGNORECASE,
)
"""What no message says: the fund, what it does, for whom, sums, days, numbers."""


def reachable(house: House) -> None:
    """Give everybody of the house a mail address, and each a language in turn."""
    house.add("audit", Role.AUDITOR)
    house.add("admin", Role.ADMINISTRATOR)
    with unit_of_work() as session:
        people = session.scalars(select(Person).order_by(Person.handle))
        for at, person in enumerate(people):
            person.mail_address = f"{person.handle}@people.test"
            person.language = LANGUAGES[at % len(LANGUAGES)]


def live_through_everything(house: House) -> list[str]:
    """Let every kind of event happen to some cases; return words that must not be told."""
    plan = {"channel": ("narrative", "signal"), "handle": ("identity", "@sentinel-handle")}
    applicant, first = house.submitted(**plan)
    messages.write(applicant, "sentinel-note", press())
    house.to_review(first, [("legal", 140_000)])
    messages.write_to_applicant(house["anna"], first, "sentinel-answer", press())
    messages.write(applicant, "sentinel-note again", press())
    intake.save(applicant, [AnswerText("never_do", 0, "narrative", "no_calls")])
    contacts.record(
        house["anna"], first, Attempt("signal"), Account("reached", "sentinel-talk"), press()
    )
    released, _second = house.released([("medical", 50_000)])
    other, third = house.submitted()
    applications.acknowledge(house["anna"], third, press())
    applications.request_info(house["anna"], third, ["sentinel-question"], press())
    person_events.record(house["anna"], third, sources=2, request=press())
    applications.suspend_security(house["boris"], third, press())
    silenced, fourth = house.submitted()
    silence.set_word(silenced, "saffron")
    applications.suspend_security(silenced, fourth, press())
    payment = db.session.scalars(select(Disbursement.reference)).first()
    names = [house.case(each).designation for each in (first, third, fourth)]
    assert released.ref != other.ref
    return [*names, payment or "", "sentinel", first, third, fourth]


def notify_every_role() -> None:
    """Tell every role there is, at both paces."""
    with unit_of_work() as session:
        for role in AUDIENCE_OF:
            for pace in Pace:
                notifications.notify_role(session, role, pace=pace)


def collected(app: Flask, house: House, mailbox: Mailbox) -> list[EmailMessage]:
    """Let every letter leave and return what arrived."""
    house.clock.advance(days=1)
    Worker(app, handlers={SEND_NOTICE: HANDLERS[SEND_NOTICE]}, lanes=["mail"], rounds=()).run(
        once=True
    )
    return mailbox.messages


def body_of(letter: EmailMessage) -> str:
    return str(letter.get_content()).replace("\r\n", "\n")


def test_every_event_for_every_role_leaves_the_same_few_words(
    app: Flask, house: House, mailbox: Mailbox, session: Session
) -> None:
    reachable(house)
    secrets = live_through_everything(house)
    notify_every_role()
    letters = collected(app, house, mailbox)
    people = {each.mail_address: each for each in session.scalars(select(Person))}
    assert {letter["To"] for letter in letters} == set(people)
    said: dict[tuple[str, str], set[tuple[str, str]]] = defaultdict(set)
    for letter in letters:
        person = people[letter["To"]]
        classes = {str(AUDIENCE_OF[role]) for role in person.roles}
        assert len(classes) == 1
        said[classes.pop(), person.language].add((letter["Subject"], body_of(letter)))
        assert letter["From"].startswith(f"{SENDER_NAME} <")
        whole = letter.as_string()
        assert [each for each in secrets if each and each in whole] == []
    assert {len(words) for words in said.values()} == {1}
    assert {audience for audience, _language in said} == {str(each) for each in Audience}


def test_applicants_and_donors_are_never_written_to(house: House, mailbox: Mailbox) -> None:
    live_through_everything(house)
    jobs = db.session.scalars(select(Job).where(Job.kind == SEND_NOTICE))
    staff = {person.ref for person in house.staff.values()}
    assert {str(job.payload["person"]) for job in jobs} <= staff


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("audience", Audience)
def test_notice_tells_neither_fund_nor_case_nor_number(
    app: Flask, language: str, audience: Audience
) -> None:
    with app.test_request_context(), force_locale(language):
        notice = NOTICES[audience]
        text = str(notice.text) % {"address": ""}
        assert TELLING.findall(f"{notice.subject}\n{text}") == []
        assert "%(address)s" in str(notice.text)


words = st.text(min_size=1, max_size=40)


@settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(name=words, handle=words, audience=st.sampled_from(Audience), when=st.integers(0, 4 * 10**9))
def test_letter_is_the_same_whoever_and_whatever_it_is_about(
    session: Session, name: str, handle: str, audience: Audience, when: int
) -> None:
    """Nothing that varies reaches the words: not the person, not the job, not the moment."""
    person = Person(handle=handle, display_name=name, mail_address="a@people.test", language="en")
    with unit_of_work() as unit:
        unit.execute(delete(Person))
        unit.add(person)
        unit.flush()
        letter = notifications.letter_for(
            unit, person.id, audience, key=f"{handle}:{name}", departure=when, address=SIGN_IN
        )
    assert letter is not None
    notice = NOTICES[audience]
    assert (letter.subject, letter.text) == (
        str(notice.subject),
        str(notice.text) % {"address": SIGN_IN},
    )
    links = re.findall(r"https?://\S+", letter.text)
    assert links == [SIGN_IN]


def test_reference_in_a_bank_statement_is_letters_that_mean_nothing(house: House) -> None:
    _applicant, case_id = house.accepted([("medical", 50_000)])
    reference = house.payment_of(case_id).reference
    assert re.fullmatch(r"[0-9A-Z]{10}", reference)
    designation = house.case(case_id).designation.upper().split()
    assert [part for part in designation if len(part) > 2 and part in reference] == []
