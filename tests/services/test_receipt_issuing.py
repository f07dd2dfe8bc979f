"""A receipt certifies what the ledger holds, once, under a number that follows the last one."""

from __future__ import annotations

import hashlib
from dataclasses import replace
from datetime import UTC, date, datetime

import pytest
from sqlalchemy import func, select, text
from sqlalchemy.exc import DatabaseError

from fund_app.adapters import pdf
from fund_app.adapters.clock import ManualClock
from fund_app.adapters.payments import Dispute
from fund_app.extensions import db
from fund_app.models.donations import Donor, Method
from fund_app.models.ledger import JournalEntry, Posting
from fund_app.models.receipts import Receipt
from fund_app.models.sealed import Compartment, NoKey
from fund_app.models.types import new_ref
from fund_app.queries import donations as gifts
from fund_app.queries import receipts as requests
from fund_app.services import (
    donation_rows,
    donations,
    donors,
    receipt_copies,
    receipt_issuers,
    receipt_issuing,
    receipt_papers,
    receipt_voids,
    receipts,
    statements,
    vault,
)
from fund_app.services.demo_gifts import Card, follow, movement, payment_of
from fund_app.services.receipt_issuing import CannotIssue
from fund_app.services.receipts import AlreadyIssued
from fund_app.services.transition import Unknown
from fund_app.services.unit import unit_of_work
from fund_app.services.vault import SignedIn
from tests.support import receipts as made
from tests.support.house import House
from tests.support.staff import house
from tests.support.sweep import hits
from workflows.roles import Role

__all__ = ["house"]

pytestmark = pytest.mark.both_stores


@pytest.fixture(autouse=True)
def issuers(house: House) -> None:
    made.set_up_issuers(house)


def test_year_of_twelve_gifts_without_those_that_went_back(house: House) -> None:
    who = made.donor()
    given = made.twelve(house, who)
    made.give(house, who, date(2026, 1, 2), 777)
    made.send_back(house, given[4], 10_005)
    made.send_back(house, given[7], 3_000)
    (receipt_id,) = receipt_issuing.issue(house["treasurer"], made.ask(who))
    row = made.receipt(receipt_id)
    donor = gifts.donor_by_holder(who.ref)
    assert donor is not None
    assert row.total == 12 * 10_000 + 78 - 10_005 - 3_000
    assert [gift for gift, *_ in made.lines(receipt_id)] == given[:4] + given[5:]
    assert sum(amount for _, amount, _ in made.lines(receipt_id)) == row.total
    # The refunds were booked in 2026, the gifts in 2025: both years together are the ledger's.
    told = statements.statement(donor, date(2025, 1, 1), date(2026, 12, 31)).totals[0].net - 777
    assert told == row.total
    paper = receipt_papers.from_json(row.snapshot.open(house["fin1"].ring))
    assert (paper.total, paper.added, paper.kind) == (row.total, row.total, "collective")
    assert {made.state(gift) for gift in given[:4] + given[5:]} == {"receipted"}
    assert made.state(given[4]) == "refunded"


def test_issue_is_done_once(house: House) -> None:
    who = made.donor()
    gift = made.give(house, who, date(2025, 4, 1), 5_000)
    request_id = made.ask(who)
    (first,) = receipt_issuing.issue(house["fin1"], request_id)
    for person in ("fin1", "treasurer"):
        with pytest.raises(CannotIssue, match="no_gifts"):
            receipt_issuing.issue(house[person], request_id)
    for act in (lambda: made.ask(who), lambda: receipts.withdraw(who, request_id)):
        with pytest.raises(AlreadyIssued):
            act()
    assert made.lines(first) == [(gift, 5_000, False)]
    later = made.give(house, who, date(2025, 12, 31), 700)
    (second,) = receipt_issuing.issue(house["fin1"], request_id)
    assert made.lines(second) == [(later, 700, False)]
    assert [made.receipt(each).number for each in (first, second)] == [1, 2]


def test_numbers_have_no_gap_per_series_and_year(house: House, clock: ManualClock) -> None:
    numbers = []
    for country in ("DE", "FR", "DE", "US", "AT", "GB"):
        who = made.donor()
        made.give(house, who, date(2025, 4, 1), 5_000)
        (receipt_id,) = receipt_issuing.issue(house["fin1"], made.ask(who, country=country))
        row = made.receipt(receipt_id)
        numbers.append((row.series, row.year, row.number))
    assert numbers == [
        ("ZB", 2026, 1), ("INT", 2026, 1), ("ZB", 2026, 2), ("US", 2026, 1), ("INT", 2026, 2),
        ("GA", 2026, 1),
    ]  # fmt: skip
    clock.advance(days=200)
    who = made.donor()
    made.give(house, who, date(2025, 4, 1), 5_000)
    (receipt_id,) = receipt_issuing.issue(house["fin1"], made.ask(who))
    row = made.receipt(receipt_id)
    assert (row.series, row.year, row.number) == ("ZB", 2027, 1)


