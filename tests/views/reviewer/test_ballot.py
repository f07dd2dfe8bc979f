from __future__ import annotations

from typing import Any

import pytest

from fund_app.extensions import db
from fund_app.models.ballots import Ballot
from fund_app.models.sealed import Compartment
from fund_app.queries import applications
from fund_app.services import ballots, people, vault
from fund_app.services.votes import Cast
from tests.support.desk import Desk
from tests.support.house import press
from tests.support.pages import Page, without_token
from workflows.counting import Choice
from workflows.roles import SYSTEM, Role

LINES = (("legal", 140_000), ("medical", 50_000))
STORY = "A person needs help."
START = "/reviewer/ballots"
NAMES = ("Annabelina", "Philomena", "Theodosia", "Fin1", "Treasurer", "Boris")
CONFIDED = ("sentinel-handle", "sentinel-payee", "They came at six", "sentinel-note")


def path(ballot_id: str, tail: str = "") -> str:
    return f"{START}/{ballot_id}" + (f"/{tail}" if tail else "")


def with_panel(desk: Desk) -> tuple[str, str]:
    """Return a case that has just gone to its panel, r1 to r3, and its vote."""
    _applicant, case_id = desk.house.submitted(handle=("identity", "sentinel-handle"))
    desk.house.to_review(case_id, LINES)
    return case_id, desk.ballot_of(case_id)


def open_vote(desk: Desk, *handles: str) -> tuple[str, str]:
    """Return a case and its vote, for which these have declared through the page."""
    case_id, ballot_id = with_panel(desk)
    for handle in handles or ("r1", "r2", "r3"):
        desk.press(handle, path(ballot_id), "declare_free")
    return case_id, ballot_id


def vote(desk: Desk, handle: str, ballot_id: str, status: int = 302, **typed: object) -> Page:
    return desk.press(handle, path(ballot_id, "cast"), "cast", status, **typed)


def looks_at(desk: Desk, case_id: str) -> list[tuple[str, str]]:
    db.session.rollback()
    return [(each.role, each.action) for each in applications.views_of(db.session(), case_id)]


def test_start_page_says_what_is_expected_and_by_when(desk: Desk) -> None:
    case_id, _ballot_id = with_panel(desk)
    page = desk.see("r1", START)
    assert desk.house.case(case_id).designation in page.text
    assert "Say whether you have a conflict" in page.text
    assert "12 hours left" in page.text
    assert "Nothing is expected of you now." in desk.see("chair", START).text


def test_nothing_of_the_content_shows_before_the_declaration(desk: Desk) -> None:
    case_id, ballot_id = with_panel(desk)
    page = desk.see("r1", path(ballot_id))
    assert "Lawyers, fines and court costs" in page.text
    assert "Russia" in page.text
    assert [word for word in (STORY, "€1,400.00") if word in page.text] == []
    forward = desk.browser("r1").get(path(ballot_id, "cast"))
    assert forward.location == path(ballot_id)
    assert looks_at(desk, case_id) == []


def test_declaration_opens_the_file_and_the_look_is_written_down_once(desk: Desk) -> None:
    case_id, ballot_id = with_panel(desk)
    page = desk.press("r1", path(ballot_id), "declare_free")
    for words in (STORY, "€1,400.00", "€1,900.00", "Confirmed", "V2: two independent signs"):
        assert words in page.text
    desk.see("r1", path(ballot_id))
    assert looks_at(desk, case_id) == [("reviewer", "review_opened")]


def test_partial_vote_line_by_line_is_kept_shown_and_can_be_changed(desk: Desk) -> None:
    _case_id, ballot_id = open_vote(desk)
    page = vote(
        desk, "r1", ballot_id, choice="partial", amount_0="1000", amount_1="0", reason="Less."
    )
    assert "Your vote is in the box: Approve a part, line by line." in page.text
    form = desk.see("r1", path(ballot_id, "cast")).form("cast")
    assert (form.values["amount_0"], form.values["reason"]) == (["1000"], ["Less."])
    changed = vote(desk, "r1", ballot_id, choice="approve", reason="On second thought, all.")
    assert "Your vote is in the box: Approve all of it." in changed.text


def test_votes_of_others_are_nowhere_before_closing_and_the_result_is_afterwards(
    desk: Desk,
) -> None:
    case_id, ballot_id = open_vote(desk)
    vote(desk, "r1", ballot_id, choice="approve", reason="sentinel-note of r1")
    before = desk.see("r2", path(ballot_id)).text + desk.see("r2", START).text
    lead = desk.see("anna", f"/coordinator/applications/{case_id}").text
    assert "sentinel-note" not in before + lead
    assert "Votes: 1 of at least 3." in lead
    typed: dict[str, Any] = {"choice": "partial", "amount_0": "1000", "amount_1": "200"}
    vote(desk, "r2", ballot_id, **typed, reason="Less.")
    vote(desk, "r3", ballot_id, **typed, reason="Less.")
    page = desk.see("r1", path(ballot_id))
    assert "Approved in part" in page.text
    assert "€1,200.00" in page.text
    assert "You voted: Approve all of it." in page.text
    assert STORY not in page.text


