"""Erasing with two people: who proposes, who agrees, and what an auditor sees of it."""

from __future__ import annotations

from fund_app.extensions import db
from fund_app.services import erasures, offers, remains, retention
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
