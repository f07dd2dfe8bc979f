"""Money on its way by other hands: reached a partner, sent back, or lost (MONEY.md 3.4).

Facts all of them: the decision was the release of the tranche. What a partner proves, gives back
or cannot account for is in services/ledger_grants.py (settle_advance, write_off).
"""

from __future__ import annotations

from collections.abc import Iterator

from sqlalchemy.orm import Session

from fund_app.models import ledger_accounts as chart
from fund_app.models.ledger import EntryKind, Tranche, TrancheState
from fund_app.services import ledger_tranches as tranches
from fund_app.services.ledger import Line
from fund_app.services.ledger_chart import advance_account
from fund_app.services.ledger_facts import Origin, fee_lines, move
from fund_app.services.ledger_tranches import Move


def advance_executed(
    session: Session, origin: Origin, tranche_id: str, partner_code: str, *, paid: int, fee: int
) -> Tranche:
    """Record that a released tranche's money reached a partner, who accounts for it (step 11).

    Advances:<partner> +, Grants - (nobody has been helped yet); GrantsPayable +, FxDifference +
    what it cost more, Bank - `paid`; BankFees +, Bank -. Minor units.
    """
    tranche, grant = tranches.locked(session, tranche_id)
    account = advance_account(session, partner_code)
    fund, currency = grant.fund_code, grant.currency

    def lines() -> Iterator[Line]:
        yield from move(account, chart.GRANTS, fund, tranche.owed, currency)
        yield Line(chart.GRANTS_PAYABLE, fund, tranche.owed, currency)
        yield Line(chart.FX_DIFFERENCE, fund, paid - tranche.owed, currency)
        yield Line(chart.BANK, fund, -paid, currency)
        yield from fee_lines(
            session, chart.BANK_FEES, chart.BANK, {fund: 1}, fee=fee, currency=currency
        )

    step = Move(EntryKind.BANK_EXECUTED, TrancheState.RELEASED, TrancheState.ADVANCED)
    return tranches.take(session, origin, tranche, step, lines())


def advance_returned(
    session: Session, origin: Origin, tranche_id: str, partner_code: str, *, received: int, fee: int
) -> Tranche:
    """Record that a partner sent a whole advance back; the grant is owed again in full.

    Bank + `received`, FxDifference + what the way cost, Advances:<partner> -; Grants +,
    GrantsPayable -; BankFees +, Bank -. Minor units.
    """
    tranche, grant = tranches.locked(session, tranche_id)
    account = advance_account(session, partner_code)
    fund, currency = grant.fund_code, grant.currency

    def lines() -> Iterator[Line]:
        yield Line(chart.BANK, fund, received, currency)
        yield Line(chart.FX_DIFFERENCE, fund, tranche.owed - received, currency)
        yield Line(account, fund, -tranche.owed, currency)
        yield from move(chart.GRANTS, chart.GRANTS_PAYABLE, fund, tranche.owed, currency)
        yield from fee_lines(
            session, chart.BANK_FEES, chart.BANK, {fund: 1}, fee=fee, currency=currency
        )

    step = Move(EntryKind.PAYMENT_RETURNED, TrancheState.ADVANCED, TrancheState.RELEASED)
    return tranches.take(session, origin, tranche, step, lines())


def payment_lost(
    session: Session, origin: Origin, tranche_id: str, *, is_replaced: bool
) -> Tranche:
    """Write a payment off that left the bank and helped nobody; the deficit fund bears it.

    Losses/bearer +, Bank/bearer -; Bank/fund +, Grants/fund - (a fund that bears its own
    losses: Losses +, Grants -). `is_replaced`: the grant is promised anew from the same fund:
    CommitControl +, CommitOpen -. `origin.reason_code` is required.
    """
    tranche, grant = tranches.locked(session, tranche_id)
    before = TrancheState(tranche.state)
    if before is not TrancheState.ADVANCED:
        before = TrancheState.EXECUTED
    after = TrancheState.PLANNED if is_replaced else before

    def lines() -> Iterator[Line]:
        at = (grant.fund_code, tranche.owed, grant.currency)
        yield from tranches.loss(session, chart.GRANTS, *at)
        if is_replaced:
            yield from move(chart.COMMIT_CONTROL, chart.COMMIT_OPEN, *at)

    step = Move(EntryKind.WRITE_OFF, before, after)
    return tranches.take(session, origin, tranche, step, lines())
