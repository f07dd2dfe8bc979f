"""The administrator keeps the machine running and reads no case."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import select

from fund_app.extensions import db
from fund_app.models.jobs import Job
from fund_app.models.sealed import Compartment
from fund_app.queries import people as people_who
from fund_app.services import enrolments, jobs, people
from fund_app.services.unit import unit_of_work
from tests.support.client import FundClient
from tests.support.house import House
from tests.support.pages import Page, text_of
from tests.support.staff import Enter
from workflows.roles import SYSTEM, Role


@pytest.fixture
def admin(house: House, enter: Enter) -> FundClient:
    house.add("sam", Role.ADMINISTRATOR)
    return enter("sam")


def test_people_are_listed_with_roles_and_an_end(house: House, admin: FundClient) -> None:
    people.disable(SYSTEM, "r3")
    page = admin.page("/admin")
    assert "Treasurer treasurer Treasurer has access" in page.text
    assert "ended on June 30, 2026" in page.text
    assert house.staff


def test_code_for_a_first_passkey_is_shown_once(house: House, admin: FundClient) -> None:
    person = people_who.by_handle("r1")
    assert person is not None
    answer = admin.submit(admin.page(f"/admin/people/{person.id}"), to=f"/people/{person.id}/enrol")
    page = Page(answer)
    [words] = page.find_all("p", class_="keepsake__words")
    code = "".join(text_of(words).split())
    assert len(code) == 20
    assert enrolments.check(person.id, code) is not None
    assert code not in admin.page("/admin").text.replace(" ", "")


def test_nobody_who_is_gone_gets_a_code(house: House, admin: FundClient) -> None:
    token = admin.page("/admin").form("/sign-out").values["csrf_token"]
    gone = people_who.by_handle("r3")
    assert gone is not None
    people.disable(SYSTEM, "r3")
    for person_id in (gone.id, "0" * 32):
        path = f"/admin/people/{person_id}/enrol"
        assert admin.post(path, data={"csrf_token": token}).status_code == 404


def test_dead_letter_is_tried_again_once(house: House, admin: FundClient) -> None:
    with unit_of_work() as session:
        jobs.enqueue(session, "letter", {"case": "a"}, key="a:1:letter")
        job = session.scalars(select(Job).where(Job.key == "a:1:letter")).one()
        job.state, job.attempts, job.last_error_code = "dead", 10, "mail_refused"
    page = admin.page("/admin/jobs")
    assert "mail_refused" in page.text
    assert admin.submit(page, to="requeue").status_code == 303
    assert admin.submit(page, to="requeue").status_code == 404
    db.session.rollback()
    assert db.session.scalar(select(Job.state).where(Job.key == "a:1:letter")) == "ready"
    assert "Everything could be done." in admin.page("/admin/jobs").text
    assert house.staff


def test_health_notices_that_no_worker_runs(house: House, admin: FundClient) -> None:
    assert "All is well." in admin.page("/admin/health").text
    with unit_of_work() as session:
        jobs.enqueue(session, "letter", {"case": "a"}, key="a:1:letter")
    house.at(house.clock.now() + timedelta(minutes=20))
    assert "Is a worker running?" in admin.page("/admin/health").text


def test_administrator_reads_no_case(house: House, admin: FundClient) -> None:
    applicant, case_id = house.accepted((("legal", 100_000),))
    payment = house.payment_of(case_id)
    designation = house.case(case_id).designation
    for path in ("/staff/home", "/admin", "/admin/jobs", "/admin/health"):
        text = admin.page(path).text
        assert designation not in text, path
        assert "They came at six" not in text, path
    for path in (
        "/board", "/board/statistics", "/ledger", "/audit", f"/audit/cases/{case_id}",
        "/treasury/disbursements", f"/treasury/disbursements/{payment.id}", "/treasury/waiting",
    ):  # fmt: skip
        admin.page(path, status=404)
    ring = house["sam"].ring
    held = [part for part in Compartment if ring.opens(case_id, part)]
    assert held == []
    assert applicant.ref != house["sam"].ref


@pytest.mark.parametrize("path", ["/admin/jobs", "/admin/health"])
@pytest.mark.parametrize("handle", ["anna", "board", "treasurer"])
def test_administration_is_the_administrators(
    house: House, enter: Enter, handle: str, path: str
) -> None:
    assert house.staff
    enter(handle).page(path, status=404)
