"""How coordinators ask referees, and what they see of them."""

from __future__ import annotations

import re

import pytest

from fund_app.extensions import db
from fund_app.models.sealed import Compartment
from fund_app.queries import referees as reads
from fund_app.services import applications, intake, referees, vault
from fund_app.services.intake import AnswerText
from fund_app.services.referees import Asking, Invitation
from tests.support.desk import Desk, case_path
from tests.support.house import press
from tests.support.pages import Page

TOLD = {
    "referee_name": ("identity", "Sentinel Referee"),
    "referee_way": ("identity", "By the shop"),
    "referee_organisation": ("narrative", "Lamp House"),
    "referee_knows": ("narrative", "yes"),
    "referee_may_know": ("narrative", "existence"),
}
CSRF = re.compile(rb'name="csrf_token" value="[^"]*"')
GIVEN = {"name": "Anya", "how": "We sang together.", "confirms": "yes", "freely": "freely"}


def submitted(desk: Desk, **changes: str) -> str:
    applicant = desk.house.draft()
    told = {key: (where, changes.get(key, text)) for key, (where, text) in TOLD.items()}
    intake.save(applicant, [AnswerText(key, 0, *each) for key, each in told.items()])
    intake.submit(applicant, press(), region="russia", form_version=1)
    return desk.house.case_of(applicant)


def opened(desk: Desk, case_id: str) -> str:
    """Let Anna open what was confided; return the case."""
    desk.press("anna", tab(case_id), "look")
    return case_id


def invited(desk: Desk, case_id: str) -> Invitation:
    asking = Asking(None, "found", "existence", "en", agreed=True)
    found = referees.ask(desk.house["anna"], case_id, asking, press())
    assert found is not None
    return found


def only(case_id: str) -> str:
    db.session.rollback()
    (row,) = reads.of_case(db.session(), case_id)
    return row.id


def sealed(page: Page) -> int:
    """Return how many things the page says are sealed."""
    return sum("".join(each.itertext()) == "sealed" for each in page.find_all("dd"))


def tab(case_id: str, more: str = "") -> str:
    return case_path(case_id, f"referees{more}")


def test_names_of_referees_show_on_the_page_of_names_only(desk: Desk) -> None:
    case_id = submitted(desk)
    page = desk.see("anna", tab(case_id))
    assert "Lamp House" not in page.text
    page = desk.press("anna", tab(case_id), "look")
    assert "Lamp House" in page.text
    assert "Sentinel Referee" not in page.text
    assert sealed(page) == 2
    desk.house.unlocked("anna", case_id)
    names = desk.press("anna", case_path(case_id, "told"), "/show", expected=200)
    assert "Sentinel Referee" in names.text
    for path in (tab(case_id), tab(case_id, "/ask?item=0")):
        assert "Sentinel Referee" not in desk.see("anna", path).text


def test_without_the_identity_key_names_stay_sealed_and_asking_works(desk: Desk) -> None:
    case_id = submitted(desk)
    vault.revoke(case_id, Compartment.IDENTITY, desk.house["anna"].ref)
    page = desk.press("anna", tab(case_id), "look")
    assert sealed(page) == 2
    assert (
        "Carry this to the referee"
        in desk.press("anna", tab(case_id, "/ask?item=0"), "ask?item=0", 200).text
    )


def test_link_and_words_are_shown_once(desk: Desk) -> None:
    case_id = opened(desk, submitted(desk))
    client = desk.browser("anna")
    form = client.page(tab(case_id, "/ask?item=0"))
    page = Page(client.submit(form, {"language": "en"}, to="ask?item=0"))
    assert "https://fund.test/reference/" in page.text
    assert "Somebody who named you as a person who can confirm something" in page.text
    assert len(page.find_all("p", class_="keepsake__words")) == 2
    again = client.submit(form, to="ask?item=0")
    assert again.status_code == 302
    listed = client.page(again.location)
    assert "Asked" in listed.text
    assert "/reference/" not in listed.response.get_data(as_text=True)


def test_spoken_request_shows_a_number_instead_of_a_link(desk: Desk) -> None:
    case_id = opened(desk, submitted(desk))
    page = desk.press("anna", tab(case_id, "/ask?item=0"), "ask?item=0", 200, carried="spoken")
    assert "The page: https://fund.test/reference?lang=ru" in page.text
    assert len(page.find_all("p", class_="keepsake__words")) == 3


