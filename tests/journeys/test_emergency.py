"""Scenario 1: from the first words on a Friday night to money received and a closed case."""

from __future__ import annotations

import json
import re
from datetime import timedelta
from pathlib import Path

import pytest

from tests.journeys import casework
from tests.journeys.applying import Codename, answer_the_rest, begin, come_back, send
from tests.journeys.stage import Stage, berlin, pdf_text, until, written
from tests.journeys.visitor import Visitor

pytestmark = [pytest.mark.browser, pytest.mark.slow]

ASKED = (("legal", 1400), ("medical", 500), ("equipment", 900), ("secure_transport", 300))
AWARDED = (1400, 500, 300, 200)
WORD = "Цапля над рекой"


def tell_costs(person: Visitor) -> None:
    """Add the costs line by line; a page of the form that can come at any time."""
    person.go(f"/apply/emergency/costs?lang={person.language}")
    for number, (category, euros) in enumerate(ASKED):
        names = {"cost_category": category, "cost_currency": "EUR"}
        person.choose(**{f"{name}_{number}": value for name, value in names.items()})
        person.fill(**{f"cost_amount_{number}": str(euros)})
        if number < len(ASKED) - 1:
            person.press("Save and add another")
    person.shot("costs")
    person.press("Save and go on")


def apply(stage: Stage) -> tuple[Visitor, Codename]:
    """Answer eight questions on a Friday evening and send them at 22:40."""
    stage.at(berlin(2026, 3, 13, 22, 35))
    person = stage.somebody("applicant", "ru")
    begin(person)
    answer_the_rest(person)
    tell_costs(person)
    person.go("/apply/emergency/check?lang=ru")
    stage.at(berlin(2026, 3, 13, 22, 40))
    codename = send(person)
    assert re.fullmatch(r"([а-яё-]+ ){6}[а-яё-]+", codename.words)
    assert re.fullmatch(r"(\d{4} ){6}\d{4}", codename.digits)
    assert person.heading == person.say("Received")
    person.shot("received")
    person.page.go_back()
    assert codename.words not in person.page.content()
    return person, codename


def weekend(stage: Stage, person: Visitor, codename: Codename) -> tuple[str, str]:
    """Acknowledge, set the band, ask on Saturday, be answered on Sunday."""
    stage.at(berlin(2026, 3, 14, 9, 30))
    coordinator = stage.persona("coordinator")
    case = casework.open_case(coordinator)
    designation = coordinator.heading
    coordinator.shot("case-new")
    coordinator.act("acknowledge")
    casework.did(coordinator)
    casework.set_band(coordinator, case, "urgent")
    casework.start_verification(coordinator, case)
    coordinator.go(f"{case}/told")
    coordinator.act("look")
    assert "the hearing is on Thursday".casefold() in coordinator.text.casefold()
    coordinator.shot("told")
    stage.at(berlin(2026, 3, 14, 10))
    casework.ask(coordinator, case, "Who is the lawyer?", "Which doctor?")
    stage.at(berlin(2026, 3, 15, 16))
    come_back(person, codename.words)
    assert person.heading == person.say("We need something from you")
    person.shot("asked")
    answer(stage, person)
    coordinator = stage.persona("coordinator")
    moment = casework.due(coordinator, case, "Decide")
    assert moment.replace(second=0, microsecond=0) == berlin(2026, 3, 18, 4, 40)
    assert "18 Mar 2026, 03:40 UTC" in coordinator.text
    coordinator.shot("case-due")
    return case, designation


def answer(stage: Stage, person: Visitor) -> None:
    """Answer both questions, one of them in a way no page may ever run."""
    person.go("/return/messages?lang=ru")
    first, second = person.page.locator('textarea[name^="answer_"]').all()
    first.fill("Та же, что у соседей. {{ 7 * 7 }} <script>alert(1)</script>")
    second.fill("В городской больнице.")
    person.shot("answering")
    # The question took some seconds to write; so the pause is 30 hours, not a breath less.
    stage.at(berlin(2026, 3, 15, 16) + timedelta(seconds=15))
    person.press("Send these answers")
    assert person.heading == person.say("Being checked")


def decide(stage: Stage, case: str, designation: str) -> None:
    """Verify, write for the panel, vote; the medians make 2,400."""
    stage.at(berlin(2026, 3, 16, 9))
    coordinator = stage.persona("coordinator")
    casework.check_everything(coordinator, case, 2)
    coordinator.go(f"{case}/told")
    coordinator.act("look")
    casework.write_for_panel(coordinator, case, ASKED)
    coordinator.go(case)
    coordinator.act("to_review")
    casework.did(coordinator)
    coordinator.shot("case-review")
    panel = [stage.persona(f"reviewer-{number}") for number in (1, 2, 3)]
    for reviewer in panel:
        casework.declare_free(reviewer, designation)
    casework.vote(panel[0], designation, "approve")
    casework.vote(panel[1], designation, "partial", (1400, 500, 300, 200))
    casework.vote(panel[2], designation, "partial", (1400, 500, 0, 0))
    panel[2].shot("decided")
    coordinator.go(case)
    assert "Together €2,400.00." in coordinator.text
    coordinator.shot("case-approved")


