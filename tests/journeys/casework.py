"""What coordinators, reviewers and those who pay do in these stories, through their pages."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from tests.journeys.stage import Stage
from tests.journeys.visitor import Visitor

CHECKS = ("identity", "incident", "activity", "need")
NARRATIVE = "A person who helps prisoners was searched and has a hearing within the week."


def open_case(coordinator: Visitor, designation: str = "") -> str:
    """Open a case from the queue (the first one unless it is named); returns its address."""
    coordinator.go("/coordinator/applications")
    coordinator.shot("queue")
    rows = coordinator.page.locator("main table tbody tr")
    row = rows.filter(has_text=designation).first if designation else rows.first
    row.get_by_role("link").first.click()
    coordinator.page.wait_for_load_state()
    return coordinator.path


def did(person: Visitor) -> None:
    """Hold that the last press did what it said."""
    assert person.status == 200, f"{person.path}: {person.text}"
    assert person.page.locator(".banner--success").count() >= 1, person.text


def set_band(coordinator: Visitor, case: str, band: str) -> None:
    coordinator.go(case)
    coordinator.act("set_band")
    coordinator.choose(band=band)
    coordinator.shot("band")
    coordinator.send()
    did(coordinator)


def start_verification(coordinator: Visitor, case: str) -> None:
    """Begin to check; where another case carries the same mark, say first that it is another."""
    coordinator.go(case)
    if coordinator.page.locator('main form[action*="/clear_duplicates"]').count():
        coordinator.shot("perhaps-the-same")
        coordinator.act("clear_duplicates")
        did(coordinator)
    coordinator.act("start_verification")
    did(coordinator)


def ask(coordinator: Visitor, case: str, *questions: str) -> None:
    coordinator.go(case)
    coordinator.act("request_info")
    coordinator.fill(**{f"question_{n}": text for n, text in enumerate(questions, start=1)})
    coordinator.shot("questions")
    coordinator.send()
    did(coordinator)


def check_everything(coordinator: Visitor, case: str, level: int) -> None:
    """Record the four checks as confirmed at this level."""
    for kind in CHECKS:
        coordinator.go(f"{case}/verify?kind={kind}")
        coordinator.choose(kind=kind, status="confirmed", level=str(level))
        coordinator.fill(note="Called back, two people confirm it.")
        coordinator.send()
        did(coordinator)
    coordinator.go(f"{case}/checks")
    coordinator.shot("checks")


def write_for_panel(coordinator: Visitor, case: str, lines: Sequence[tuple[str, int]]) -> None:
    """Seal the file for the panel: a text and these lines (category, whole euros)."""
    coordinator.go(f"{case}/write_redaction")
    coordinator.fill(narrative=NARRATIVE)
    for number, (category, euros) in enumerate(lines):
        coordinator.choose(**{f"category_{number}": category})
        coordinator.fill(**{f"amount_{number}": str(euros)})
    coordinator.shot("redaction")
    coordinator.send()
    did(coordinator)


def due(coordinator: Visitor, case: str, clock: str) -> datetime:
    """Return the due moment of a clock as the case's page gives it."""
    coordinator.go(case)
    row = coordinator.page.locator("dl.summary > div").filter(
        has=coordinator.page.locator("dt", has_text=clock)
    )
    stamp = row.locator("time").first.get_attribute("datetime")
    assert stamp is not None
    return datetime.fromisoformat(stamp)


def open_vote(reviewer: Visitor, designation: str) -> None:
    """Go to a vote from the reviewer's first page."""
    reviewer.go("/reviewer/ballots")
    reviewer.shot("votes")
    reviewer.page.locator("main").get_by_role("link", name=designation, exact=True).click()
    reviewer.page.wait_for_load_state()


def declare_free(reviewer: Visitor, designation: str) -> None:
    open_vote(reviewer, designation)
    assert NARRATIVE not in reviewer.text
    reviewer.shot("declare")
    reviewer.act("declare_free")


def open_file(reviewer: Visitor, designation: str) -> None:
    """Open the sealed file; the look is written down."""
    open_vote(reviewer, designation)
    if NARRATIVE not in reviewer.text:
        reviewer.act("look")
    assert NARRATIVE in reviewer.text


def vote(
    reviewer: Visitor, designation: str, choice: str, amounts: Sequence[int] = (), code: str = ""
) -> None:
    """Cast a vote: all, a part with an amount in whole euros per line, or no with its ground."""
    open_file(reviewer, designation)
    reviewer.shot("file")
    reviewer.act("cast")
    reviewer.choose(choice=choice)
    reviewer.fill(**{f"amount_{n}": str(euros) for n, euros in enumerate(amounts)})
    if code:
        reviewer.choose(reason_code=code)
    reviewer.fill(reason="What is asked for fits what happened.")
    reviewer.shot("vote")
    reviewer.send()
    did(reviewer)


def money_in_fund(stage: Stage, fund: str, euros: int, day: str) -> None:
    """Let finance record a gift by bank to a fund, so that there is something to give."""
    finance = stage.persona("finance-1")
    finance.go("/treasury/gifts/record")
    finance.fill(amount=str(euros), day=day, line=f"{day}/0001")
    finance.choose(fund=fund)
    finance.send()
    assert finance.path == "/treasury/gifts", finance.text
