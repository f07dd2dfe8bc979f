"""Reconciliation: the provider's whole account read and laid beside our ledger, to the cent.

The balance and every line are read from the provider first, our books afterwards; what differs
is kept line by line. A reading corrects nothing: booking is the inbox's work.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from fund_app.adapters.clock import now
from fund_app.adapters.payments import Movement
from fund_app.models import ledger_accounts as chart
from fund_app.models.jobs import Lane
from fund_app.models.ledger import Posting
from fund_app.models.stripe import PspBalanceTxn
from fund_app.models.stripe_readings import StripeGap, StripeReading
from fund_app.services import jobs
from fund_app.services.stripe_inbox import provider
from fund_app.services.unit import unit_of_work

JOB = "stripe_reading"
"""Kind of the job that takes a reading; it has no payload."""
ENTRY = "entry:"
"""How a gap names an entry of ours that no line of the provider stands behind."""

Complete = Callable[[Session], None]


def plan(*, at_once: bool = False) -> bool:
    """Put a reading into the queue: one a day, or one a minute for whoever asks for it now.

    Returns whether it is new; False without a provider too.
    """
    if not provider().is_configured:
        return False
    form = "%Y-%m-%dT%H:%M" if at_once else "%Y-%m-%d"
    with unit_of_work() as session:
        key = f"stripe:reading:{now().strftime(form)}"
        return jobs.enqueue(session, JOB, {}, key=key, lane=Lane.STRIPE)


def take(complete: Complete | None = None) -> None:
    """Read the account, compare, and keep the reading, one per currency; for the worker.

    Raises ProviderUnavailable when there is no answer; then nothing is kept.
    """
    held = provider().balance()
    lines = provider().list_balance_transactions()
    moment = now()
    with unit_of_work() as session:
        booked = _booked(session)
        for currency in sorted({*held, *(line.currency for line in lines)}):
            of_it = {line.id: line for line in lines if line.currency == currency}
            ours = {key: net for (key, code), net in booked.items() if code == currency}
            reading = StripeReading(
                read_at=moment,
                currency=currency,
                theirs=held.get(currency, 0),
                theirs_by_line=sum(line.net for line in of_it.values()),
                ours=sum(ours.values()),
                lines=len(of_it),
            )
            reading.gaps = _gaps(of_it, ours)
            session.add(reading)
        if complete is not None:
            complete(session)


def _booked(session: Session) -> dict[tuple[str, str], int]:
    """Return what each line moved on our account with the provider, by line and currency."""
    query = (
        select(PspBalanceTxn.id, Posting.entry_id, Posting.currency, func.sum(Posting.amount))
        .select_from(Posting)
        .outerjoin(PspBalanceTxn, PspBalanceTxn.entry_id == Posting.entry_id)
        .where(Posting.account_code == chart.STRIPE)
        .group_by(PspBalanceTxn.id, Posting.entry_id, Posting.currency)
    )
    return {
        (txn or f"{ENTRY}{entry}", currency): int(amount)
        for txn, entry, currency, amount in session.execute(query)
    }


def _gaps(theirs: Mapping[str, Movement], ours: Mapping[str, int]) -> list[StripeGap]:
    found = []
    for key in sorted({*theirs, *ours}):
        net = theirs[key].net if key in theirs else None
        booked = ours.get(key)
        if net == booked or (booked is None and net == 0):
            continue
        kind = "not_theirs" if net is None else "not_booked" if booked is None else "differs"
        found.append(StripeGap(txn_id=key, kind=kind, theirs=net, ours=booked))
    return found
