from __future__ import annotations

from typing import Any

import pytest
from flask import Flask
from sqlalchemy import func, select

from fund_app.extensions import db
from fund_app.jobs.handlers import HANDLERS
from fund_app.jobs.worker import Worker
from fund_app.models.applications import VerificationCheck
from fund_app.models.countersignatures import Countersignature
from fund_app.models.events import Event
from fund_app.queries import applications as reads
from fund_app.services import applications, people
from fund_app.services.application_effects import MAKE_LETTER, CheckResult
from fund_app.views import history_labels, labels
from tests.support.desk import Desk, case_path
from tests.support.house import press
from tests.support.pages import Page, without_token
from workflows.catalogue import all_workflows
from workflows.emergency import EMERGENCY
from workflows.roles import SYSTEM

STORY = "They came at six in the morning."
CONTACT = "sentinel-handle"
COST = {
    "cost_category": ("narrative", "legal"),
    "cost_what": ("narrative", "sentinel-cost"),
    "cost_amount": ("narrative", "140000"),
    "cost_currency": ("narrative", "EUR"),
}


def submitted(desk: Desk, **answers: tuple[str, str]) -> str:
    _applicant, case_id = desk.house.submitted(handle=("identity", CONTACT), **answers)
    return case_id


def in_verification(desk: Desk, lead: str = "anna") -> str:
    case_id = submitted(desk, **COST)
    applications.acknowledge(desk.house[lead], case_id, press())
    applications.set_band(desk.house[lead], case_id, "standard", press())
    applications.start_verification(desk.house[lead], case_id, press())
    return case_id


def looks_at(desk: Desk, case_id: str) -> list[str]:
    db.session.rollback()
    return [each.action for each in reads.views_of(db.session(), case_id)]


def test_how_it_stands_needs_no_key_and_opens_nothing(desk: Desk) -> None:
    case_id = submitted(desk)
    page = desk.see("anna", case_path(case_id))
    assert page.headings[0] == desk.house.case(case_id).designation
    assert "Counts 24 hours, day and night; 0 minutes used." in page.text
    assert [word for word in (STORY, CONTACT) if word in page.text] == []
    assert looks_at(desk, case_id) == []


def test_story_opens_by_a_press_that_is_written_down(desk: Desk) -> None:
    case_id = submitted(desk)
    closed = desk.see("anna", case_path(case_id, "told"))
    assert STORY not in closed.text
    opened = desk.press("anna", case_path(case_id, "told"), "look")
    assert STORY in opened.text
    assert CONTACT not in opened.text
    desk.see("anna", case_path(case_id, "told"))
    assert looks_at(desk, case_id) == ["narrative_opened"]


def test_names_open_for_who_asked_by_a_press_of_its_own(desk: Desk) -> None:
    case_id = submitted(desk)
    desk.house.unlocked("anna", case_id)
    assert CONTACT not in desk.see("anna", case_path(case_id, "told")).text
    page = desk.press("anna", case_path(case_id, "told"), "/show", expected=200)
    assert CONTACT in page.text
    assert STORY not in page.text
    assert looks_at(desk, case_id) == ["identity_opened"]
    assert "/show" not in str(desk.see("boris", case_path(case_id, "told")).forms)


def test_what_one_person_opened_stays_closed_for_others(desk: Desk) -> None:
    case_id = submitted(desk)
    desk.press("anna", case_path(case_id, "told"), "look")
    assert STORY not in desk.see("boris", case_path(case_id, "told")).text


@pytest.mark.parametrize("wanted", ["payout", "identity", "review", "", "everything"])
def test_other_compartments_cannot_be_asked_for(desk: Desk, wanted: str) -> None:
    case_id = submitted(desk)
    client = desk.browser("anna")
    page = client.page(case_path(case_id, "told"))
    assert client.submit(page, {"compartment": wanted}, to="look").status_code == 404


def test_acknowledging_makes_the_lead(desk: Desk) -> None:
    case_id = submitted(desk)
    page = desk.press("anna", case_path(case_id), "acknowledge")
    assert "Acknowledged. You lead this case now." in page.text
    assert "Led by Anna" in page.text
    assert desk.house.case(case_id).state == "triage"


