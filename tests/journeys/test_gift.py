"""A donor's story: cards, a bank transfer, money given back, and a statement to the cent."""

from __future__ import annotations

import json
import re
from pathlib import Path
from urllib.parse import urlsplit
from urllib.request import Request, urlopen

import pytest

from tests.journeys.stage import Stage, berlin, pdf_text, until, written
from tests.journeys.visitor import Visitor

pytestmark = [pytest.mark.browser, pytest.mark.slow]

RESTRICTED, FREE, BY_BANK = 120_50, 50_00, 75_25
GIVEN = RESTRICTED + FREE + BY_BANK
RETURNED = 20_05


def give(donor: Visitor, fund: str, amount: int, method: str) -> None:
    donor.go("/donate")
    donor.choose(preset="own", fund=fund, method=method)
    donor.fill(own=f"{amount // 100}.{amount % 100:02}")
    donor.shot("give")
    donor.press("Go on")


def pay_by_card(stage: Stage, donor: Visitor) -> str:
    """Go on to the provider's own page and pay there; returns the provider's address."""
    donor.shot("before-paying")
    donor.page.locator("input[name=not_listed]").check()
    donor.press("Go on to the payment page")
    hosted = urlsplit(donor.page.url)
    stage.neighbours.add(hosted.netloc)
    assert donor.heading == "Payment rehearsal"
    donor.page.get_by_role("button", name="Pay", exact=True).click()
    assert (donor.path, donor.heading) == ("/donate/done", donor.say("Thank you"))
    return f"{hosted.scheme}://{hosted.netloc}"


def gifts_of(donor: Visitor) -> list[tuple[str, str]]:
    """Return how each gift stands and its amount, as the donor's page shows them."""
    donor.go("/donate/statements")
    rows = donor.page.locator("table tbody tr").all()
    cells = [
        [" ".join(c.inner_text().split()) for c in row.locator("th, td").all()] for row in rows
    ]
    return sorted((row[4], row[5]) for row in cells)


def call(url: str, body: object = None) -> dict[str, object]:
    """Speak to the provider's double as the outside world does."""
    data = None if body is None else json.dumps(body).encode()
    with urlopen(Request(url, data), timeout=10) as answer:  # noqa: S310 (on loopback)
        found: dict[str, object] = json.load(answer)
    return found


def charge_of(double: str, amount: int) -> str:
    objects = call(f"{double}/_control/state")["objects"]
    assert isinstance(objects, list)
    found = [one["id"] for one in objects if one["object"] == "charge" and one["amount"] == amount]
    assert len(found) == 1
    return str(found[0])


def income(stage: Stage) -> dict[tuple[str, str], int]:
    """Return what the ledger's income accounts hold, as earned: (account, fund) to cents."""
    told = json.loads(stage.fund.run("ledger", "balances", "--json"))
    return {
        (row["account_code"], row["fund_code"]): -row["balance"]
        for row in told["accounts"]
        if row["account_code"] in {"Donations", "Refunds", "Chargebacks"}
    }


def record_transfer(stage: Stage, reference: str) -> None:
    finance = stage.persona("finance-1")
    finance.go("/treasury/gifts/record")
    finance.fill(amount="75.25", day="2026-02-09", reference=reference, line="2026-02/0007")
    finance.shot("record")
    finance.press("Record")
    assert finance.path == "/treasury/gifts", finance.text
    finance.shot("gifts")
    # The same line of the bank's statement cannot be recorded twice.
    finance.go("/treasury/gifts/record")
    finance.fill(amount="75.25", day="2026-02-09", reference=reference, line="2026-02/0007")
    finance.press("Record")
    assert finance.status in {409, 422}


def test_gift_reaches_its_statement_to_the_cent(stage: Stage, tmp_path: Path) -> None:
    stage.at(berlin(2026, 2, 10, 11))
    donor = stage.somebody("donor")

    give(donor, "EMG", RESTRICTED, "card")
    assert donor.heading == "Please keep these words"
    words, digits = (
        " ".join(each.inner_text().split()) for each in donor.page.locator(".keepsake__words").all()
    )
    assert re.fullmatch(r"([a-z-]+ ){6}[a-z-]+", words)
    assert re.fullmatch(r"(\d{4} ){6}\d{4}", digits)
    donor.shot("codename")
    donor.press("I have kept it")
    double = pay_by_card(stage, donor)
    donor.shot("thanks")
    # The words are gone for good, also for the way back in the browser.
    donor.go("/donate/codename")
    assert (donor.path, words in donor.text) == ("/donate/payment", False)

    give(donor, "GEN", FREE, "card")
    pay_by_card(stage, donor)
    give(donor, "GEN", BY_BANK, "bank_transfer")
    reference = donor.summary("Reference")
    donor.shot("transfer")
    record_transfer(stage, reference)
    three = [
        ("Accepted", "€120.50"), ("Accepted", "€50.00"), ("Accepted", "€75.25"),
    ]  # fmt: skip
    until(lambda: gifts_of(donor) == three, "three gifts that have arrived")
    assert income(stage) == {
        ("Donations", "EMG"): RESTRICTED,
        ("Donations", "GEN"): FREE + BY_BANK,
    }

    refund = {"charge": charge_of(double, FREE), "amount": RETURNED}
    call(f"{double}/_control/refund", refund)
    until(lambda: ("Refunds", "GEN") in income(stage), "a return in the ledger")
    assert income(stage)["Refunds", "GEN"] == -RETURNED

    read_statements(stage, digits, tmp_path)


def read_statements(stage: Stage, digits: str, folder: Path) -> None:
    """Come back much later, on another device, with the digits alone."""
    stage.at(berlin(2026, 5, 4, 9))
    later = stage.somebody("donor-later")
    later.go("/donate/sign-in")
    later.fill(codename=digits)
    later.press("Come in")
    later.shot("statements")
    assert later.summary("Remains with the fund") == "€225.70"
    booked = income(stage)
    assert sum(booked.values()) == GIVEN - RETURNED
    for language in ("en", "de", "ru"):
        read_statement(later, language, booked, folder)


def read_statement(
    donor: Visitor, language: str, booked: dict[tuple[str, str], int], folder: Path
) -> None:
    """Download the statement in one language and hold its sums against the ledger's."""
    donor.language = language
    donor.go(f"/donate/statements?lang={language}&year=2026")
    assert donor.page.locator("html").get_attribute("lang") == language
    content = donor.fetch("/statements/file")
    text = pdf_text(content, folder)
    given = sum(amount for (account, _), amount in booked.items() if account == "Donations")
    back = -sum(amount for (account, _), amount in booked.items() if account == "Refunds")
    bound = sum(amount for (_, fund), amount in booked.items() if fund == "EMG")
    expected = [
        (donor.say("Given"), given),
        (donor.say("Given back or taken back"), back),
        (donor.say("Remains with the fund"), given - back),
        (donor.say("of this bound to a purpose"), bound),
        (donor.say("of this free to use"), given - back - bound),
    ]
    missing = [
        f"{label} {written(amount, language)}"
        for label, amount in expected
        if f"{label} {written(amount, language)}" not in text
    ]
    assert missing == [], text
    for amount in (RESTRICTED, FREE, BY_BANK, -RETURNED):
        assert text.count(written(amount, language)) >= 1, text
    donor.shot(f"statement-{language}")
