from __future__ import annotations

from datetime import date

import pytest
from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session

from fund_app.adapters import mail
from fund_app.adapters.clock import ManualClock
from fund_app.jobs.worker import run_worker
from fund_app.models.jobs import Job
from fund_app.models.people import Person, RoleGrant
from fund_app.services import jobs
from fund_app.services.notifications import AUDIENCE_OF, NOTICES, Pace, notify_role
from fund_app.services.unit import unit_of_work
from tests.support.mail import Mailbox
from workflows.roles import Role


@pytest.fixture(autouse=True)
def _post_office(app: Flask, mailbox: Mailbox) -> None:
    mail.configure(app, mail_url=mailbox.url, base_url="https://fund.test")


def add_person(handle: str, role: Role) -> None:
    with unit_of_work() as session:
        person = Person(handle=handle, display_name=handle, mail_address=f"{handle}@staff.test")
        person.grants.append(RoleGrant(role=role))
        session.add(person)


def notify(role: Role) -> None:
    with unit_of_work() as session:
        notify_role(session, role, pace=Pace.URGENT)


def test_letter_leaves_at_its_hour_and_not_before(
    app: Flask, session: Session, clock: ManualClock, mailbox: Mailbox
) -> None:
    add_person("mara", Role.COORDINATOR)
    notify(Role.COORDINATOR)
    clock.advance(minutes=14)
    run_worker(app, once=True)
    assert mailbox.messages == []
    clock.advance(minutes=1)
    run_worker(app, once=True)
    assert [message["To"] for message in mailbox.messages] == ["mara@staff.test"]


def test_letter_says_the_same_to_everybody_in_a_class_and_nothing_else(
    app: Flask, session: Session, clock: ManualClock, mailbox: Mailbox
) -> None:
    for number, role in enumerate(AUDIENCE_OF):
        add_person(f"person{number}", role)
        notify(role)
    clock.advance(hours=1)
    run_worker(app, once=True)
    letters = mailbox.messages
    assert len(letters) == len(AUDIENCE_OF)
    assert {letter["Subject"] for letter in letters} == {"There is something new in the workspace"}
    assert {letter["From"] for letter in letters} == {"Workspace <workspace@fund.test>"}
    texts = {letter.get_content() for letter in letters}
    expected = {
        str(notice.text) % {"address": "https://fund.test/staff/"} for notice in NOTICES.values()
    }
    assert {text.replace("\r\n", "\n") for text in texts} == expected
    allowed = {
        "From",
        "To",
        "Subject",
        "Date",
        "Message-ID",
        "Auto-Submitted",
        "MIME-Version",
        "Content-Type",
        "Content-Transfer-Encoding",
        "X-Peer",
        "X-MailFrom",
        "X-RcptTo",
    }
    assert {name for letter in letters for name in letter} <= allowed
    assert {letter["Date"] for letter in letters} == {"Tue, 30 Jun 2026 12:15:00 +0000"}


def test_repeated_letter_is_the_same_letter(
    app: Flask, session: Session, clock: ManualClock, mailbox: Mailbox
) -> None:
    add_person("mara", Role.COORDINATOR)
    notify(Role.COORDINATOR)
    clock.advance(minutes=15)
    run_worker(app, once=True)
    with unit_of_work() as unit:
        job = unit.scalars(select(Job)).one()
        job.state, job.finished_day = "ready", None
    run_worker(app, once=True)
    first, second = mailbox.messages
    assert first.as_bytes() == second.as_bytes()


def test_nobody_writes_to_a_person_who_has_left_meanwhile(
    app: Flask, session: Session, clock: ManualClock, mailbox: Mailbox
) -> None:
    add_person("mara", Role.COORDINATOR)
    notify(Role.COORDINATOR)
    with unit_of_work() as unit:
        unit.scalars(select(Person)).one().disabled_on = date(2026, 6, 30)
    clock.advance(minutes=15)
    run_worker(app, once=True)
    assert mailbox.messages == []
    assert jobs.counts(session)["done"] == 1


def test_unreachable_server_is_tried_again_later(
    app: Flask, session: Session, clock: ManualClock, mailbox: Mailbox
) -> None:
    mail.configure(app, mail_url="smtp://127.0.0.1:9", base_url="https://fund.test")
    add_person("mara", Role.COORDINATOR)
    notify(Role.COORDINATOR)
    clock.advance(minutes=15)
    run_worker(app, once=True)
    (row,) = jobs.inspect(session)
    assert (row.state, row.attempts, row.last_error_code) == ("ready", 1, "mail_unavailable")