def test_same_press_sent_twice_is_one_step(desk: Desk) -> None:
    case_id = submitted(desk)
    client = desk.browser("anna")
    page = client.page(case_path(case_id))
    assert client.submit(page, to="acknowledge").status_code == 302
    assert client.submit(page, to="acknowledge").status_code == 302
    db.session.rollback()
    done = select(func.count()).where(Event.subject_id == case_id, Event.action == "acknowledge")
    assert db.session.scalar(done) == 1


def test_stale_form_is_a_409_that_says_what_changed_and_keeps_the_words(desk: Desk) -> None:
    case_id = in_verification(desk)
    client = desk.browser("anna")
    stale = client.page(case_path(case_id, "verify"))
    result = CheckResult("need", "confirmed", 1, "")
    applications.verify(desk.house["boris"], case_id, result, press())
    typed: dict[str, Any] = {
        "kind": "incident",
        "status": "confirmed",
        "level": "2",
        "note": "Two calls.",
    }
    answer = client.submit(stale, typed, to="verify")
    page = Page(answer)
    assert answer.status_code == 409
    assert "Somebody else was quicker" in page.text
    assert "Check recorded (Coordinator" in page.text
    assert page.form("verify").values["note"] == ["Two calls."]
    assert client.submit(page, to="verify").status_code == 302


def test_every_act_that_is_not_possible_says_why(desk: Desk) -> None:
    case_id = in_verification(desk, lead="boris")
    page = desk.see("anna", case_path(case_id))
    for words in (
        "Only the person who leads this case can do this.",
        "For this amount the rules ask for more verification, or a waiver by two people.",
        "The text for the panel is not ready yet.",
        "This belongs to another stage: Approved.",
    ):
        assert words in page.text


def test_check_is_recorded_with_its_level_and_a_sealed_note(desk: Desk) -> None:
    case_id = in_verification(desk)
    typed: dict[str, Any] = {
        "kind": "incident",
        "status": "confirmed",
        "level": "3",
        "note": "sentinel-note",
    }
    desk.press("anna", case_path(case_id, "verify?kind=incident"), "verify", **typed)
    closed = desk.see("anna", case_path(case_id, "checks"))
    assert "V3: a document or a person we trust" in closed.text
    assert "sentinel-note" not in closed.text
    opened = desk.press("anna", case_path(case_id, "checks"), "look")
    assert "sentinel-note" in opened.text


def test_confirmed_check_needs_a_level(desk: Desk) -> None:
    case_id = in_verification(desk)
    typed: dict[str, Any] = {"kind": "need", "status": "confirmed", "level": "0", "note": "Seen."}
    page = desk.press("anna", case_path(case_id, "verify"), "verify", 422, **typed)
    assert "What is confirmed reaches at least V1." in page.text


def test_waiver_takes_two_coordinators_and_keeps_the_reason(desk: Desk) -> None:
    case_id = in_verification(desk)
    desk.press("anna", case_path(case_id, "waive_verification"), "waive_verification")
    page = desk.see("anna", case_path(case_id))
    assert "Somebody else has to agree now." in page.text
    empty = case_path(case_id, "waive_verification")
    assert "Please say why" in desk.press("boris", empty, "waive_verification", 422).text
    typed: dict[str, Any] = {"reason": "No time is left."}
    desk.press("boris", empty, "waive_verification", **typed)
    db.session.rollback()
    checks = db.session.scalars(
        select(VerificationCheck).where(VerificationCheck.application_id == case_id)
    ).all()
    notes = {(check.status, check.note.open(desk.house["boris"].ring)) for check in checks}
    assert notes == {("waived", "No time is left.")}


def test_nobody_signs_first_for_a_waiver_the_page_does_not_offer(desk: Desk) -> None:
    case_id = in_verification(desk)
    address = case_path(case_id, "waive_verification")
    offered = [form.action for form in desk.see("anna", case_path(case_id)).forms]
    assert address in offered
    typed: dict[str, Any] = {"question_1": "Who is the lawyer?"}
    desk.press("anna", case_path(case_id, "request_info"), "request_info", **typed)
    offered = [form.action for form in desk.see("anna", case_path(case_id)).forms]
    assert address not in offered
    page = desk.press("anna", address, "waive_verification", 409)
    assert str(labels.refusal("on_hold")) in page.text
    db.session.rollback()
    assert db.session.scalars(select(Countersignature)).all() == []