@pytest.mark.parametrize(
    ("typed", "sentence"),
    [
        ({"reason": "Why not."}, "Please choose one of these."),
        ({"choice": "approve"}, "Please say why in a few words."),
        ({"choice": "reject", "reason": "No."}, "Please choose one of these."),
        ({"choice": "partial", "reason": "Less."}, "A part has to be something."),
        (
            {"choice": "partial", "amount_0": "1400.01", "reason": "More."},
            "This is more than was asked for this line.",
        ),
        (
            {"choice": "partial", "amount_0": "a lot", "reason": "More."},
            "Please write the amount in digits",
        ),
        ({"choice": "everything", "reason": "All."}, "Please choose one of these."),
    ],
)
def test_incomplete_votes_come_back_with_what_was_typed(
    desk: Desk, typed: dict[str, object], sentence: str
) -> None:
    _case_id, ballot_id = open_vote(desk)
    page = vote(desk, "r1", ballot_id, 422, **typed)
    assert sentence in page.text
    assert page.form("cast").values["reason"] == [typed.get("reason", "")]
    assert "Your vote is in the box" not in desk.see("r1", path(ballot_id)).text


def test_conflict_before_opening_ends_access_and_the_panel_goes_on(desk: Desk) -> None:
    case_id, ballot_id = with_panel(desk)
    desk.house.add("r4", Role.REVIEWER)
    page = desk.press("r1", path(ballot_id), "declare_conflict")
    assert "You have no part in this case any more." in page.text
    assert desk.house.case(case_id).designation not in page.text
    assert vault.holders_of(case_id, Compartment.REVIEW).count(desk.house["r1"].ref) == 0
    desk.see("r1", path(ballot_id), 404)
    assert "Say whether you have a conflict" in desk.see("r4", START).text


def test_conflict_after_voting_voids_the_vote_in_the_same_request(desk: Desk) -> None:
    case_id, ballot_id = open_vote(desk)
    desk.house.add("r4", Role.REVIEWER)
    vote(desk, "r3", ballot_id, choice="approve", reason="Needed.")
    desk.press("r3", path(ballot_id), "declare_conflict")
    desk.see("r3", path(ballot_id), 404)
    assert desk.browser("r3").get(path(ballot_id, "cast")).status_code == 404
    db.session.rollback()
    ballot = db.session.get_one(Ballot, ballot_id)
    (seat,) = [each for each in ballot.seats if each.reviewer_id == desk.house["r3"].ref]
    assert seat.vote is not None
    assert (seat.status, seat.vote.is_void) == ("recused", True)
    assert looks_at(desk, case_id).count(("reviewer", "review_opened")) == 3


def test_short_vote_gets_substitutes_from_the_coordinators_page(desk: Desk) -> None:
    case_id, ballot_id = open_vote(desk)
    desk.house.add("r4", Role.REVIEWER)
    for handle in ("r1", "r2"):
        vote(desk, handle, ballot_id, choice="approve", reason="Needed.")
    case_page = f"/coordinator/applications/{case_id}"
    with pytest.raises(AssertionError, match="0 forms lead"):
        desk.press("anna", case_page, "substitutes")
    desk.house.clock.advance(hours=25)
    ballots.run_out(db.session(), ballot_id, "timeout", "vote")
    db.session.commit()
    page = desk.press("anna", case_page, "substitutes")
    assert "Substitutes are drawn." in page.text
    desk.press("r4", path(ballot_id), "declare_free")
    vote(desk, "r4", ballot_id, choice="approve", reason="Needed.")
    assert desk.house.case(case_id).state == "approved"


def test_chair_breaks_a_tie_after_reading_what_the_panel_said(desk: Desk) -> None:
    case_id, ballot_id = open_vote(desk)
    given = {
        "r1": Cast(Choice.APPROVE, reason="sentinel for"),
        "r2": Cast(Choice.REJECT, reason_code="no_acute_risk", reason="sentinel against"),
        "r3": Cast(Choice.ABSTAIN, reason="I cannot tell."),
    }
    for handle, cast in given.items():
        ballots.cast(desk.house[handle], ballot_id, cast, press())
    assert "The votes are equal; the chair decides" in desk.see("chair", START).text
    desk.see("r1", path(ballot_id, "chair_decides"), 404)
    closed = desk.see("chair", path(ballot_id))
    assert STORY not in closed.text
    opened = desk.press("chair", path(ballot_id), "look")
    for words in (STORY, "sentinel for", "sentinel against"):
        assert words in opened.text
    form = desk.see("chair", path(ballot_id, "chair_decides"))
    assert "Abstain" not in form.text.partition("Your vote")[2]
    typed: dict[str, Any] = {
        "choice": "partial",
        "amount_0": "700",
        "amount_1": "",
        "reason": "A part.",
    }
    page = desk.press("chair", path(ballot_id, "chair_decides"), "chair_decides", 302, **typed)
    assert desk.house.case(case_id).state == "approved"
    assert "Nothing is expected" in page.text or "Approved in part" in page.text


