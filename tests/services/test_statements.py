"""A statement's PDF says what the ledger says, to the cent, and nothing about anybody else."""

from __future__ import annotations

import re
import subprocess
from datetime import UTC, date, datetime
from pathlib import Path

import pytest
from click.testing import CliRunner
from flask import Flask
from sqlalchemy import select

from fund_app import cli
from fund_app.adapters.clock import ManualClock
from fund_app.models import ledger_accounts
from fund_app.models.donations import Method
from fund_app.models.ledger import EntryKind, Tranche
from fund_app.queries import donations as reads
from fund_app.queries.donations import DonorRow
from fund_app.services import (
    donations,
    fund_reports,
    ledger_facts,
    ledger_grants,
    statements,
    stripe_inbox,
    told_quarters,
)
from fund_app.services.ledger_facts import Origin
from fund_app.services.ledger_grants import Part
from fund_app.services.transition import Request
from fund_app.services.unit import unit_of_work
from tests.support.gifts import chart, double, settings
from tests.support.stripe import StripeDouble
from workflows.money import EXPONENTS
from workflows.quarters import Quarter
from workflows.roles import Actor, Role

__all__ = ["chart", "double", "settings"]

FINANCE = Actor("f" * 32, frozenset({Role.FINANCE_OFFICER}))


def donor_giving(day: date, *gifts: tuple[str, int], language: str = "en") -> DonorRow:
    """Make a donor who gave by bank transfer on one day: pairs of fund and amount."""
    holder: str | None = None
    for number, (fund, amount) in enumerate(gifts):
        begun = donations.begin(
            donations.Wish(fund, amount, Method.BANK_TRANSFER),
            language=language,
            request_id=f"{day}-{fund}-{number}",
            holder_id=holder,
        )
        holder = begun.codename.holder_id if begun.codename else holder
        line = donations.BankGift(
            fund,
            amount,
            day,
            begun.reference.lower(),
            f"{day}/{fund}/{number}",
            is_source_known=True,
        )
        donations.record_bank_gift(FINANCE, line, Request(None))
    found = reads.donor_by_holder(holder or "")
    assert found is not None
    return found


def spend(fund: str, day: date, number: int, amount: int) -> None:
    """Post a grant that was paid from a fund, past the applications."""
    with unit_of_work() as session:
        ledger_facts.record(
            session,
            EntryKind.BANK_EXECUTED,
            Origin(f"test:{fund}:{number}", day, ("application", f"{number:032x}"), FINANCE.ref),
            ledger_facts.move(ledger_accounts.GRANTS, ledger_accounts.BANK, fund, amount, "EUR"),
        )


def text_of(pdf: bytes, tmp_path: Path) -> str:
    path = tmp_path / "statement.pdf"
    path.write_bytes(pdf)
    done = subprocess.run(["pdftotext", "-layout", str(path), "-"], check=True, capture_output=True)  # noqa: S607
    return re.sub(r"[\s\u00a0\u202f]+", " ", done.stdout.decode())


def test_statement_of_scenario_16(
    app_both: Flask, chart: None, clock: ManualClock, tmp_path: Path
) -> None:
    donor = donor_giving(
        date(2025, 3, 3), ("EMG", 2_500_000), *[("GEN", 5_000)] * 12, language="de"
    )
    for number, amount in enumerate((965_000, 705_000, 590_000)):
        spend("EMG", date(2025, 6, 1 + number), number, amount)
    told_quarters.freeze()
    found = statements.of_year(donor, 2025)
    assert [(total.given, total.net, total.restricted) for total in found.totals] == [
        (2_560_000, 2_560_000, 2_500_000)
    ]
    (use,) = found.uses
    assert (use.received, use.granted, use.carried_out, use.cases) == (
        2_500_000,
        2_260_000,
        240_000,
        None,
    )
    text = text_of(statements.as_pdf(found), tmp_path)
    for told in ("25.600,00 €", "-22.600,00 €", "2.400,00 €"):
        assert told in text
    assert "fünfundzwanzigtausendsechshundert Euro und null Cent" in text
    assert "9.650,00" not in text


