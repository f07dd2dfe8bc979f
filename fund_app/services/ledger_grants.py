"""Grants in the ledger: promised, released, paid, returned, advanced, cancelled, transferred.

Approving, releasing, advancing and transferring are decisions: the database refuses them
(Overspent) when the fund does not have the money. Everything that happens to a payment on its
way is a fact and always recorded. Each function names its postings (debit +, credit -) and its
step in the worked example of MONEY.md 3.4. Amounts are positive minor units.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import select
from sqlalchemy.orm import Session

from fund_app.models import ledger_accounts as chart
from fund_app.models.ledger import (
    CommitmentState,
    EntryKind,
    GrantCommitment,
    JournalEntry,
    Tranche,
    TrancheState,
)
from fund_app.models.types import new_ref
from fund_app.services import budgets
from fund_app.services import ledger_tranches as tranches
from fund_app.services.ledger import LedgerRefused, Line
from fund_app.services.ledger_chart import advance_account
from fund_app.services.ledger_facts import Origin, fee_lines, move, record
from fund_app.services.ledger_tranches import Move


@dataclass(frozen=True, slots=True)
class Part:
    """One tranche as it is planned: minor units, the condition's code, the day it is due."""

    amount: int
    condition_code: str | None = None
    due: date | None = None


@dataclass(frozen=True, slots=True)
class Foreign:
    """The face value of a payment made in another currency, its rate as text with source."""

    amount: int
    currency: str
    rate_text: str


def approve_grant(
    session: Session, origin: Origin, fund: str, parts: Sequence[Part], currency: str
) -> GrantCommitment:
    """Promise a grant in tranches: CommitControl +, CommitOpen - for the whole (step 7).

    Returns the commitment with its tranches planned; the same approval again returns the
    first one. Raises Overspent when less is available in the fund, LedgerConflict when the key
    was used for something else. A refusal leaves the transaction usable and nothing behind.
    """
    amount = sum(part.amount for part in parts)
    entry = record(
        session,
        EntryKind.GRANT_APPROVE,
        origin,
        move(chart.COMMIT_CONTROL, chart.COMMIT_OPEN, fund, amount, currency),
    )
    known = session.scalar(
        select(GrantCommitment).where(GrantCommitment.approve_entry_id == entry.id)
    )
    return known or _open_commitment(session, entry, fund, parts, currency)


def release_tranche(session: Session, origin: Origin, tranche_id: str) -> Tranche:
    """Owe a tranche, at the second authorisation (step 8).

    Grants +, GrantsPayable -; CommitOpen +, CommitControl -. Raises Overspent when the fund's
    cash does not cover it; promises made before stay payable while it does.
    """
    tranche, grant = tranches.locked(session, tranche_id)

    def lines() -> Iterator[Line]:
        at = (grant.fund_code, tranche.owed, grant.currency)
        yield from move(chart.GRANTS, chart.GRANTS_PAYABLE, *at)
        yield from move(chart.COMMIT_OPEN, chart.COMMIT_CONTROL, *at)

    step = Move(EntryKind.TRANCHE_RELEASE, TrancheState.PLANNED, TrancheState.RELEASED)
    return tranches.take(session, origin, tranche, step, lines())


def recall_release(session: Session, origin: Origin, tranche_id: str) -> Tranche:
    """Take a release back before the bank paid: step 8 undone, the promise stands again.

    GrantsPayable +, Grants -; CommitControl +, CommitOpen -.
    """
    tranche, grant = tranches.locked(session, tranche_id)

    def lines() -> Iterator[Line]:
        at = (grant.fund_code, tranche.owed, grant.currency)
        yield from move(chart.GRANTS_PAYABLE, chart.GRANTS, *at)
        yield from move(chart.COMMIT_CONTROL, chart.COMMIT_OPEN, *at)

    step = Move(EntryKind.RELEASE_RECALLED, TrancheState.RELEASED, TrancheState.PLANNED)
    return tranches.take(session, origin, tranche, step, lines())


