"""The pages around names: asked for at a case, agreed to by two, shown once per press."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from fund_app.adapters.clock import ManualClock
from fund_app.extensions import db
from fund_app.models.types import new_ref
from fund_app.models.unlocks import Unlock
from fund_app.queries import applicant
from fund_app.services import applications, unlocks
from fund_app.services.unlocks import Question
from tests.support.client import FundClient
from tests.support.desk import case_path
from tests.support.house import House, press
from tests.support.pages import Page
from tests.support.staff import Enter
from workflows.unlocks import Purpose

LIST = "/custody/requests"
SECRET = "@only_the_custodians_know"
HANDLE = {"handle": ("identity", SECRET)}
ASK = {"purpose": "arrange_payment", "hours": "4", "words": "The bank asks for a spelling."}


def told(case_id: str) -> str:
    return case_path(case_id, "told")


def asked(house: House, enter: Enter) -> tuple[str, FundClient]:
    """Return a case and the browser of the coordinator who has asked for its names."""
    _, case_id = house.submitted(**HANDLE)
    anna = enter("anna")
    answer = anna.submit(anna.page(told(case_id)), ASK, to="/names/ask")
    assert (answer.status_code, answer.location) == (303, told(case_id))
    return case_id, anna


def test_names_are_asked_for_agreed_to_shown_and_sealed_again(
    house: House, enter: Enter, clock: ManualClock
) -> None:
    case_id, anna = asked(house, enter)
    page = anna.page(told(case_id))
    assert "2 signatures are missing" in page.text
    assert [form for form in page.forms if form.action.endswith("/show")] == []
    for handle in ("custodian1", "custodian2"):
        client = enter(handle)
        assert "Somebody asks for names" in client.page("/staff/home").text
        question = client.page(LIST).links[house.case(case_id).designation]
        page = client.page(question)
        assert "The bank asks for a spelling." in page.text
        assert client.submit(page, to="/agree").status_code == 303
    page = anna.page(told(case_id))
    assert SECRET not in page.text
    assert "4 hours left" in page.text
    answer = anna.submit(page, to="/show")
    shown = Page(answer)
    assert answer.status_code == 200
    assert SECRET in shown.text
    assert SECRET not in anna.page(told(case_id)).text, "each look is a press of its own"
    for _ in range(12):  # a session ends when nothing is done for half an hour
        clock.advance(minutes=20)
        anna.page("/staff/home")
    page = anna.page(told(case_id))
    assert SECRET not in page.text
    assert [form for form in page.forms if form.action.endswith("/show")] == []


def test_applicant_reads_each_look_as_a_role_and_a_reason(house: House, enter: Enter) -> None:
    _, case_id = house.submitted(**HANDLE)
    unlock_id = house.unlocked("anna", case_id, Purpose.PAYMENT)
    unlocks.names(house.fresh("anna"), unlock_id)
    found = applicant.looks(db.session(), case_id)
    assert [(each.role, each.reason_code) for each in found.rows] == [
        ("coordinator", "arrange_payment")
    ]


def test_form_keeps_what_was_typed_and_says_what_is_missing(house: House, enter: Enter) -> None:
    _, case_id = house.submitted(**HANDLE)
    anna = enter("anna")
    answer = anna.submit(anna.page(told(case_id)), {"words": "Kept."}, to="/names/ask")
    page = Page(answer)
    assert answer.status_code == 422
    assert "Please choose one of these." in page.text
    assert "Kept." in page.text


def test_question_of_another_and_an_unknown_one_look_the_same(house: House, enter: Enter) -> None:
    case_id, _anna = asked(house, enter)
    boris = enter("boris")
    token = boris.page(told(case_id)).form("/names/ask").values["csrf_token"][0]
    unlock_id = house_unlock(case_id)
    bodies = set()
    for one in (unlock_id, new_ref()):
        path = f"{case_path(case_id)}/names/{one}/show"
        answer = boris.post(path, data={"csrf_token": token})
        assert answer.status_code == 404
        bodies.add(answer.get_data())
    assert len(bodies) == 1


def house_unlock(case_id: str) -> str:
    db.session.rollback()
    return db.session.scalars(select(Unlock.id).where(Unlock.application_id == case_id)).one()


def test_security_lead_meets_urgent_questions_only(house: House, enter: Enter) -> None:
    _, case_id = house.submitted(**HANDLE)
    usual = unlocks.ask(house["anna"], case_id, Question(Purpose.CHECK), press())
    lead = enter("security")
    assert lead.get(f"{LIST}/{usual}").status_code == 404
    assert house.case(case_id).designation not in lead.page(LIST).links
    applications.acknowledge(house["anna"], case_id, press())
    applications.set_band(house["anna"], case_id, "life_threat", press())
    urgent = unlocks.ask(house["boris"], case_id, Question(Purpose.DANGER), press())
    page = lead.page(f"{LIST}/{urgent}")
    assert lead.submit(page, to="/agree").status_code == 303
    keeper = enter("custodian1")
    assert keeper.submit(keeper.page(f"{LIST}/{urgent}"), to="/agree").status_code == 303
    boris = enter("boris")
    assert SECRET in Page(boris.submit(boris.page(told(case_id)), to="/show")).text


def test_custodian_asks_another_and_sees_names_by_a_press(house: House, enter: Enter) -> None:
    _, case_id = house.submitted(**HANDLE)
    keeper, other = enter("custodian1"), enter("custodian2")
    name = house.case(case_id).designation
    page = keeper.page(f"{LIST}/new")
    assert keeper.submit(page, {**ASK, "designation": "Nobody 99"}, to="/new").status_code == 409
    answer = keeper.submit(page, {**ASK, "designation": name}, to="/new")
    assert answer.status_code == 303
    assert answer.location
    mine = keeper.page(answer.location)
    assert "nobody opens names for themselves" in mine.text
    assert other.submit(other.page(answer.location), to="/agree").status_code == 303
    shown = Page(keeper.submit(keeper.page(answer.location), to="/names"))
    assert SECRET in shown.text
    assert "Show who the person is" not in other.page(answer.location).text


def test_what_is_over_can_be_searched(house: House, enter: Enter) -> None:
    case_id, anna = asked(house, enter)
    anna.submit(anna.page(told(case_id)), to="/end")
    name = house.case(case_id).designation
    keeper = enter("custodian1")
    assert name in keeper.page(f"{LIST}/over").links
    assert name in keeper.page(f"{LIST}/over?q={name[:4]}").links
    assert "Nothing fits." in keeper.page(f"{LIST}/over?q=zzz").text


@pytest.mark.parametrize("handle", ["anna", "r1", "fin1", "board", "treasurer"])
def test_pages_of_custody_are_not_for_others(house: House, enter: Enter, handle: str) -> None:
    case_id, _anna = asked(house, enter)
    client = enter(handle)
    for path in (LIST, f"{LIST}/new", f"{LIST}/over", f"{LIST}/{house_unlock(case_id)}"):
        assert client.get(path).status_code == 404