def test_kill_between_number_and_pdf_is_finished_from_what_is_sealed(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    who = made.donor()
    made.give(house, who, date(2025, 4, 1), 5_000)
    request_id = made.ask(who)
    with monkeypatch.context() as broken:
        broken.setattr(pdf, "render", lambda *_a, **_k: (_ for _ in ()).throw(KeyboardInterrupt))
        with pytest.raises(KeyboardInterrupt):
            receipt_issuing.issue(house["fin1"], request_id)
    row = db.session.scalars(select(Receipt)).one()
    with pytest.raises(receipt_copies.NotPrinted):
        receipt_copies.read(house["fin1"], row.id)
    assert receipt_issuing.issue(house["treasurer"], request_id) == (row.id,)
    assert (made.receipt(row.id).number, len(list(db.session.scalars(select(Receipt))))) == (1, 1)
    opened = receipt_copies.read(house["treasurer"], row.id)
    assert hashlib.sha256(opened.content).hexdigest() == made.receipt(row.id).sha256
    again = receipt_papers.from_json(made.receipt(row.id).snapshot.open(house["fin1"].ring))
    assert receipt_papers.as_pdf(again) == opened.content


def test_what_stands_in_the_way_is_said_and_nothing_is_written(
    house: House, clock: ManualClock
) -> None:
    who = made.donor()
    made.give(house, who, date(2025, 4, 1), 5_000)
    made.give(house, who, date(2026, 4, 1), 5_000)
    request_id = made.ask(who)
    with pytest.raises(CannotIssue, match="year_not_over"):
        receipt_issuing.issue(house["fin1"], made.ask(who, year=2026))
    with pytest.raises(CannotIssue, match="no_gifts"):
        receipt_issuing.issue(house["fin1"], made.ask(who, year=2024))
    for handle in ("anna", "board", "security"):
        with pytest.raises(Unknown):
            receipt_issuing.issue(house[handle], request_id)
    with pytest.raises(NoKey):
        receipt_issuing.issue(house.add("late", Role.FINANCE_OFFICER), request_id)
    old = {**made.FACTS["DE"], "notice_day": "2021-06-29"}
    receipt_issuers.record(house["treasurer"], "DE", old)
    with pytest.raises(CannotIssue, match="notice_too_old"):
        receipt_issuing.issue(house["fin1"], request_id)
    assert db.session.scalars(select(Receipt)).all() == []
    receipt_issuers.record(house["treasurer"], "DE", {**old, "notice_day": "2021-06-30"})
    assert len(receipt_issuing.issue(house["fin1"], request_id)) == 1


def test_donor_has_a_copy_until_they_put_it_away_or_its_time_is_over(
    house: House, clock: ManualClock
) -> None:
    people = [made.donor(), made.donor()]
    issued: list[str] = []
    for who in people:
        made.give(house, who, date(2025, 4, 1), 5_000)
        issued += receipt_issuing.issue(house["fin1"], made.ask(who))
    fresh = [SignedIn(who.ref, who.roles, vault.ring_for(who.ref, who.ring.private_key))
             for who in people]  # fmt: skip
    assert receipt_copies.own(fresh[0], issued[0]).content.startswith(b"%PDF")
    with pytest.raises(Unknown):
        receipt_copies.own(fresh[1], issued[0])
    receipt_copies.put_away(people[0], issued[0])
    with pytest.raises(Unknown):
        receipt_copies.own(fresh[0], issued[0])
    assert receipt_copies.close_due() == 0
    clock.advance(days=61)
    assert receipt_copies.close_due() == 1
    assert [made.receipt(each).copy_until for each in issued] == [None, None]


def test_receipt_outlives_the_donors_record_and_ends_after_ten_years(
    house: House, clock: ManualClock
) -> None:
    who = made.donor()
    made.give(house, who, date(2025, 4, 1), 5_000)
    (receipt_id,) = receipt_issuing.issue(house["fin1"], made.ask(who))
    donors.end(who)
    assert made.receipt(receipt_id).donor_id is None
    assert receipt_copies.read(house["fin1"], receipt_id).content.startswith(b"%PDF")
    clock.advance(days=11 * 366)
    assert (receipts.destroy_due(), receipt_copies.destroy_due()) == (1, 1)
    row = made.receipt(receipt_id)
    assert (row.snapshot_sealed, row.pdf_sealed, row.total, row.number) == (None, None, 5_000, 1)
    assert vault.holders_of(receipt_id, Compartment.PAYOUT) == []


def test_name_is_in_no_column_of_a_receipt(house: House) -> None:
    who = made.donor()
    made.give(house, who, date(2025, 4, 1), 5_000)
    (receipt_id,) = receipt_issuing.issue(house["fin1"], made.ask(who))
    found = db.session.execute(select(*Receipt.__table__.columns)).one()
    stored = b"|".join(
        value if isinstance(value, bytes) else str(value).encode() for value in found
    )
    assert hits({"row": stored}, ["Zqname", "Zqstreet", "Zqtown"]) == []
    assert made.receipt(receipt_id).sha256 is not None


BROKEN = {
    "a changed amount": "UPDATE receipt SET total = total + 1",
    "a removed receipt": "DELETE FROM receipt",
    "a changed number": "UPDATE receipt SET number = 9",
    "another hash": "UPDATE receipt SET sha256 = 'x'",
    "a changed line": "UPDATE receipt_line SET amount = amount + 1",
    "a removed line": "DELETE FROM receipt_line",
    "a line set free": "UPDATE receipt_line SET is_void = NOT is_void",
    "a void that skips a number":
        "UPDATE receipt SET voided_day = '2026-06-30', void_year = 2026, void_number = 2,"
        " void_reason = 'other', voided_by = 'x'",
    "a changed issuer": "UPDATE receipt_issuer SET version = version + 10",
    "a line after the issue":
        "INSERT INTO receipt_line (receipt_id, line, donation_id, day, amount, currency, is_void)"
        " SELECT receipt_id, 2, donation_id, day, amount, currency, is_void FROM receipt_line",
    "a second valid line of a gift":
        "INSERT INTO receipt_line (receipt_id, line, donation_id, day, amount, currency, is_void)"
        " SELECT 'other', 1, donation_id, day, amount, currency, is_void FROM receipt_line",
}  # fmt: skip


def test_database_refuses_what_would_change_a_receipt(house: House) -> None:
    who = made.donor()
    made.give(house, who, date(2025, 4, 1), 5_000)
    receipt_issuing.issue(house["fin1"], made.ask(who))
    went_through = []
    for what, statement in BROKEN.items():
        try:
            with unit_of_work() as session:
                session.execute(text(statement))
        except DatabaseError:
            continue
        went_through.append(what)
    assert went_through == []


COPIED = (
    "request_id, donor_id, issuer_id, issuer_code, series, year, pack_version, kind, gifts_year,"
    " currency, line_count, issued_day, issued_by, snapshot_sealed"
)


WRITTEN = {
    "a gap": (3, 700, 700),
    "a number twice": (1, 700, 700),
    "another total": (2, 701, 700),
    "more than the ledger holds": (2, 701, 701),
    "nothing wrong": (2, 700, 700),
}


def write_past_the_service(gift: str, number: int, total: int, amount: int) -> None:
    with unit_of_work() as session:
        session.execute(
            text(
                "INSERT INTO receipt_line (receipt_id, line, donation_id, day, amount, currency,"
                " is_void) SELECT 'new', 1, :gift, day, :amount, currency, is_void"
                " FROM receipt_line"
            ),
            {"gift": gift, "amount": amount},
        )
        session.execute(
            text(
                f"INSERT INTO receipt (id, number, total, {COPIED})"  # noqa: S608
                f" SELECT 'new', :number, :total, {COPIED} FROM receipt"
            ),
            {"number": number, "total": total},
        )


def test_database_refuses_a_receipt_that_does_not_add_up(house: House) -> None:
    who = made.donor()
    made.give(house, who, date(2025, 4, 1), 5_000)
    receipt_issuing.issue(house["fin1"], made.ask(who))
    gift = made.give(house, who, date(2025, 5, 1), 700)
    went_through = []
    for what, (number, total, amount) in WRITTEN.items():
        try:
            write_past_the_service(gift, number, total, amount)
        except DatabaseError:
            continue
        went_through.append(what)
    assert went_through == ["nothing wrong"]


def test_donor_is_not_named_by_anybody_else(house: House) -> None:
    who, other = made.donor(), made.donor()
    made.give(house, who, date(2025, 4, 1), 5_000)
    made.give(house, other, date(2025, 4, 1), 900)
    (receipt_id,) = receipt_issuing.issue(house["fin1"], made.ask(who))
    mine = db.session.scalars(select(Donor.id).where(Donor.holder_id == who.ref)).one()
    assert (made.receipt(receipt_id).donor_id, made.receipt(receipt_id).total) == (mine, 5_000)


def two_currencies(house: House, patching: pytest.MonkeyPatch) -> SignedIn:
    """Return a donor with 50.00 EUR and twice USD; the fund takes euro, so far."""
    who = made.donor()
    made.give(house, who, date(2025, 4, 1), 5_000)
    with patching.context() as patched:
        patched.setattr(donation_rows, "CURRENCY", "USD")
        made.give(house, who, date(2025, 5, 1), 700)
        made.give(house, who, date(2025, 6, 1), 180)
    return who


def test_each_currency_has_a_receipt_of_its_own(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    request_id = made.ask(two_currencies(house, monkeypatch), country="FR")

    def interrupted(*_args: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patched:
        patched.setattr(receipt_issuing, "print_out", interrupted)
        with pytest.raises(KeyboardInterrupt):
            receipt_issuing.issue(house["fin1"], request_id)
    issued = receipt_issuing.issue(house["fin1"], request_id)
    rows = [made.receipt(each) for each in issued]
    assert [(row.currency, row.total, row.number) for row in rows] == [
        ("EUR", 5_000, 1), ("USD", 880, 2),
    ]  # fmt: skip
    assert all(row.sha256 for row in rows)
    assert requests.has_more(request_id) is False
    (euro, amount, _), (dollars, other, _) = (made.lines(each)[0] for each in issued)
    for receipt_id in issued:
        receipt_voids.void(house["fin1"], receipt_id, "other")
    mixed = "INSERT INTO receipt_line VALUES ('x', {}, '{}', '2025-04-01', {}, '{}', false)"
    with unit_of_work() as session:
        session.execute(text(mixed.format(1, euro, amount, "EUR")))
        second = text(mixed.format(2, dollars, other, "USD"))
        with pytest.raises(DatabaseError, match="one currency"), session.begin_nested():
            session.execute(second)
        session.rollback()


def test_country_whose_form_knows_one_currency_leaves_the_other_out(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    request_id = made.ask(two_currencies(house, monkeypatch))
    (only,) = receipt_issuing.issue(house["fin1"], request_id)
    assert (made.receipt(only).currency, made.receipt(only).total) == ("EUR", 5_000)
    with pytest.raises(CannotIssue, match="currency"):
        receipt_issuing.issue(house["fin1"], request_id)


def card_gift_lost(who: SignedIn, day: date, amount: int) -> str:
    """Let a card gift arrive on a day, be disputed and lost; returns the donation's id."""
    wish = donations.Wish("GEN", amount, Method.CARD)
    begun = donations.begin(wish, language="de", request_id=new_ref(), holder_id=who.ref)
    on = datetime(day.year, day.month, day.day, 12, tzinfo=UTC)
    paid = movement("txn_paid", "charge", amount, 175, on)
    taken = replace(movement("txn_taken", "dispute", -amount, 2_000, on), source="dp_1")
    lost = Dispute("dp_1", amount, "lost")
    card = Card("2025-08-03 12:00", "GEN", amount, 175)
    picture = payment_of(begun.donation_id, card, 1, (paid, taken))
    follow(replace(picture, disputes=(lost,)))
    return begun.donation_id


def test_annual_receipt_of_twelve_gifts_one_refunded_one_disputed_and_lost(house: House) -> None:
    """MONEY.md 6, check 22: 100.01 to 100.12; the fifth goes back, the eighth is lost."""
    who = made.donor()
    given = [
        made.give(house, who, date(2025, month, 3), 10_000 + month)
        for month in range(1, 13)
        if month != 8
    ]
    lost = card_gift_lost(who, date(2025, 8, 3), 10_008)
    made.send_back(house, given[4], 10_005)
    assert [made.state(lost), made.state(given[4])] == ["refunded", "refunded"]
    request_id = made.ask(who)
    (receipt_id,) = receipt_issuing.issue(house["treasurer"], request_id)
    row = made.receipt(receipt_id)
    lines = made.lines(receipt_id)
    assert [gift for gift, *_ in lines] == given[:4] + given[5:]
    assert lost not in {gift for gift, *_ in lines}
    ledger = select(-func.sum(Posting.amount)).join(JournalEntry).where(
        JournalEntry.source_type == "donation",
        Posting.account_code.in_(("Donations", "Refunds", "Chargebacks", "Disputes")),
        JournalEntry.source_id.in_([*given, lost]),
    )  # fmt: skip
    paper = receipt_papers.from_json(row.snapshot.open(house["fin1"].ring))
    annex = sum(line.amount for line in paper.lines)
    assert {annex, paper.total, row.total, int(db.session.scalar(ledger) or 0)} == {100_065}
    page = receipt_papers.as_html(paper)
    assert "1.000,65" in page
    assert "eintausend Euro und fünfundsechzig Cent" in page
    with pytest.raises(CannotIssue, match="no_gifts"):
        receipt_issuing.issue(house["treasurer"], request_id)
    copy = receipt_copies.read(house["treasurer"], receipt_id)
    assert copy.mark, "what the treasury takes away is marked as a copy"
