"""A period is proposed, closed by another, and only when the bank's word is all explained."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as some
from sqlalchemy import select, text
from sqlalchemy.exc import IntegrityError

from fund_app.adapters.clock import now
from fund_app.extensions import db
from fund_app.models.bank import BankLine
from fund_app.models.ledger import JournalEntry, Period
from fund_app.models.sealed import Compartment
from fund_app.queries import bank_reconciliation
from fund_app.queries import periods as reads
from fund_app.queries.ledger_check import recompute_check
from fund_app.services import (
    bank_matches,
    disbursements,
    donations,
    ledger_facts,
    ledger_grants,
    people,
    periods,
    vault,
)
from fund_app.services.bank_matches import Choice, MatchRefused
from fund_app.services.disbursements import Sending
from fund_app.services.donations import BankGift
from fund_app.services.ledger import PeriodClosed
from fund_app.services.ledger_facts import Origin
from fund_app.services.ledger_grants import Part
from fund_app.services.periods import Length, NotClosable, NotDivisible, following
from fund_app.services.transition import Unknown
from fund_app.services.unit import unit_of_work
from tests.support import bank
from tests.support.bank_files import Line
from tests.support.house import House, press
from tests.support.staff import house
from workflows.bank import MatchKind
from workflows.engine import Refused
from workflows.roles import SYSTEM, Role

__all__ = ["house"]

pytestmark = pytest.mark.both_stores

LATER = datetime(2027, 1, 4, 9, 0, tzinfo=UTC)
LAST = date(2026, 12, 31)


def obstacles(code: str = "2026") -> dict[str, int]:
    db.session.rollback()
    row = reads.period(code)
    assert row is not None
    return {each.code: each.count for each in reads.obstacles(row, now().date())}


def state(account_id: str, day: date | None = None) -> bank_reconciliation.Reconciliation:
    found = bank_reconciliation.reconciliation(bank.the_account(account_id), day)
    assert found is not None
    return found


def closed(house: House, code: str = "2026") -> None:
    periods.propose(house["treasurer"], code)
    periods.close(house["board"], code)


def explained(house: House) -> str:
    """Bring a statement of the year's last day, match all of it; returns the gift's match."""
    account_id = bank.account(house["treasurer"])
    lines = [Line(25_000, "Zqword", day=LAST), Line(-500, "fee", code="CHRG", day=LAST)]
    bank.bring(house["fin1"], account_id, lines, day=LAST)
    house.at(LATER)
    assert obstacles() == {"lines_unmatched": 2}
    with pytest.raises(NotClosable, match="lines_unmatched"):
        periods.propose(house["treasurer"], "2026")
    bank_matches.accept_sure(house["fin1"], account_id)
    gift_line = next(each for each in bank.lines(account_id) if each.rest)
    gift_match = bank_matches.accept(house["fin1"], gift_line.id, Choice(MatchKind.GIFT))
    assert (obstacles(), state(account_id).difference) == ({}, 0)
    return gift_match


def test_period_is_closed_by_two(house: House) -> None:
    explained(house)
    with pytest.raises(Refused):
        periods.propose(house["board"], "2026")
    with pytest.raises(Refused, match="second_person_missing"):
        periods.close(house["board"], "2026")
    for _ in range(2):
        periods.propose(house["treasurer"], "2026")
    with pytest.raises(Refused, match="second_person_missing"):
        periods.close(house["treasurer"], "2026")
    with pytest.raises(Refused):
        periods.close(house["fin1"], "2026")
    periods.close(house["board"], "2026")
    with pytest.raises(PeriodClosed):
        periods.close(house["board"], "2026")


def test_closed_period_takes_nothing_and_late_facts_go_to_the_next(house: House) -> None:
    gift_match = explained(house)
    closed(house)
    with pytest.raises(MatchRefused, match="period_closed"):
        bank_matches.undo(house["fin1"], gift_match)
    late = BankGift("EMG", 900, LAST, "", "late")
    donation_id = donations.record_bank_gift(house["fin1"], late, press())
    entry = db.session.scalars(
        select(JournalEntry).where(JournalEntry.source_id == donation_id)
    ).one()
    assert (entry.book_date, entry.period_code) == (date(2027, 1, 1), "2027")
    origin = Origin("late", LAST, ("application", "a"), SYSTEM.ref)
    with unit_of_work() as session, pytest.raises(PeriodClosed):
        ledger_grants.approve_grant(session, origin, "EMG", [Part(1)], "EUR")
    past_the_service = text(
        "INSERT INTO journal_entry (id, idem_key, kind, book_date, event_time, period_code,"
        " source_type, source_id, actor, content_hash) VALUES (999, 'k', 'bank_gift',"
        " '2026-12-31', '2026-12-31 00:00:00', '2026', 's', 's', 'a', 'h')"
    )
    with pytest.raises(IntegrityError, match="period_closed"), unit_of_work() as session:
        session.execute(past_the_service)


def test_words_on_lines_are_forgotten_when_their_period_closes(house: House) -> None:
    account_id = bank.account(house["treasurer"])
    bank.bring(house["fin1"], account_id, [Line(900, "Zqword", day=LAST)], day=LAST)
    line = bank.lines(account_id)[0]
    bank_matches.accept(house["fin1"], line.id, Choice(MatchKind.GIFT))
    statement_id = db.session.get_one(BankLine, line.id).statement_id
    assert vault.holders_of(statement_id, Compartment.PAYOUT) != []
    house.at(LATER)
    closed(house)
    assert vault.holders_of(statement_id, Compartment.PAYOUT) == []
    assert bank.lines(account_id)[0].has_text is False
    with pytest.raises(Unknown):
        bank_matches.look(house["treasurer"], line.id)
    assert periods.forget_words() == 0


def test_everything_that_stands_in_the_way_is_named(house: House) -> None:
    account_id = bank.account(house["treasurer"])
    assert obstacles() == {"not_over": 1, "statements_missing": 1}
    _applicant, case_id = house.released([("legal", 20_000)])
    payment_id = house.payment_of(case_id).id
    disbursements.send(house["fin1"], payment_id, Sending(), press())
    by_hand = BankGift("EMG", 700, date(2026, 6, 30), "", "by hand")
    day = date(2026, 6, 29)
    bank.bring(house["fin1"], account_id, [Line(900, day=day)], opening=1, day=day)
    donations.record_bank_gift(house["fin1"], by_hand, press())
    house.at(LATER)
    assert obstacles() == {
        "payments_unseen": 1,
        "statements_missing": 1,
        "lines_unmatched": 1,
        "entries_unseen": 2,
        "balances_apart": 1,
    }
    with unit_of_work() as session:
        gift = Origin("next", date(2027, 1, 2), ("test", "x"), SYSTEM.ref)
        ledger_facts.bank_gift(session, gift, {"GEN": 1}, "EUR")
    assert obstacles("2027")["earlier_open"] == 1
    with pytest.raises(Unknown):
        periods.propose(house["treasurer"], "1999")


def test_database_alone_refuses_to_close_over_an_unmatched_line(house: House) -> None:
    account_id = bank.account(house["treasurer"])
    bank.bring(house["fin1"], account_id, [Line(900)])
    with unit_of_work() as session:
        session.execute(text("UPDATE period SET proposed_at = starts, proposed_by = 'one'"))
    with pytest.raises(IntegrityError, match="period_lines_open"), unit_of_work() as session:
        session.execute(text("UPDATE period SET closed_at = starts, closed_by = 'two'"))


def test_next_periods_are_opened_one_after_the_other(house: House) -> None:
    with pytest.raises(Refused):
        periods.open_next(house["board"], Length.MONTH)
    codes = [periods.open_next(house["treasurer"], each) for each in (
        Length.MONTH, Length.QUARTER, Length.YEAR, Length.YEAR,
    )]  # fmt: skip
    assert codes == ["2027-01", "2027-02_03", "2027-04_12", "2028"]
    found = [(row.code, row.starts, row.ends) for row in reads.periods()]
    assert found == [
        ("2028", date(2028, 1, 1), date(2028, 12, 31)),
        ("2027-04_12", date(2027, 4, 1), date(2027, 12, 31)),
        ("2027-02_03", date(2027, 2, 1), date(2027, 3, 31)),
        ("2027-01", date(2027, 1, 1), date(2027, 1, 31)),
        ("2026", date(2026, 1, 1), date(2026, 12, 31)),
    ]


def test_next_period_is_opened_once_however_often_it_is_asked_for(house: House) -> None:
    chosen = [periods.open_next(house["treasurer"], Length.MONTH, LAST) for _ in range(2)]
    assert chosen == ["2027-01", "2027-01"]
    assert [row.code for row in reads.periods()] == ["2027-01", "2026"]


def test_fact_between_opened_periods_opens_what_lies_between(house: House) -> None:
    with unit_of_work() as session:
        session.add(Period(code="2027-03", starts=date(2027, 3, 1), ends=date(2027, 3, 31)))
    for day in (date(2027, 2, 3), date(2027, 7, 1)):
        donations.record_bank_gift(
            house["fin1"], BankGift("EMG", 100, day, "", day.isoformat()), press()
        )
    codes = {row.code for row in reads.periods()}
    assert codes == {"2026", "2027-01_02", "2027-03", "2027-04_12"}


def test_difference_is_explained_to_the_cent_whatever_happened(house: House) -> None:
    """MONEY.md 6: the ledger's balance beside the statement's, with what lies between."""
    account_id = bank.account(house["treasurer"])
    day = date(2026, 6, 29)
    first = [Line(1_000 * (number + 1), f"line {number}", day=day) for number in range(4)]
    bank.bring(house["fin1"], account_id, first, day=day, opening=499_000)
    found = bank.lines(account_id)
    bank_matches.accept(house["fin1"], found[0].id, Choice(MatchKind.GIFT))
    undone = bank_matches.accept(house["fin1"], found[1].id, Choice(MatchKind.GIFT, amount=300))
    bank_matches.undo(house["fin1"], undone)
    bank_matches.accept(house["fin1"], found[2].id, Choice(MatchKind.GIFT, amount=700))
    # Booked by hand a day after the bank's own day, and tied afterwards.
    amount = found[3].amount
    late = donations.record_bank_gift(
        house["fin1"], BankGift("EMG", amount, date(2026, 6, 30), "", "hand"), press()
    )
    entry_id = db.session.scalars(
        select(JournalEntry.id).where(JournalEntry.source_id == late)
    ).one()
    bank_matches.accept(house["fin1"], found[3].id, Choice(MatchKind.ENTRY, str(entry_id)))
    donations.record_bank_gift(
        house["fin1"], BankGift("EMG", 55, date(2026, 6, 29), "", "never seen"), press()
    )
    for until in (None, day, day + timedelta(days=1), LAST):
        row = state(account_id, until)
        assert row.explained == row.difference
        assert row.bank == 499_000 + sum(each.amount for each in found)
    row = state(account_id)
    assert row.day == day
    assert sum(each.amount for each in row.apart) == -amount
    assert [each.rest for each in row.entries] == [55]
    assert state(account_id, LAST).apart == ()


@given(last=some.dates(date(2020, 1, 1), date(2040, 1, 1)), length=some.sampled_from(Length))
def test_following_period_begins_the_day_after_and_ends_with_a_month(
    last: date, length: Length
) -> None:
    days = following(last, length)
    assert days.starts == last + timedelta(days=1)
    assert days.ends >= days.starts
    assert (days.ends + timedelta(days=1)).day == 1
    assert days.ends.year == days.starts.year


def test_open_year_is_divided_and_every_entry_stays_with_its_day(house: House) -> None:
    """2027 stands open as a whole with facts in it; January is closed once it is a period."""
    for day in (date(2027, 1, 31), date(2027, 2, 1), date(2027, 12, 31)):
        gift = BankGift("EMG", 100, day, "", day.isoformat())
        donations.record_bank_gift(house["fin1"], gift, press())
    house.at(datetime(2027, 4, 1, 9, 0, tzinfo=UTC))
    closed(house)
    with pytest.raises(Refused):
        periods.divide(house["board"], "2027", date(2027, 1, 31))
    for day in (date(2027, 1, 30), date(2027, 12, 31), date(2026, 6, 30)):
        with pytest.raises(NotDivisible):
            periods.divide(house["treasurer"], "2027", day)
    with pytest.raises(PeriodClosed):
        periods.divide(house["treasurer"], "2026", date(2026, 6, 30))
    for _ in range(2):
        assert periods.divide(house["treasurer"], "2027", date(2027, 1, 31)) == "2027-01"
    assert periods.divide(house["treasurer"], "2027-02_12", date(2027, 3, 31)) == "2027-02_03"
    counted = {row.code: row.entries for row in reads.periods()}
    assert counted == {"2026": 1, "2027-01": 1, "2027-02_03": 1, "2027-04_12": 1}
    closed(house, "2027-01")
    with unit_of_work() as session:
        entries = session.scalars(select(JournalEntry).order_by(JournalEntry.id)).all()
        for entry in entries:
            row = session.get_one(Period, entry.period_code)
            assert row.starts <= entry.book_date <= row.ends
    assert recompute_check() == ()
    past_the_service = (
        ("UPDATE journal_entry SET period_code = '2027-04_12'", "append_only"),
        ("UPDATE journal_entry SET period_code = '2027-02_03' WHERE period_code = '2027-01'",
         "append_only"),
        ("UPDATE journal_entry SET period_code = '2027-01', actor = 'x'", "append_only"),
        ("UPDATE period SET starts = '2027-01-01' WHERE code = '2027-02_03'", "period_closed"),
        ("UPDATE period SET ends = '2026-11-30' WHERE code = '2026'", "period_closed"),
    )  # fmt: skip
    for statement, code in past_the_service:
        with pytest.raises(IntegrityError, match=code), unit_of_work() as session:
            session.execute(text(statement))


def test_mistyped_first_year_can_be_divided() -> None:
    """A day of the year 1 is in the books by a slip of the hand: the page must still be shown."""
    ends = periods.month_ends(date(1, 1, 1), date(1, 3, 31))
    assert ends == (date(1, 1, 31), date(1, 2, 28))


def test_period_that_lost_an_entry_is_not_closed(house: House) -> None:
    """Shrinking a period past the service leaves entries outside: then nobody closes it."""
    with unit_of_work() as session:
        session.execute(text("UPDATE period SET starts = '2026-07-01'"))
        session.execute(text("UPDATE period SET proposed_at = starts, proposed_by = 'one'"))
    with pytest.raises(IntegrityError, match="period_outside"), unit_of_work() as session:
        session.execute(text("UPDATE period SET closed_at = starts, closed_by = 'two'"))


def test_proposal_of_who_has_left_does_not_count_and_is_made_anew(house: House) -> None:
    explained(house)
    successor = house.add("successor", Role.TREASURER)
    periods.propose(house["treasurer"], "2026")
    people.disable(SYSTEM, "treasurer")
    with pytest.raises(NotClosable, match="proposer_gone"):
        periods.close(house["board"], "2026")
    periods.propose(successor, "2026")
    with pytest.raises(Refused, match="second_person_missing"):
        periods.close(successor, "2026")
    periods.close(house["board"], "2026")
    row = reads.period("2026")
    assert row is not None
    assert (row.proposed_by, row.closer) == (successor.ref, "Board")