def test_questions_go_in_one_bundle_and_the_clock_stands_still(desk: Desk) -> None:
    case_id = in_verification(desk)
    address = case_path(case_id, "request_info")
    assert "at least one question" in desk.press("anna", address, "request_info", 422).text
    typed: dict[str, Any] = {
        "question_1": "Who is the lawyer?",
        "question_3": "When is the hearing?",
    }
    page = desk.press("anna", address, "request_info", **typed)
    assert "Waiting for the applicant's answers" in page.text
    assert "stands still" in page.text
    thread = desk.press("anna", case_path(case_id, "messages"), "look").text
    assert "Who is the lawyer?" in thread
    assert "When is the hearing?" in thread


def test_file_for_the_panel_begins_with_the_amounts_but_not_the_words(desk: Desk) -> None:
    case_id = in_verification(desk)
    address = case_path(case_id, "write_redaction")
    desk.press("anna", case_path(case_id, "told"), "look")
    page = desk.see("anna", address)
    values = page.form("write_redaction").values
    assert (values["category_0"], values["amount_0"], values["what_0"]) == (
        ["legal"],
        ["1400"],
        [""],
    )
    assert "sentinel-cost" in page.text
    typed: dict[str, Any] = {
        "narrative": "Somebody needs a lawyer.",
        "category_1": "medical",
        "amount_1": "50,5",
    }
    desk.press("anna", address, "write_redaction", **typed)
    again = desk.see("anna", address).form("write_redaction").values
    assert (again["amount_1"], again["narrative"]) == (["50.50"], ["Somebody needs a lawyer."])
    assert desk.house.case(case_id).line_categories == "legal,medical"


@pytest.mark.parametrize(
    ("typed", "sentence"),
    [
        ({"narrative": ""}, "Please write what the panel needs to know."),
        ({"amount_0": "1.400"}, "If you meant thousands"),
        ({"amount_0": "", "category_0": ""}, "Please fill in at least one cost line."),
        ({"category_0": ""}, "Please choose what this cost is for."),
    ],
)
def test_incomplete_file_comes_back_as_typed(
    desk: Desk, typed: dict[str, str], sentence: str
) -> None:
    case_id = in_verification(desk)
    whole = {"narrative": "A text.", "category_0": "legal", "amount_0": "100"}
    page = desk.press(
        "anna", case_path(case_id, "write_redaction"), "write_redaction", 422, **(whole | typed)
    )
    assert sentence in page.text
    assert page.form("write_redaction").values["narrative"] == [typed.get("narrative", "A text.")]


def test_panel_that_cannot_be_drawn_is_a_409_in_a_sentence(desk: Desk) -> None:
    case_id = in_verification(desk)
    for kind in labels.CHECKS:
        result = CheckResult(kind, "confirmed", 2, "")
        applications.verify(desk.house["anna"], case_id, result, press())
    desk.house.redact(case_id, [("legal", 100_000)])
    people.disable(SYSTEM, "r1")
    page = desk.press("anna", case_path(case_id), "to_review", 409)
    assert "Fewer reviewers are left" in page.text
    assert desk.house.case(case_id).state == "verification"


def test_file_stands_once_the_panel_has_it(desk: Desk) -> None:
    case_id = submitted(desk)
    desk.house.to_review(case_id, [("legal", 100_000)])
    typed: dict[str, Any] = {"narrative": "Another text.", "category_0": "legal", "amount_0": "1"}
    page = desk.press(
        "anna", case_path(case_id, "write_redaction"), "write_redaction", 409, **typed
    )
    assert "The case has moved on" in page.text
    assert desk.house.case(case_id).line_categories == "legal"


def test_formal_refusal_names_its_ground_and_its_letter_can_be_opened(
    app: Flask, desk: Desk
) -> None:
    case_id = submitted(desk)
    applications.acknowledge(desk.house["anna"], case_id, press())
    form = desk.see("anna", case_path(case_id, "reject"))
    assert str(labels.REASONS["not_a_defender"]) not in form.text
    desk.press("anna", case_path(case_id, "reject"), "reject", reason_code="late")
    Worker(app, handlers={MAKE_LETTER: HANDLERS[MAKE_LETTER]}, rounds=()).run(once=True)
    page = desk.see("anna", case_path(case_id, "messages"))
    (form_of_letter,) = [each for each in page.forms if "/files/" in each.action]
    answer = desk.browser("anna").submit(page, to=form_of_letter.action)
    assert answer.mimetype == "application/pdf"
    assert answer.data.startswith(b"%PDF")
    assert looks_at(desk, case_id) == ["document_opened"]


