"""Erasing with two people: who proposes, who agrees, and what an auditor sees of it."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import select

from fund_app.extensions import db
from fund_app.models.erasures import CHAIN, RetentionHold
from fund_app.models.events import Event
from fund_app.services import erasures, offers, remains, retention
from fund_app.services.transition import Unknown
from tests.support.house import House, press
from tests.support.pages import Page
from tests.support.staff import Enter
from workflows.erasures import Origin
from workflows.roles import SYSTEM, Role

LIST = "/security/erasures"


def withdrawn(house: House) -> tuple[str, str]:
    applicant, case_id = house.submitted()
    offers.withdraw(applicant, press())
    return case_id, house.case(case_id).designation


def trail(case_id: str) -> list[str]:
    db.session.rollback()
    statement = select(Event.action).where(Event.chain == CHAIN, Event.subject_id == case_id)
    return list(db.session.scalars(statement.order_by(Event.step)))


def test_two_people_have_a_case_destroyed(house: House, enter: Enter) -> None:
    case_id, name = withdrawn(house)
    anna, lead = enter("anna"), enter("security")
    assert anna.get(f"{LIST}?q={name}").location == f"{LIST}/{case_id}"
    page = anna.page(f"{LIST}/{case_id}")
    assert anna.submit(page, {}, to="/propose").status_code == 422
    answer = anna.submit(page, {"reason": "asked"}, to="/propose")
    assert answer.status_code == 303
    own = anna.page(answer.location)
    assert "You have proposed this yourself." in own.text
    assert [form for form in own.forms if form.action.endswith("/confirm")] == []
    waiting = lead.page(LIST)
    assert waiting.links[name] == f"{LIST}/{case_id}"
    page = lead.page(f"{LIST}/{case_id}")
    assert lead.submit(page, {}, to="/confirm").status_code == 422
    answer = lead.submit(page, {"sure": "y"}, to="/confirm")
    assert answer.status_code == 303
    assert "It is destroyed" in lead.page(answer.location).text
    db.session.rollback()
    assert remains.of(db.session(), case_id).is_gone
    assert "This case is erased." in lead.page(f"{LIST}/{case_id}").text


def test_one_person_alone_is_refused(house: House, enter: Enter) -> None:
    """Check 11: the same person tries both halves, in two browsers."""
    case_id, _ = withdrawn(house)
    first, second = enter("anna"), enter("anna")
    first.submit(first.page(f"{LIST}/{case_id}"), {"reason": "asked"}, to="/propose")
    token = second.page(LIST + f"/{case_id}").find_all("input", name="csrf_token")[0].get("value")
    answer = second.post(f"{LIST}/{case_id}/confirm", data={"csrf_token": token, "sure": "y"})
    assert answer.status_code == 409
    assert "A second person has to agree first." in Page(answer).text
    assert not remains.of(db.session(), case_id).is_gone


def test_proposal_is_taken_back(house: House, enter: Enter) -> None:
    case_id, name = withdrawn(house)
    erasures.propose(house["anna"], case_id, "danger", press())
    boris = enter("boris")
    boris.submit(boris.page(f"{LIST}/{case_id}"), to="/take-back")
    assert name not in boris.page(LIST).links


def test_open_case_says_why_not(house: House, enter: Enter) -> None:
    _, case_id = house.submitted()
    page = enter("anna").page(f"{LIST}/{case_id}")
    assert "The case is still open." in page.text
    assert [form for form in page.forms if "/propose" in form.action] == []


def test_case_is_kept_longer_and_let_go(house: House, enter: Enter) -> None:
    case_id, name = withdrawn(house)
    lead = enter("security")
    until = house.clock.now().date() + timedelta(days=200)
    page = lead.page(f"{LIST}/{case_id}")
    assert "By itself it is destroyed on" in page.text
    answer = lead.submit(page, {"reason": "court", "until": until.isoformat()}, to="/keep")
    assert answer.status_code == 303
    kept = lead.page(answer.location)
    assert "a court has asked for it" in kept.text
    assert name in lead.page(LIST).links
    again = lead.submit(page, {"reason": "court", "until": until.isoformat()}, to="/keep")
    assert again.status_code == 303
    db.session.rollback()
    (hold,) = db.session.scalars(select(RetentionHold)).all()
    assert (hold.placed_by, hold.reason_code, hold.until) == (house["security"].ref, "court", until)
    assert trail(case_id) == ["kept_longer"]
    assert lead.submit(kept, to="/let-go").status_code == 303
    free = lead.page(f"{LIST}/{case_id}")
    assert [form for form in free.forms if form.action.endswith("/let-go")] == []
    assert trail(case_id) == ["kept_longer", "kept_no_longer"]


def test_day_too_far_keeps_what_was_chosen(house: House, enter: Enter) -> None:
    case_id, _ = withdrawn(house)
    lead = enter("security")
    far = (house.clock.now().date() + timedelta(days=400)).isoformat()
    answer = lead.submit(
        lead.page(f"{LIST}/{case_id}"), {"reason": "fraud", "until": far}, to="/keep"
    )
    page = Page(answer)
    assert answer.status_code == 422
    assert "Please give a day after today and within a year." in page.text
    assert page.form("/keep").values["until"] == [far]
    assert page.form("/keep").values["reason"] == ["fraud"]


def test_only_the_security_lead_keeps_a_case(house: House, enter: Enter) -> None:
    case_id, _ = withdrawn(house)
    until = house.clock.now().date() + timedelta(days=10)
    page = enter("anna").page(f"{LIST}/{case_id}")
    assert [form for form in page.forms if "/keep" in form.action] == []
    with pytest.raises(Unknown):
        retention.keep((house["anna"], Role.COORDINATOR), case_id, "court", until)
    with pytest.raises(Unknown):
        retention.keep((house["anna"], Role.SECURITY_LEAD), case_id, "court", until)
    with pytest.raises(Unknown):
        retention.let_go((house["anna"], Role.COORDINATOR), case_id)


def test_destroyed_case_cannot_be_kept(house: House, enter: Enter) -> None:
    case_id, _ = withdrawn(house)
    lead = enter("security")
    page = lead.page(f"{LIST}/{case_id}")
    erasures.erase(case_id, Origin.OPERATOR)
    until = (house.clock.now().date() + timedelta(days=10)).isoformat()
    answer = lead.submit(page, {"reason": "court", "until": until}, to="/keep")
    assert answer.status_code == 409
    assert "This case is erased" in Page(answer).text


def test_others_find_no_page(house: House, enter: Enter) -> None:
    case_id, _ = withdrawn(house)
    for handle in ("r1", "fin1", "board"):
        client = enter(handle)
        assert client.get(LIST).status_code == 404
        assert client.get(f"{LIST}/{case_id}").status_code == 404
    assert enter("anna").get(f"{LIST}/{'0' * 32}").status_code == 404


def test_auditor_sees_erasures_with_proofs_and_what_is_kept(house: House, enter: Enter) -> None:
    house.add("audi", Role.AUDITOR)
    audi = enter("audi")
    empty = audi.page("/audit/erasures").text
    assert "Nothing has been erased yet." in empty
    assert "No case is kept longer than its time." in empty
    names = {}
    for _ in range(3):
        case_id, name = withdrawn(house)
        erasures.erase(case_id, Origin.OPERATOR)
        names[name] = case_id
    kept, kept_name = withdrawn(house)
    day = house.clock.now().date().replace(year=2027, month=1)
    retention.keep((SYSTEM, Role.SYSTEM), kept, "court", day)
    page = audi.page("/audit/erasures?sort=day")
    assert {name: page.links[name] for name in names} == {
        name: f"/audit/cases/{case_id}" for name, case_id in names.items()
    }
    assert "a court has asked for it" in page.text
    assert kept_name in page.links
    found = next(iter(names))
    narrowed = audi.page(f"/audit/erasures?q={found}")
    assert [name for name in names if name in narrowed.links] == [found]
    assert "No erasure fits." in audi.page("/audit/erasures?q=nothing").text
    assert "erasure_done" in audi.page(f"/audit/cases/{names[found]}").text
