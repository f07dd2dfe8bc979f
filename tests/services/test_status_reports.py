"""A bank's status report taken in: line by line, once, and never against the statement."""

from __future__ import annotations

from collections.abc import Mapping

import pytest
from sqlalchemy import func, select

from fund_app.adapters.bank_pain002 import read
from fund_app.extensions import db
from fund_app.models.disbursements import Disbursement
from fund_app.models.events import Event
from fund_app.models.ledger import JournalEntry
from fund_app.models.subjects import SUBJECTS
from fund_app.queries import ledger_check
from fund_app.services import (
    applications,
    audit,
    batches,
    disbursement_troubles,
    disbursements,
    status_reports,
)
from fund_app.services.disbursements import BankLine
from tests.services.test_batches import PAYER, batch_of, due, let_go
from tests.support.bank_reports import report
from tests.support.house import House, press
from workflows.engine import Refused
from workflows.status_reports import ReportRefused, StatusReport

pytestmark = pytest.mark.both_stores


def handed_over(house: House, payment_ids: list[str]) -> str:
    """Bring payments to the bank in one file; return the batch."""
    made = batches.prepare(house.fresh("fin1"), PAYER, payment_ids, press())
    assert made.batch_id is not None
    let_go(house, made.batch_id)
    batches.hand_over(house.fresh("fin1"), made.batch_id)
    return made.batch_id


def told(
    number: str, lines: Mapping[str, tuple[str, str]] | None = None, group: str = ""
) -> StatusReport:
    return read(report(number, lines, group=group))


def payment(reference: str) -> Disbursement:
    db.session.rollback()
    return db.session.scalars(select(Disbursement).where(Disbursement.reference == reference)).one()


def count(model: type[Event | JournalEntry]) -> int:
    return db.session.scalar(select(func.count()).select_from(model)) or 0


def test_lines_are_settled_one_by_one_and_the_same_report_again_changes_nothing(
    house: House,
) -> None:
    batch_id = handed_over(house, [due(house)[1], due(house, 50_001)[1]])
    number, entries = batch_of(batch_id).number, count(JournalEntry)
    first, second = (line.end_to_end_id for line in batch_of(batch_id).lines)
    disbursement_troubles.outcome_unknown(house["fin1"], payment(second).id, press())

    waiting = told(number, {first: ("PDNG", "")}, "ACTC")
    assert not status_reports.take_in(house["fin1"], waiting).is_news
    assert (batch_of(batch_id).state, payment(first).state) == ("handed_over", "exported")

    mixed = told(number, {first: ("RJCT", "AG02"), second: ("ACSP", "")}, "PART")
    shown = status_reports.understand(mixed)
    assert [line.following for line in shown.lines] == ["failed", "sent"]
    with pytest.raises(Refused):
        status_reports.take_in(house["treasurer"], mixed)
    assert status_reports.take_in(house["fin1"], mixed) == shown
    answers = [(each.answer, each.reason) for each in batch_of(batch_id).lines]
    assert answers == [("rejected", "AG02"), ("accepted", None)]
    assert (payment(first).state, payment(second).state) == ("failed", "sent")
    assert batch_of(batch_id).state == "answered"

    events = count(Event)
    again = status_reports.take_in(house["fin1"], mixed)
    assert {line.following for line in again.lines} == {"known"}
    assert count(Event) == events

    status_reports.take_in(house["fin1"], told(number, {second: ("RJCT", "AC04")}))
    assert payment(second).state == "failed"
    assert count(JournalEntry) == entries
    assert list(audit.verify(db.session(), SUBJECTS)) == []
    assert ledger_check.recompute_check() == ()


@pytest.mark.parametrize("status", ["ACCP", "RJCT"])
def test_hold_on_a_case_does_not_keep_out_what_the_bank_says(house: House, status: str) -> None:
    """Else one frozen case would keep the bank's word from everybody else in its file."""
    (case_id, held_id), (_case, other_id) = due(house), due(house)
    batch_id = handed_over(house, [held_id, other_id])
    applications.suspend_security(house["security"], case_id, press())
    batch = batch_of(batch_id)
    lines = {line.end_to_end_id: (status, "AC04") for line in batch.lines}
    status_reports.take_in(house["fin1"], told(batch.number, lines))
    states = {payment(reference).state for reference in lines}
    assert states == {"sent" if status == "ACCP" else "failed"}
    assert batch_of(batch_id).state == "answered"
    assert list(audit.verify(db.session(), SUBJECTS)) == []


def test_file_refused_as_a_whole_waits_again_and_what_the_statement_shows_stands(
    house: House,
) -> None:
    case_id, payment_id = due(house)
    batch_id = handed_over(house, [payment_id])
    number = batch_of(batch_id).number
    refused = told(number, group="RJCT")
    status_reports.take_in(house["fin1"], refused)
    assert house.payment_of(case_id).state == "authorised"
    assert batch_of(batch_id).state == "answered"
    assert not status_reports.take_in(house["fin1"], refused).is_news
    taken = status_reports.take_in(house["fin1"], told(number, group="ACCP"))
    assert [line.following for line in taken.lines] == ["contradicts"]
    assert house.payment_of(case_id).state == "authorised"

    other = batch_of(handed_over(house, [payment_id]))
    status_reports.take_in(house["fin1"], told(other.number, group="ACSC"))
    sent = house.payment_of(case_id)
    line = BankLine(sent.amount, sent.reference)
    disbursements.bank_ok(house["fin1"], sent.id, line, press())
    late = status_reports.take_in(
        house["fin1"], told(other.number, {line.reference: ("RJCT", "AC04")})
    )
    assert [each.following for each in late.lines] == ["contradicts"]
    assert house.payment_of(case_id).state == "confirmed"


def test_report_on_what_is_not_at_the_bank_is_refused_by_its_numbers(house: House) -> None:
    _, payment_id = due(house)
    made = batches.prepare(house.fresh("fin1"), PAYER, [payment_id], press())
    number = batch_of(made.batch_id).number
    for report_, code, names in (
        (told("NOBODYSFILE", group="ACCP"), "unknown_file", ("NOBODYSFILE",)),
        (told(number, group="ACCP"), "not_handed_over", (number,)),
    ):
        with pytest.raises(ReportRefused) as refused:
            status_reports.take_in(house["fin1"], report_)
        assert (refused.value.code, refused.value.names) == (code, names)
    assert made.batch_id is not None
    let_go(house, made.batch_id)
    batches.hand_over(house.fresh("fin1"), made.batch_id)
    with pytest.raises(ReportRefused) as refused:
        status_reports.take_in(house["fin1"], told(number, {"STRANGE": ("ACSP", "")}))
    assert (refused.value.code, refused.value.names) == ("unknown_lines", ("STRANGE",))