def bank_executed(
    session: Session,
    origin: Origin,
    tranche_id: str,
    *,
    paid: int | None = None,
    fee: int = 0,
    foreign: Foreign | None = None,
) -> Tranche:
    """Record the payment on the bank's own statement (steps 8 and 10).

    GrantsPayable + what was owed, FxDifference + what the rate made of it, Bank - `paid` (left
    out: exactly what was owed); BankFees +, Bank - for the fund that bears fees.
    """
    tranche, grant = tranches.locked(session, tranche_id)
    spent = tranche.owed if paid is None else paid
    fund, currency = grant.fund_code, grant.currency

    def lines() -> Iterator[Line]:
        yield Line(chart.GRANTS_PAYABLE, fund, tranche.owed, currency)
        yield Line(chart.FX_DIFFERENCE, fund, spent - tranche.owed, currency)
        yield _bank_line(fund, -spent, currency, foreign)
        yield from fee_lines(
            session, chart.BANK_FEES, chart.BANK, {fund: 1}, fee=fee, currency=currency
        )

    step = Move(EntryKind.BANK_EXECUTED, TrancheState.RELEASED, TrancheState.EXECUTED)
    return tranches.take(session, origin, tranche, step, lines())


def payment_returned(
    session: Session,
    origin: Origin,
    tranche_id: str,
    *,
    received: int | None = None,
    fee: int = 0,
) -> Tranche:
    """Record that a payment came back; it is owed again in full (step 9).

    Bank + `received` (left out: what was owed), FxDifference + what the way cost, GrantsPayable
    -; BankFees +, Bank - for the fund that bears fees: the loss is the fund's, not the person's.
    """
    tranche, grant = tranches.locked(session, tranche_id)
    back = tranche.owed if received is None else received
    fund, currency = grant.fund_code, grant.currency

    def lines() -> Iterator[Line]:
        yield Line(chart.BANK, fund, back, currency)
        yield Line(chart.FX_DIFFERENCE, fund, tranche.owed - back, currency)
        yield Line(chart.GRANTS_PAYABLE, fund, -tranche.owed, currency)
        yield from fee_lines(
            session, chart.BANK_FEES, chart.BANK, {fund: 1}, fee=fee, currency=currency
        )

    step = Move(EntryKind.PAYMENT_RETURNED, TrancheState.EXECUTED, TrancheState.RELEASED)
    return tranches.take(session, origin, tranche, step, lines())


def cancel_commitment(
    session: Session, origin: Origin, tranche_id: str, amount: int | None = None
) -> Tranche:
    """Give a planned tranche, or a part of it, back to its fund (step 14).

    CommitOpen +, CommitControl -; its budget lines get their parts back. `amount` left out: all
    that is still planned. Raises LedgerRefused("tranche_state") unless it is planned,
    ("cancelled_too_much") beyond it.
    """
    tranche, grant = tranches.locked(session, tranche_id)
    if tranches.is_recorded(session, origin, EntryKind.COMMITMENT_CANCELLED):
        return tranche
    tranches.require(tranche, TrancheState.PLANNED)
    given_back = tranche.owed if amount is None else amount
    if not 0 < given_back <= tranche.owed:
        raise LedgerRefused("cancelled_too_much")
    at = (grant.fund_code, given_back, grant.currency)
    lines = move(chart.COMMIT_OPEN, chart.COMMIT_CONTROL, *at)
    entry = record(session, EntryKind.COMMITMENT_CANCELLED, origin, lines)
    budgets.give_back(session, grant.id, entry.id, given_back)
    tranche.cancelled += given_back
    if tranche.owed == 0:
        tranche.state = TrancheState.CANCELLED
    tranches.flush(session)
    return tranche