def test_form_offers_no_more_than_the_person_allows(desk: Desk) -> None:
    shy = opened(desk, submitted(desk, referee_knows="no"))
    open_ = opened(desk, submitted(desk, referee_may_know="full"))
    assert "Also what happened" not in desk.see("anna", tab(shy, "/ask?item=0")).text
    assert "Also what happened" in desk.see("anna", tab(open_, "/ask?item=0")).text
    refused = desk.press("anna", tab(shy, "/ask?item=0"), "ask?item=0", 409, code="a word of ours")
    assert "Please ask the person first" in refused.text
    assert refused.form("ask?item=0").values["code"] == ["a word of ours"]
    told = desk.press("anna", tab(shy, "/ask?item=0"), "ask?item=0", 422, may_tell="full")
    assert "Please choose one of these." in told.text
    done = desk.press("anna", tab(shy, "/ask?item=0"), "ask?item=0", 200, agreed="y")
    assert "Carry this to the referee" in done.text


def test_short_word_is_refused_with_a_sentence(desk: Desk) -> None:
    case_id = opened(desk, submitted(desk))
    page = desk.press("anna", tab(case_id, "/ask?item=0"), "ask?item=0", 422, code="ab")
    assert "Please choose a longer word" in page.text


def test_answer_is_opened_by_a_look_that_is_written_down(desk: Desk) -> None:
    case_id = submitted(desk)
    invitation = invited(desk, case_id)
    referees.answer(invitation.lookup, invitation.code, GIVEN, press())
    page = desk.see("anna", tab(case_id))
    assert "We sang together." not in page.text
    assert "reach up to V2" in page.text
    heard = desk.press("anna", tab(case_id), f"{only(case_id)}/look")
    assert "We sang together." in heard.text
    history = desk.see("anna", case_path(case_id, "history")).text
    for line in ("Referee asked", "Referee answered", "Read what a referee answered"):
        assert line in history
    assert "We sang together." not in desk.see("boris", tab(case_id)).text


def test_answer_under_pressure_is_marked_and_reaches_nothing(desk: Desk) -> None:
    case_id = submitted(desk)
    invitation = invited(desk, case_id)
    referees.answer(invitation.lookup, invitation.quiet, GIVEN, press())
    page = desk.see("anna", tab(case_id))
    assert "Does not count: not written freely" in page.text
    assert "None of the answers counts yet" in page.text


def test_unanswered_request_is_taken_back_by_one_press(desk: Desk) -> None:
    case_id = submitted(desk)
    invitation = invited(desk, case_id)
    assert "Taken back." in desk.press("boris", tab(case_id), "withdraw").text
    assert not referees.opens(invitation.lookup, invitation.code)


def test_expired_request_says_so(desk: Desk) -> None:
    case_id = submitted(desk)
    invited(desk, case_id)
    desk.house.clock.advance(hours=73)
    assert "Time is over" in desk.see("anna", tab(case_id)).text


def test_nobody_is_asked_about_a_case_that_has_ended(desk: Desk) -> None:
    applicant, case_id = desk.house.submitted()
    page = desk.see("anna", tab(case_id, "/ask"))
    applications.withdraw(applicant, case_id, press())
    answer = desk.browser("anna").submit(page, {"agreed": "y"}, to="/ask")
    assert answer.status_code == 409
    assert "This case has ended" in Page(answer).text
    assert "Whom the person named" not in desk.see("anna", tab(case_id)).text


def test_unknown_and_foreign_requests_look_the_same(desk: Desk) -> None:
    mine, other = submitted(desk), submitted(desk)
    invited(desk, mine)
    page = desk.see("anna", tab(mine))
    data = {"csrf_token": page.form("withdraw").values["csrf_token"]}
    same = {"Sec-Fetch-Site": "same-origin"}
    client = desk.browser("anna")
    for act in ("withdraw", "look"):
        answers = {
            CSRF.sub(b"", client.post(tab(other, f"/{one}/{act}"), data=data, headers=same).data)
            for one in (only(mine), "0" * 32, "nonsense")
        }
        assert len(answers) == 1
    assert client.get(tab(mine, "/ask?item=0")).location == tab(mine)
    opened(desk, mine)
    desk.see("anna", tab(mine, "/ask?item=7"), 404)
    desk.see("anna", tab(mine, "/ask?item=x"), 404)


@pytest.mark.parametrize("handle", ["r1", "chair", "fin1", "treasurer", "board", "security"])
def test_other_roles_find_no_referees(desk: Desk, handle: str) -> None:
    case_id = submitted(desk)
    for more in ("", "/ask", "/ask?item=0"):
        desk.see(handle, tab(case_id, more), 404)