def test_refund_and_lost_dispute_are_taken_off(
    app_both: Flask, chart: None, double: StripeDouble, tmp_path: Path
) -> None:
    begun = donations.begin(
        donations.Wish("GEN", 10_000, Method.CARD), language="en", request_id="first"
    )
    assert begun.codename is not None
    holder = begun.codename.holder_id
    ids = [begun.donation_id] + [
        donations.begin(
            donations.Wish("EMG", 5_000, Method.CARD),
            language="en",
            request_id=f"more{number}",
            holder_id=holder,
        ).donation_id
        for number in range(2)
    ]
    donor = Actor(holder, frozenset({Role.DONOR}))
    for donation_id in ids:
        page = donations.check_out(
            donor, donation_id, success_url="https://f.test/a", cancel_url="https://f.test/b"
        )
        double.paid(page.id)
    charges = double.book.every("charge")[::-1]
    double.book.refund({"charge": charges[0]["id"], "amount": "3000"})
    lost = double.book.open_dispute(charges[1]["id"])
    double.book.close_dispute(lost["id"], won=False)
    stripe_inbox.poll()
    for event in double.events():
        stripe_inbox.receive(*double.envelope(event))
        stripe_inbox.process(event["id"])
    row = reads.donor_by_holder(holder)
    assert row is not None
    found = statements.of_year(row, 2026)
    kinds = [(line.kind, line.amount) for line in found.movements]
    assert sorted(kinds) == [
        ("chargeback", -5_000),
        ("gift", 5_000),
        ("gift", 5_000),
        ("gift", 10_000),
        ("refund", -3_000),
    ]
    assert [(total.given, total.gone_back, total.net) for total in found.totals] == [
        (20_000, 8_000, 12_000)
    ]
    text = text_of(statements.as_pdf(found), tmp_path)
    assert "€120.00" in text
    assert "one hundred and twenty euro, zero cents" in text


def test_statement_holds_nobody_elses_gifts(app_both: Flask, chart: None) -> None:
    first = donor_giving(date(2026, 1, 5), ("GEN", 1_000))
    second = donor_giving(date(2026, 1, 6), ("GEN", 2_000), ("EMG", 4_000))
    assert [total.net for total in statements.of_year(first, 2026).totals] == [1_000]
    assert [total.net for total in statements.of_year(second, 2026).totals] == [6_000]


def test_days_of_the_range_are_inclusive(app: Flask, chart: None) -> None:
    donor = donor_giving(date(2024, 2, 29), ("GEN", 1_000))
    day, before = date(2024, 2, 29), date(2024, 2, 28)
    assert statements.statement(donor, day, day).totals[0].net == 1_000
    assert statements.statement(donor, before, before).movements == ()
    with pytest.raises(statements.BadRange):
        statements.statement(donor, day, before)


def told(donor: DonorRow, year: int) -> tuple[date, date, int] | None:
    """Return the days a statement tells the fund's use of, and what was spent in them."""
    told_quarters.freeze()
    uses = statements.of_year(donor, year).uses
    return (uses[0].since, uses[0].until, uses[0].granted) if uses else None


def test_use_is_told_for_quarters_that_are_over_for_a_while(
    app: Flask, chart: None, clock: ManualClock
) -> None:
    donor = donor_giving(date(2026, 2, 2), ("EMG", 10_000))
    for number in range(5):
        spend("EMG", date(2026, 4, 10), number, 700)
    assert told(donor, 2026) == (date(2026, 1, 1), date(2026, 3, 31), 0)
    clock.set(datetime(2026, 7, 30, 12, tzinfo=UTC))
    assert told(donor, 2026) == (date(2026, 1, 1), date(2026, 3, 31), 0)
    clock.set(datetime(2026, 7, 31, 12, tzinfo=UTC))
    assert told(donor, 2026) == (date(2026, 1, 1), date(2026, 6, 30), 3_500)