def advance(session: Session, origin: Origin, tranche_id: str, partner_code: str) -> Tranche:
    """Hand a tranche's cash to a partner who will bring it to people (step 11).

    Advances:<partner> +, Bank -; CommitOpen +, CommitControl -. Raises Overspent.
    """
    tranche, grant = tranches.locked(session, tranche_id)
    account = advance_account(session, partner_code)

    def lines() -> Iterator[Line]:
        at = (grant.fund_code, tranche.owed, grant.currency)
        yield from move(account, chart.BANK, *at)
        yield from move(chart.COMMIT_OPEN, chart.COMMIT_CONTROL, *at)

    step = Move(EntryKind.ADVANCE, TrancheState.PLANNED, TrancheState.ADVANCED)
    return tranches.take(session, origin, tranche, step, lines())


def settle_advance(
    session: Session,
    origin: Origin,
    fund: str,
    partner_code: str,
    *,
    handed_out: int,
    returned: int,
    currency: str,
) -> JournalEntry:
    """Record what a partner proved and gave back: Grants +, Bank +, Advances - (step 12)."""
    account = advance_account(session, partner_code)

    def lines() -> Iterator[Line]:
        yield Line(chart.GRANTS, fund, handed_out, currency)
        yield Line(chart.BANK, fund, returned, currency)
        yield Line(account, fund, -(handed_out + returned), currency)

    return record(session, EntryKind.ADVANCE_SETTLED, origin, lines())


def write_off(
    session: Session, origin: Origin, fund: str, partner_code: str, *, amount: int, currency: str
) -> JournalEntry:
    """Give up an advance that will not come back; the deficit fund bears it (step 13).

    Losses/bearer +, Bank/bearer -; Bank/fund +, Advances/fund -. A fund that bears its own
    losses: Losses +, Advances -. `origin.reason_code` is required.
    """
    account = advance_account(session, partner_code)
    lines = tranches.loss(session, account, fund, amount, currency)
    return record(session, EntryKind.WRITE_OFF, origin, lines)


def fund_transfer(
    session: Session, origin: Origin, source: str, target: str, *, amount: int, currency: str
) -> JournalEntry:
    """Move money between funds, as two people resolved (services/funds.py).

    FundTransfers/source +, Bank/source -; Bank/target +, FundTransfers/target -.
    Raises Overspent when the source does not have it free above its floor,
    LedgerRefused("not_resolved") unless `origin` names a confirmed resolution of the same funds,
    amount and ground, ("restricted") when the source is restricted and nothing released it.
    """

    def lines() -> Iterator[Line]:
        yield from move(chart.FUND_TRANSFERS, chart.BANK, source, amount, currency)
        yield from move(chart.BANK, chart.FUND_TRANSFERS, target, amount, currency)

    return record(session, EntryKind.FUND_TRANSFER, origin, lines())


def _open_commitment(
    session: Session, entry: JournalEntry, fund: str, parts: Sequence[Part], currency: str
) -> GrantCommitment:
    grant = GrantCommitment(
        id=new_ref(),
        fund_code=fund,
        currency=currency,
        amount=sum(part.amount for part in parts),
        state=CommitmentState.DRAFT,
        source_type=entry.source_type,
        source_id=entry.source_id,
    )
    session.add(grant)
    session.flush()
    session.add_all(
        Tranche(
            id=new_ref(),
            commitment_id=grant.id,
            number=number,
            amount=part.amount,
            condition_code=part.condition_code,
            due=part.due,
            state=TrancheState.PLANNED,
        )
        for number, part in enumerate(parts, start=1)
    )
    session.flush()
    grant.state, grant.approve_entry_id = CommitmentState.OPEN, entry.id
    tranches.flush(session)
    return grant


def _bank_line(fund: str, amount: int, currency: str, foreign: Foreign | None) -> Line:
    if foreign is None:
        return Line(chart.BANK, fund, amount, currency)
    return Line(
        chart.BANK, fund, amount, currency, -foreign.amount, foreign.currency, foreign.rate_text
    )