def test_merging_asks_for_the_other_case_by_name(desk: Desk) -> None:
    case_id, other = submitted(desk), submitted(desk)
    applications.acknowledge(desk.house["anna"], case_id, press())
    page = desk.see("anna", case_path(case_id))
    name = desk.house.case(other).designation
    assert name in page.text
    address = case_path(case_id, "merge_duplicate")
    wrong = {"designation": "Nobody Heron 1", "same": "y"}
    missing = desk.press("anna", address, "merge_duplicate", 409, **wrong)
    assert "There is no case of this name." in missing.text
    own = {"designation": desk.house.case(case_id).designation, "same": "y"}
    assert "with itself" in desk.press("anna", address, "merge_duplicate", 409, **own).text
    desk.press("anna", address, "merge_duplicate", designation=name.upper(), same="y")
    merged = desk.house.case(case_id)
    assert (merged.state, merged.merged_into_id) == ("merged", other)


def test_possible_duplicate_is_cleared_before_verification(desk: Desk) -> None:
    case_id, _other = submitted(desk), submitted(desk)
    applications.acknowledge(desk.house["anna"], case_id, press())
    applications.set_band(desk.house["anna"], case_id, "urgent", press())
    desk.press("anna", case_path(case_id), "clear_duplicates")
    page = desk.press("anna", case_path(case_id), "start_verification")
    assert "Four checks are planned." in page.text


def test_freezing_needs_one_press_and_lifting_it_a_second_person(desk: Desk) -> None:
    case_id = submitted(desk)
    page = desk.press("boris", case_path(case_id), "suspend_security")
    assert "Frozen for safety" in page.text
    agreed = desk.press("anna", case_path(case_id), "resume")
    assert "The security lead can lift the freeze now." in agreed.text
    applications.resume(desk.house["security"], case_id, verified=True, request=press())
    assert "Frozen for safety" not in desk.see("anna", case_path(case_id)).text.partition("Time")[0]


@pytest.mark.parametrize("tab", ["", "told", "messages", "checks", "history", "verify"])
def test_unknown_foreign_and_draft_cases_look_the_same(desk: Desk, tab: str) -> None:
    draft = desk.house.case_of(desk.house.draft())
    client = desk.browser("anna")
    answers = [client.get(case_path(each, tab)) for each in (draft, "0" * 32, "nonsense")]
    bodies = {without_token(answer.data) for answer in answers}
    assert len(bodies) == 1
    desk.see("anna", case_path(draft, tab), 404)


@pytest.mark.parametrize("handle", ["r1", "chair", "fin1", "treasurer", "board", "security"])
def test_other_roles_find_no_case(desk: Desk, handle: str) -> None:
    case_id = submitted(desk)
    for tab in ("", "told", "history", "acknowledge"):
        desk.see(handle, case_path(case_id, tab), 404)


def test_unknown_acts_are_no_pages(desk: Desk) -> None:
    case_id = submitted(desk)
    for action in ("approve", "money_found", "escalate", "nonsense"):
        desk.see("anna", case_path(case_id, action), 404)


def test_history_tells_steps_looks_and_lights_the_present_stage(desk: Desk) -> None:
    case_id = in_verification(desk)
    desk.press("anna", case_path(case_id, "told"), "look")
    page = desk.see("anna", case_path(case_id, "history"))
    assert "Verification started" in page.text
    assert "Read what was confided · Coordinator" in page.text
    (lit,) = page.find_all("{http://www.w3.org/2000/svg}rect", class_="diagram__node--lit")
    assert lit is not None
    assert "First look: Verification started, then Verification." in page.text


def test_every_code_has_words() -> None:
    assert set(labels.STATES) == {state.code for state in EMERGENCY.states}
    assert {clock.name for clock in EMERGENCY.clocks} <= set(labels.CLOCKS)
    shown = [each for each in all_workflows() if each.name in history_labels.CHAINS]
    actions = {step.action for each in shown for step in each.steps}
    assert actions <= set(history_labels.HAPPENED)
