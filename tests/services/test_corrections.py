"""A slip is said by one, agreed to by another and reversed; what has its own way is sent there."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from sqlalchemy import select, text, update
from sqlalchemy.exc import IntegrityError

from fund_app.extensions import db
from fund_app.models.corrections import Correction, Slip
from fund_app.models.donations import Donation, Method
from fund_app.models.ledger import JournalEntry
from fund_app.queries import corrections as reads
from fund_app.queries import donation_labels, donations, ledger
from fund_app.queries.ledger_check import recompute_check
from fund_app.services import (
    bank_clearings,
    bank_matches,
    corrections,
    gift_returns,
    ledger_facts,
    statements,
)
from fund_app.services import donations as giving
from fund_app.services.bank_matches import Choice
from fund_app.services.corrections import CorrectionRefused
from fund_app.services.donations import BankGift, LineTaken
from fund_app.services.gift_returns import Wish
from fund_app.services.ledger_facts import Origin
from fund_app.services.unit import unit_of_work
from tests.support import bank
from tests.support.bank_files import Line
from tests.support.house import House, press
from tests.support.staff import house
from workflows.bank import MatchKind
from workflows.engine import Refused

__all__ = ["house"]

pytestmark = pytest.mark.both_stores

DAY = date(2026, 6, 29)


def recorded(house: House, amount: int = 9_000, line: str = "S6-1", fund: str = "LEG") -> str:
    return giving.record_bank_gift(house["fin1"], BankGift(fund, amount, DAY, "", line), press())


def entry_of(gift_id: str) -> int:
    found = reads.entry_of_gift(gift_id)
    assert found is not None
    return found


def test_gift_recorded_wrongly_is_reversed_by_two_and_recorded_anew(house: House) -> None:
    gift_id, wish = recorded(house), press()
    entry_id = entry_of(gift_id)
    proposed = {
        corrections.propose(house["fin1"], entry_id, Slip.WRONG_AMOUNT, wish) for _ in range(2)
    }
    (slip,) = proposed
    with pytest.raises(CorrectionRefused, match="proposed"):
        corrections.propose(house["treasurer"], entry_id, Slip.WRONG_FUND)
    for who in ("fin1", "fin2"):
        with pytest.raises(Refused):
            corrections.agree(house[who], slip)
    with pytest.raises(LineTaken):
        recorded(house, 900)
    for _ in range(2):
        corrections.agree(house["treasurer"], slip)
    assert ledger.position("LEG", "EUR").spendable == 0
    again = recorded(house, 900)
    assert again != gift_id
    assert ledger.position("LEG", "EUR").spendable == 900
    mistaken = donations.gift(gift_id)
    assert mistaken is not None
    assert mistaken.kept == 0
    assert donation_labels.standing(mistaken) == "Recorded by mistake, and taken back"
    reversal = db.session.scalars(
        select(JournalEntry).where(JournalEntry.reverses_id == entry_id)
    ).one()
    assert (reversal.kind, reversal.reason_code) == ("reversal", "wrong_amount")
    with pytest.raises(CorrectionRefused, match="corrected"):
        corrections.propose(house["fin1"], entry_id, Slip.WRONG_AMOUNT)
    with pytest.raises(IntegrityError, match="bank:fixed"), unit_of_work() as session:
        session.execute(text("UPDATE correction SET reason_code = 'wrong_day'"))
    assert recompute_check() == ()


def test_donor_is_not_told_of_a_gift_recorded_by_mistake_as_given(house: House) -> None:
    wish = giving.Wish("GEN", 9_000, Method.BANK_TRANSFER)
    begun = giving.begin(wish, language="en", request_id="r" * 32)
    assert begun.codename is not None
    donor = donations.donor_by_holder(begun.codename.holder_id)
    assert donor is not None
    line = BankGift("GEN", 9_000, DAY, begun.reference, "S6-2")
    gift_id = giving.record_bank_gift(house["fin1"], line, press())
    slip = corrections.propose(house["fin1"], entry_of(gift_id), Slip.NEVER_HAPPENED)
    corrections.agree(house["treasurer"], slip)
    found = statements.statement(donor, DAY, DAY + timedelta(days=365))
    assert [(each.kind, each.amount) for each in found.movements] == [
        ("gift", 9_000),
        ("mistake", -9_000),
    ]
    (total,) = found.totals
    assert (total.given, total.gone_back, total.net) == (0, 0, 0)
    assert donation_labels.movement("mistake") == "Recorded by mistake, and taken back"


def test_what_has_a_way_of_its_own_is_sent_there(house: House) -> None:
    account_id, gift_id = bank.account(house["treasurer"]), recorded(house)
    bank.bring(house["fin1"], account_id, [Line(9_000), Line(5_000), Line(-300)])
    lines = {each.amount: each.id for each in bank.lines(account_id)}
    waiting = corrections.propose(house["treasurer"], entry_of(gift_id), Slip.NEVER_HAPPENED)
    tie = Choice(MatchKind.ENTRY, str(entry_of(gift_id)))
    tied = bank_matches.accept(house["fin1"], lines[9_000], tie)
    with pytest.raises(CorrectionRefused, match="matched"):
        corrections.agree(house["board"], waiting)
    bank_matches.undo(house["fin1"], tied)
    gift_returns.ask(house["fin1"], gift_id, Wish(100, "donor_asked"), press())
    with pytest.raises(CorrectionRefused, match="gift_moved_on"):
        corrections.agree(house["board"], waiting)
    for _ in range(2):
        corrections.withdraw(house["fin1"], waiting)
    with pytest.raises(CorrectionRefused, match="withdrawn"):
        corrections.agree(house["board"], waiting)
    by_match = Choice(MatchKind.GIFT, fund_code="GEN")
    bank_matches.accept(house["fin1"], lines[5_000], by_match)
    bank_matches.accept(house["fin1"], lines[-300], Choice(MatchKind.SUSPENSE))
    bank.paid_out("po_1", 1_000, 30)
    found = db.session.execute(select(JournalEntry.id, JournalEntry.kind)).all()
    codes = {}
    for entry_id, kind in found:
        if entry_id != entry_of(gift_id):
            codes[kind] = refused(house, entry_id)
    assert codes.pop("bank_gift") == "matched"
    assert codes == {
        "bank_unknown": "matched", "card_gift": "from_stripe", "stripe_payout": "from_stripe",
    }  # fmt: skip
    forged = "UPDATE correction SET entry_id = 1"
    with pytest.raises(IntegrityError, match="bank:fixed"), unit_of_work() as session:
        session.execute(text(forged))
    assert db.session.get_one(Donation, gift_id).state == "accepted"


def test_entry_that_explains_suspense_stays_while_it_does(house: House) -> None:
    """The bank's line stands for it by way of what was kept, and the database holds that too."""
    account_id, gift_id = bank.account(house["treasurer"]), recorded(house)
    entry_id = entry_of(gift_id)
    slip = corrections.propose(house["treasurer"], entry_id, Slip.RECORDED_TWICE)
    bank.bring(house["fin1"], account_id, [Line(9_000)])
    line = bank.lines(account_id)[0]
    kept = bank_matches.accept(house["fin1"], line.id, Choice(MatchKind.SUSPENSE))
    booked = Choice(MatchKind.ENTRY, str(entry_id))
    cleared = bank_clearings.clear(house["fin1"], kept, booked)
    with pytest.raises(CorrectionRefused, match="matched"):
        corrections.agree(house["board"], slip)
    with pytest.raises(IntegrityError, match="bank:matched"):
        agreed_past_the_service(entry_id)
    bank_clearings.undo(house["fin1"], cleared)
    corrections.agree(house["board"], slip)
    assert ledger.position("LEG", "EUR").spendable == 0


def agreed_past_the_service(entry_id: int) -> None:
    with unit_of_work() as session:
        mistaken = session.get_one(JournalEntry, entry_id)
        source = (mistaken.source_type, mistaken.source_id)
        origin = Origin("past", DAY, source, "x", reason_code="wrong_day")
        reversal = ledger_facts.reverse(session, origin, mistaken)
        agreed = {"agreed_at": mistaken.event_time, "agreed_by": "x", "reversal_id": reversal.id}
        session.execute(update(Correction).values(**agreed))


def refused(house: House, entry_id: int) -> str:
    """Return why an entry is not corrected, empty where it would be."""
    try:
        corrections.propose(house["fin1"], entry_id, Slip.WRONG_AMOUNT)
    except CorrectionRefused as why:
        return why.code
    return ""