def test_vote_after_closing_is_refused_in_a_sentence(desk: Desk) -> None:
    case_id, ballot_id = open_vote(desk)
    stale = desk.see("r3", path(ballot_id, "cast"))
    for handle in ("r1", "r2", "r3"):
        vote(desk, handle, ballot_id, choice="approve", reason="Needed.")
    answer = desk.browser("r3").submit(stale, {"choice": "reject", "reason": "No."}, to="cast")
    assert answer.status_code == 409
    assert "The case has moved on" in Page(answer).text
    assert desk.house.case(case_id).awarded == 190_000


def test_vote_without_a_declaration_is_refused(desk: Desk) -> None:
    _case_id, ballot_id = with_panel(desk)
    client = desk.browser("r1")
    token = client.page(path(ballot_id)).form("declare_free").values["csrf_token"]
    answer = client.post(path(ballot_id, "cast"), data={"csrf_token": token, "choice": "approve"})
    assert answer.status_code == 409
    assert "Please say first whether you have a conflict" in Page(answer).text


def test_same_vote_sent_twice_is_one_step(desk: Desk) -> None:
    _case_id, ballot_id = open_vote(desk)
    client = desk.browser("r1")
    page = client.page(path(ballot_id, "cast"))
    typed: dict[str, Any] = {"choice": "approve", "reason": "Needed."}
    assert client.submit(page, typed, to="cast").status_code == 302
    db.session.rollback()
    step = db.session.get_one(Ballot, ballot_id).step
    assert client.submit(page, typed, to="cast").status_code == 302
    db.session.rollback()
    assert db.session.get_one(Ballot, ballot_id).step == step


@pytest.mark.parametrize("handle", ["anna", "fin1", "treasurer", "board"])
def test_other_roles_find_no_reviewer_page(desk: Desk, handle: str) -> None:
    _case_id, ballot_id = with_panel(desk)
    for address in (START, path(ballot_id), path(ballot_id, "cast")):
        desk.see(handle, address, 404)


def test_foreign_and_unknown_votes_look_the_same(desk: Desk) -> None:
    _case_id, ballot_id = with_panel(desk)
    desk.house.add("outsider", Role.REVIEWER)
    client = desk.browser("outsider")
    for tail in ("", "cast"):
        foreign = client.get(path(ballot_id, tail))
        unknown = client.get(path("0" * 32, tail))
        assert (foreign.status_code, unknown.status_code) == (404, 404)
        assert without_token(foreign.data) == without_token(unknown.data)


def test_no_reviewer_page_names_anybody(desk: Desk) -> None:
    """A crawl over every page a reviewer can reach, at each stage of a vote."""
    house = desk.house
    for handle in ("r1", "r2", "r3", "anna"):
        people.disable(SYSTEM, handle)
    house.add("annabelina", Role.COORDINATOR)
    for handle in ("quirinus", "philomena", "theodosia"):
        house.add(handle, Role.REVIEWER)
    _applicant, case_id = house.submitted(
        handle=("identity", "sentinel-handle"), payout_name=("payout", "sentinel-payee")
    )
    house.to_review(case_id, LINES, lead="annabelina")
    ballot_id = desk.ballot_of(case_id)
    read = crawl(desk, "quirinus")
    for handle in ("quirinus", "philomena", "theodosia"):
        desk.press(handle, path(ballot_id), "declare_free")
    read += crawl(desk, "quirinus") + desk.see("quirinus", path(ballot_id, "cast")).text
    for handle in ("philomena", "theodosia", "quirinus"):
        reason = "My own words." if handle == "quirinus" else "sentinel-note"
        vote(desk, handle, ballot_id, choice="approve", reason=reason)
        read += crawl(desk, "quirinus")
    assert STORY in read
    assert [name for name in (*NAMES, *CONFIDED) if name in read] == []


def crawl(desk: Desk, handle: str) -> str:
    """Return the text of every page under the start page that links lead to."""
    found: dict[str, str] = {}
    waiting = [START, "/staff/home"]
    while waiting:
        address = waiting.pop().partition("#")[0]
        if address in found or not address.startswith(("/reviewer", "/staff/home")):
            continue
        page = Page(desk.browser(handle).get(address, follow_redirects=True))
        found[address] = page.text
        waiting += page.links.values()
    return " ".join(found.values())
