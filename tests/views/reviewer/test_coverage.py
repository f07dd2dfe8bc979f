"""Those who decide see what would not hold an award before they decide, and never a figure."""

from __future__ import annotations

from datetime import date

from fund_app.extensions import db
from fund_app.models.applications import Application, AwardLine
from fund_app.models.funds import ResolutionKind as Kind
from fund_app.queries import coverage
from fund_app.services import applications, funds
from fund_app.services.application_effects import CheckResult
from fund_app.services.fund_checks import Draft
from fund_app.services.votes import Cast
from tests.support.desk import Desk, case_path
from tests.support.house import press
from tests.views.coordinator.test_case import in_verification
from tests.views.reviewer.test_ballot import path
from workflows.counting import Choice

WAITS = "An award may have to wait"
LEGAL = "Lawyers, fines and court costs"
DAY = date(2026, 6, 30)


def plan(desk: Desk, **lines: int) -> None:
    draft = Draft(
        kind=Kind.SET_BUDGET, number="2026/1", programme="emergency", currency="EUR",
        starts=date(2026, 1, 1), ends=date(2026, 12, 31), lines=lines,
    )  # fmt: skip
    funds.confirm(desk.house["board"], funds.propose(desk.house["treasurer"], draft))


def test_budget_that_does_not_hold_it_is_said_before_the_vote_and_never_stops_one(
    desk: Desk,
) -> None:
    house = desk.house
    plan(desk, legal=123_400, rest=99_900)
    case_id = in_verification(desk)
    house.redact(case_id, (("legal", 123_401), ("medical", 99_900)))
    assert WAITS not in desk.see("anna", case_path(case_id)).text
    desk.press("anna", case_path(case_id, "told"), "look")
    told = desk.see("anna", case_path(case_id)).text
    assert WAITS in told
    assert f"does not hold this: {LEGAL}." in told
    assert "1,234.00" not in told
    assert WAITS not in desk.see("boris", case_path(case_id)).text
    house.redact(case_id, (("legal", 123_400), ("medical", 99_900)))
    assert WAITS not in desk.see("anna", case_path(case_id)).text

    house.redact(case_id, (("legal", 123_401), ("medical", 99_900)))
    for kind in ("identity", "incident", "activity", "need"):
        applications.verify(house["anna"], case_id, CheckResult(kind, "confirmed", 2, ""), press())
    applications.to_review(house["anna"], case_id, press())
    ballot_id = desk.ballot_of(case_id)
    assert WAITS not in desk.see("r1", path(ballot_id)).text
    page = desk.press("r1", path(ballot_id), "declare_free").text
    assert f"does not hold this: {LEGAL}." in page
    assert "The fund does not have this much free now." not in page
    assert "1,234.00" not in page
    house.vote(case_id, dict.fromkeys(("r2", "r3"), Cast(Choice.APPROVE, reason="Needed.")))
    desk.press("r1", path(ballot_id, "cast"), "cast", choice="approve", reason="Needed.")
    db.session.rollback()
    assert house.case(case_id).state == "waiting_for_money"


def test_fund_too_small_and_lines_used_up_are_said_without_a_key(desk: Desk) -> None:
    plan(desk, legal=0, medical=600_000, rest=0)
    case_id = in_verification(desk)
    desk.house.redact(case_id, (("legal", 1), ("medical", 500_000)))
    sealed = desk.see("boris", case_path(case_id)).text
    assert f"does not hold this: {LEGAL}." in sealed
    assert "The fund does not have this much free now." not in sealed
    desk.press("anna", case_path(case_id, "told"), "look")
    opened = desk.see("anna", case_path(case_id)).text
    assert "The fund does not have this much free now." in opened


def test_part_promised_by_a_fast_track_is_not_asked_for_again(desk: Desk) -> None:
    plan(desk, legal=1_000)
    lines = [AwardLine(line=1, category="legal", requested=5_000, awarded=5_000, currency="EUR")]
    case = Application(
        id="fast", state="fast_track", programme="emergency", currency="EUR", awarded=5_000,
        award_lines=lines,
    )  # fmt: skip
    with db.session.no_autoflush:
        assert not coverage.coverage(db.session(), case, {"legal": 6_000}, DAY).is_short
        assert coverage.coverage(db.session(), case, {"legal": 6_001}, DAY).lines == ("legal",)
