"""Scenario 4 and its variant: a late conflict, a quorum missed, a substitute drawn by lot.

Both cases are submitted in November 2025, under the first version of the rules: five are drawn
and three votes are needed. (The second version draws three, who then all have to vote.)
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import datetime, timedelta

import pytest

from tests.journeys import casework
from tests.journeys.applying import answer_the_rest, begin, send
from tests.journeys.stage import Stage, berlin, hire, until
from tests.journeys.visitor import Visitor
from tests.support.live import LiveFund
from workflows.roles import Role

pytestmark = [pytest.mark.browser, pytest.mark.slow]

LINES = (("legal", 800),)
PERSONAS = ("reviewer-1", "reviewer-2", "reviewer-3")
MORE = ("reviewer-4", "reviewer-5", "reviewer-6")
GROUND = "no_acute_risk"


@pytest.fixture(scope="module", autouse=True)
def pool(served: LiveFund) -> None:
    """Have six reviewers to draw from."""
    served.clock.set(berlin(2025, 11, 3, 8))
    hire(served, [(each, each.title(), frozenset({Role.REVIEWER})) for each in MORE])


def enter(stage: Stage, handle: str) -> Visitor:
    return stage.persona(handle) if handle in PERSONAS else stage.colleague(handle)


def to_panel(stage: Stage, monday: datetime) -> tuple[str, str]:
    """Bring a fresh case before the panel; returns its address and its name."""
    stage.at(monday)
    casework.money_in_fund(stage, "EMG", 1000, f"{monday:%Y-%m-%d}")
    person = stage.somebody("applicant")
    begin(person)
    answer_the_rest(person)
    send(person)
    person.close()
    stage.visitors.remove(person)
    coordinator = stage.persona("coordinator")
    coordinator.go("/coordinator/applications?state=submitted")
    coordinator.page.locator("main table tbody tr").first.get_by_role("link").first.click()
    coordinator.page.wait_for_load_state()
    case, designation = coordinator.path, coordinator.heading
    coordinator.shot("case")
    coordinator.act("acknowledge")
    casework.did(coordinator)
    casework.set_band(coordinator, case, "standard")
    casework.start_verification(coordinator, case)
    casework.check_everything(coordinator, case, 1)
    casework.write_for_panel(coordinator, case, LINES)
    coordinator.go(case)
    coordinator.act("to_review")
    casework.did(coordinator)
    return case, designation


def drawn(stage: Stage, designation: str, handles: Sequence[str]) -> list[str]:
    """Return which of these people find the vote on their first page."""
    found = []
    for handle in handles:
        reviewer = enter(stage, handle)
        reviewer.go("/reviewer/ballots")
        link = reviewer.page.get_by_role("link", name=designation, exact=True)
        if link.count() and "Say whether you have a conflict" in reviewer.text:
            found.append(handle)
    return found


def step_back(reviewer: Visitor, designation: str) -> str:
    """Declare a conflict; returns the address of the vote, which is closed from that second on."""
    casework.open_vote(reviewer, designation)
    address = reviewer.path
    reviewer.shot("conflict")
    reviewer.act("declare_conflict")
    reviewer.go(address)
    assert reviewer.status == 404
    assert casework.NARRATIVE not in reviewer.page.content()
    reviewer.go("/reviewer/ballots")
    assert designation not in reviewer.text
    return address


def declare(stage: Stage, designation: str, panel: Sequence[str]) -> None:
    """Let the second step back, the fifth stay away, and the others declare themselves free."""
    step_back(enter(stage, panel[1]), designation)
    for handle in (panel[0], panel[2], panel[3]):
        casework.declare_free(enter(stage, handle), designation)


def speak(stage: Stage, designation: str, handle: str, choice: str) -> None:
    """Cast one vote, a minute after the one before, without having left since declaring."""
    stage.at(stage.fund.clock.now() + timedelta(minutes=1))
    code = GROUND if choice == "reject" else ""
    casework.vote(stage.staff[handle], designation, choice, code=code)


def result(coordinator: Visitor, case: str, words: str) -> bool:
    coordinator.go(case)
    return words in coordinator.text


def looks(coordinator: Visitor, case: str) -> list[str]:
    """Return the hours at which reviewers opened the file, as the case's history tells."""
    coordinator.go(f"{case}/history")
    coordinator.shot("history")
    lines = coordinator.page.locator("ul.plain li").all_inner_texts()
    return [
        found.group()
        for line in lines
        if re.search("Reviewer|Chair of the panel", line)
        and (found := re.search(r"\d\d:\d\d", line))
    ]