def offer(stage: Stage, case: str, person: Visitor, codename: Codename, folder: Path) -> None:
    """Let the applicant read the letter in Russian, accept, and say how the money should come."""
    coordinator = stage.persona("coordinator")

    def is_ready() -> bool:
        coordinator.go(case)
        return coordinator.page.locator(f'form[action$="{case}/offer"]').count() == 1

    until(is_ready, "the award letter")
    coordinator.act("offer")
    casework.did(coordinator)
    come_back(person, codename.digits)
    assert person.heading == person.say("Decision ready")
    person.shot("decision")
    letter = pdf_text(person.fetch("/return/letters/"), folder)
    for euros in (*AWARDED, 2400):
        assert written(euros * 100, "ru") in letter, letter
    assert "§4(3)" in letter
    assert re.search(r"верси\w+ 2", letter), letter
    person.go("/return/offer?lang=ru")
    person.shot("offer")
    person.act("accept")
    person.choose(payout_channel="voucher")
    person.fill(payee_name="Тестовый человек A-0017", payee_account="Пункт 3",
                confirmation_word=WORD)  # fmt: skip
    person.shot("payout")
    person.send()
    assert person.heading == person.say("Payment under way")


def pay(stage: Stage) -> None:
    """Check, two signatures, sent, and the bank's line."""
    first = stage.persona("finance-1")
    first.follow("Payments")
    first.shot("payments")
    first.page.locator("main table tbody tr").first.get_by_role("link").first.click()
    payment = first.path
    reference = first.summary("Reference").split(" ")[0]
    assert first.heading == "€2,400.00"
    assert casework.NARRATIVE not in first.text
    first.act("payee")
    assert "Тестовый человек A-0017" in first.text
    first.shot("payee")
    first.go(payment)
    first.tick(*(f"safety_check-{name}" for name in
                 ("payee_verified", "reference_neutral")))  # fmt: skip
    first.shot("safety-check")
    first.act("safety-check")
    casework.did(first)
    for officer, action in (("finance-2", "authorise-first"), ("treasurer", "authorise-second")):
        signer = stage.persona(officer)
        signer.go(payment)
        signer.shot("sign")
        signer.act(action)
        casework.did(signer)
    sender = stage.persona("finance-1")
    sender.go(payment)
    sender.act("send")
    casework.did(sender)
    sender.fill(**{"bank_ok-amount": "2400", "bank_ok-reference": reference})
    sender.shot("bank-line")
    sender.act("bank-ok")
    casework.did(sender)


def receive(stage: Stage, person: Visitor, codename: Codename) -> None:
    """Confirm with the word, not with another one; then finance puts the payment away."""
    stage.at(berlin(2026, 3, 18, 12))
    come_back(person, codename.words)
    person.go("/return/receipt?lang=ru")
    person.fill(word="Не то слово")
    person.send()
    assert person.status == 409
    person.go("/return/receipt?lang=ru")
    person.fill(word=WORD)
    person.shot("receipt")
    person.send()
    assert person.status == 200, person.text
    officer = stage.persona("finance-1")
    officer.follow("Payments")
    officer.page.locator("main table tbody tr").first.get_by_role("link").first.click()
    officer.act("reconcile")
    casework.did(officer)


def report_and_close(stage: Stage, case: str, person: Visitor, codename: Codename) -> None:
    """Tell how it went in a few words; the case ends, and the person sees who looked."""
    stage.at(berlin(2026, 4, 7, 18))
    come_back(person, codename.words)
    person.go("/return/report?lang=ru")
    person.fill(spent="Адвокат 1400, врач 500, телефон 300, дорога 200.")
    person.choose(safer="yes")
    person.shot("report")
    person.send()
    assert person.status == 200, person.text
    coordinator = stage.persona("coordinator")
    coordinator.go(case)
    coordinator.shot("reporting")
    coordinator.act("close")
    casework.did(coordinator)
    coordinator.go(f"{case}/history")
    coordinator.shot("history")
    person.go("/return/case?lang=ru")
    assert person.heading == person.say("Closed")
    person.shot("closed")
    person.go("/return/looks?lang=ru")
    person.shot("looks")


def positions(stage: Stage) -> None:
    """Read where the fund stands on the treasurer's page and in the ledger itself."""
    treasurer = stage.persona("treasurer")
    treasurer.follow("Ledger")
    treasurer.shot("positions")
    assert "€2,400.00" in treasurer.text
    assert "€2,600.00" in treasurer.text
    told = json.loads(stage.fund.run("ledger", "balances", "--json"))
    emergency = next(each for each in told["funds"] if each["fund_code"] == "EMG")
    assert (emergency["spendable"], emergency["committed"]) == (2600_00, 0)
    assert stage.fund.run("ledger", "check").strip() == "The books agree."


def test_emergency_from_first_words_to_money_received(stage: Stage, tmp_path: Path) -> None:
    stage.at(berlin(2026, 3, 13, 9))
    casework.money_in_fund(stage, "EMG", 5000, "2026-03-10")
    person, codename = apply(stage)
    case, designation = weekend(stage, person, codename)
    decide(stage, case, designation)
    offer(stage, case, person, codename, tmp_path)
    pay(stage)
    receive(stage, person, codename)
    report_and_close(stage, case, person, codename)
    positions(stage)