def test_two_statements_subtracted_show_no_case(
    app: Flask, chart: None, clock: ManualClock
) -> None:
    """Whenever they are asked for, their difference is of five cases or more, or of nothing."""
    donors = {year: donor_giving(date(year, 2, 2), ("EMG", 100_000)) for year in (2024, 2025)}
    cases = (5, 1, 0, 3, 1, 0, 6, 0)
    days = [date(2024 + at // 4, 3 * (at % 4) + 2, 10) for at in range(8)]
    number = 0
    for count, day in zip(cases, days, strict=True):
        for _ in range(count):
            number += 1
            spend("EMG", day, number, 1_000)
    seen: set[int] = {0}
    for month in range(4, 28):
        clock.set(datetime(2024 + month // 12, month % 12 + 1, 1, tzinfo=UTC))
        told_quarters.freeze()
        for first, donor in donors.items():
            for last in (2024, 2025)[first - 2024 :]:
                found = statements.statement(donor, date(first, 1, 1), date(last, 12, 31))
                seen |= {use.granted for use in found.uses}
    assert seen == {0, 5_000, 10_000, 11_000, 16_000}
    assert told(donors[2024], 2024) == (date(2024, 1, 1), date(2024, 3, 31), 5_000)
    assert told(donors[2025], 2025) == (date(2024, 4, 1), date(2025, 12, 31), 11_000)


def test_entry_booked_late_belongs_to_what_is_told_next(
    app_both: Flask, chart: None, clock: ManualClock
) -> None:
    """What was told up to a quarter stays; one case more in it would be that case by itself."""
    donor = donor_giving(date(2025, 2, 2), ("EMG", 100_000))
    for number in range(6):
        spend("EMG", date(2025, 2, 10), number, 1_000)
    clock.set(datetime(2025, 5, 5, tzinfo=UTC))
    before = told(donor, 2025)
    assert before == (date(2025, 1, 1), date(2025, 3, 31), 6_000)
    spend("EMG", date(2025, 3, 1), 99, 777)
    assert told(donor, 2025) == before
    clock.set(datetime(2025, 8, 5, tzinfo=UTC))
    assert told(donor, 2025) == before, "one case waits for others"
    for number in range(100, 104):
        spend("EMG", date(2025, 4, 1), number, 1_000)
    assert told(donor, 2025) == before, "frozen while they were not there"
    clock.set(datetime(2025, 11, 5, tzinfo=UTC))
    whole = told(donor, 2025)
    assert whole == (date(2025, 1, 1), date(2025, 9, 30), 10_777)


def test_exchange_and_losses_of_single_payments_are_no_line_of_their_own(
    app: Flask, chart: None
) -> None:
    donor = donor_giving(date(2025, 2, 2), ("EMG", 100_000))
    for number in range(5):
        spend("EMG", date(2025, 2, 10), number, 1_000)
    for key, account in (("fx", ledger_accounts.FX_DIFFERENCE), ("lost", ledger_accounts.LOSSES)):
        with unit_of_work() as session:
            origin = Origin(key, date(2025, 3, 1), ("application", f"{0:032x}"), FINANCE.ref)
            lines = ledger_facts.move(account, ledger_accounts.BANK, "EMG", 123, "EUR")
            ledger_facts.record(session, EntryKind.BANK_EXECUTED, origin, lines)
    told_quarters.freeze()
    (use,) = statements.of_year(donor, 2025).uses
    assert (use.granted, use.costs, use.cases) == (5_246, 0, 5)
    (part,) = fund_reports.report("EMG", Quarter(2025, 1), Quarter(2025, 1)).parts
    assert [(line.code, line.amount) for line in part.went_out] == [("Grants", -5_246)]


def test_cash_with_a_partner_is_no_line_of_its_own(app: Flask, chart: None) -> None:
    """It is carried over until it has helped somebody; "other movements" would be one payment."""
    donor = donor_giving(date(2025, 2, 2), ("EMG", 100_000))
    for number in range(5):
        spend("EMG", date(2025, 2, 10), number, 1_000)
    with unit_of_work() as session:
        case = ("application", "e" * 32)
        award = Origin("award", date(2025, 2, 11), case, FINANCE.ref)
        grant = ledger_grants.approve_grant(session, award, "EMG", [Part(7_700)], "EUR")
        handed = Origin("handed", date(2025, 2, 12), case, FINANCE.ref)
        tranche = session.scalar(select(Tranche.id).where(Tranche.commitment_id == grant.id))
        ledger_grants.advance(session, handed, tranche or "", "P1")
    told_quarters.freeze()
    (use,) = statements.of_year(donor, 2025).uses
    assert (use.granted, use.other, use.carried_out) == (5_000, 0, 95_000)


@pytest.mark.parametrize(("count", "told"), [(3, None), (4, None), (5, 5), (9, 5), (10, 10)])
def test_number_of_cases_is_coarse(app: Flask, chart: None, count: int, told: int | None) -> None:
    donor = donor_giving(date(2025, 2, 2), ("EMG", 100_000))
    for number in range(count):
        spend("EMG", date(2025, 4, 10), number, 700)
    told_quarters.freeze()
    assert statements.of_year(donor, 2025).uses[0].cases == told


@pytest.mark.parametrize(("value", "currency", "language", "words"), [
    (5_001, "EUR", "de", "fünfzig Euro und ein Cent"),
    (5_001, "CHF", "de", "fünfzig CHF 01/100"),
    (-5_001, "GBP", "ru", "-пятьдесят GBP 01/100"),
    (5_000, "JPY", "en", "five thousand JPY"),
    (5_001, "KWD", "en", "five KWD 001/1000"),
])  # fmt: skip
def test_words_say_what_the_digits_say_in_any_currency(
    value: int, currency: str, language: str, words: str
) -> None:
    assert statements.words_in(value, currency, language) == words


def test_every_currency_has_words_in_every_language() -> None:
    for currency in EXPONENTS:
        for language in statements.LANGUAGES:
            assert statements.words_in(12_345, currency, language)


@pytest.mark.parametrize("language", statements.LANGUAGES)
def test_statement_is_the_same_bytes_each_time(app: Flask, chart: None, language: str) -> None:
    donor = donor_giving(date(2026, 1, 5), ("GEN", 1_000), language=language)
    found = statements.of_year(donor, 2026)
    first = statements.as_pdf(found)
    assert statements.as_pdf(found) == first
    assert donor.id.encode() not in first


def test_statement_without_gifts_says_so(app: Flask, chart: None, tmp_path: Path) -> None:
    donor = donor_giving(date(2026, 1, 5), ("GEN", 1_000))
    text = text_of(statements.as_pdf(statements.of_year(donor, 2019)), tmp_path)
    assert "There are no gifts in these days." in text


def test_command_makes_one_file_per_donor(
    app: Flask, chart: None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    donor = donor_giving(date(2026, 1, 5), ("GEN", 1_234))
    donor_giving(date(2025, 1, 5), ("GEN", 1_000))
    monkeypatch.setattr(cli, "application", lambda: app)
    out = tmp_path / "out"
    done = CliRunner().invoke(cli.main, ["statements", "2026", "--out", str(out)])
    assert done.exit_code == 0, done.output
    assert [path.name for path in out.iterdir()] == [f"{donor.id}-2026.pdf"]
    assert "€12.34" in text_of((out / f"{donor.id}-2026.pdf").read_bytes(), tmp_path)
    unknown = CliRunner().invoke(cli.main, ["statements", "2026", "--donor", "0" * 32])
    assert (unknown.exit_code, "no donor with this reference" in unknown.output) == (1, True)