def votes_in_trail(stage: Stage, designation: str) -> tuple[str, int]:
    """Return what the auditor reads: the count, and how often the panel opened the file.

    One reviewer may take the chair, and then looks as the chair.
    """
    auditor = stage.persona("auditor")
    auditor.go(f"/audit?q={designation.replace(' ', '+')}")
    auditor.follow(designation)
    auditor.shot("trail")
    found = re.search(r"\d+ for, \d+ against, \d+ abstained", auditor.text)
    assert found is not None, auditor.text
    opened = re.findall(r"(?:Reviewer|Chair of the panel): (\d+)", auditor.text)
    return found.group(), sum(map(int, opened))


def test_panel_with_a_conflict_and_an_absence_still_decides(stage: Stage) -> None:
    case, designation = to_panel(stage, berlin(2025, 11, 3, 9))
    panel = drawn(stage, designation, (*PERSONAS, *MORE))
    assert len(panel) == 5
    first, _second, third, fourth, _absent = panel
    declare(stage, designation, panel)
    speak(stage, designation, first, "approve")
    speak(stage, designation, third, "reject")
    coordinator = stage.persona("coordinator")
    coordinator.go(case)
    assert "Stepped back: 1. Votes: 2 of at least 3." in coordinator.text
    assert "What is asked for fits what happened." not in coordinator.text
    speak(stage, designation, fourth, "approve")
    # The fifth stays away; when the time for voting is over, three votes are a quorum.
    stage.at(berlin(2025, 11, 4, 10))
    coordinator = stage.persona("coordinator")
    until(lambda: result(coordinator, case, "Together €800.00."), "the count")
    assert votes_in_trail(stage, designation) == ("2 for, 1 against, 0 abstained", 3)


def test_conflict_after_voting_voids_the_vote_and_draws_a_substitute(stage: Stage) -> None:
    case, designation = to_panel(stage, berlin(2025, 11, 10, 9))
    panel = drawn(stage, designation, (*PERSONAS, *MORE))
    spare = [each for each in (*PERSONAS, *MORE) if each not in panel]
    first, _second, third, fourth, absent = panel
    declare(stage, designation, panel)
    coordinator = stage.persona("coordinator")
    decision_due = casework.due(coordinator, case, "Decide")
    for handle, choice in ((first, "approve"), (third, "reject"), (fourth, "approve")):
        speak(stage, designation, handle, choice)
    address = step_back(enter(stage, fourth), designation)

    stage.at(berlin(2025, 11, 11, 10))
    coordinator = stage.persona("coordinator")
    is_short = f'form[action$="{case}/substitutes"]'
    until(
        lambda: (
            result(coordinator, case, designation)
            and coordinator.page.locator(is_short).count() == 1
        ),
        "a count short of its quorum",
    )
    assert "Stepped back: 2. Votes: 2 of at least 3." in coordinator.text
    coordinator.shot("no-quorum")
    coordinator.act("substitutes")
    casework.did(coordinator)
    assert set(drawn(stage, designation, (*PERSONAS, *MORE))) == {absent, *spare}
    # Nobody stopped the clock for deciding meanwhile.
    assert casework.due(coordinator, case, "Decide") == decision_due
    casework.declare_free(enter(stage, spare[0]), designation)
    speak(stage, designation, spare[0], "approve")
    stage.at(berlin(2025, 11, 11, 23))
    coordinator = stage.persona("coordinator")
    until(lambda: result(coordinator, case, "Together €800.00."), "the second count")
    assert votes_in_trail(stage, designation) == ("2 for, 1 against, 0 abstained", 4)
    # Four people had to open the file to vote, and it was opened four times: each of them once,
    # the one who stepped back too.
    assert len(looks(coordinator, case)) == 4
    gone = enter(stage, fourth)
    gone.go(address)
    assert gone.status == 404
