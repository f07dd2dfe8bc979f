"""Tranches in the ledger: one step of one tranche is one entry and its new state, once."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from fund_app.models import ledger_accounts as chart
from fund_app.models.ledger import (
    EntryKind,
    Fund,
    GrantCommitment,
    JournalEntry,
    Tranche,
    TrancheState,
)
from fund_app.services.ledger import LedgerConflict, LedgerRefused, Line, refusal
from fund_app.services.ledger_facts import Origin, move, record


@dataclass(frozen=True, slots=True)
class Move:
    """A step of a tranche: the kind of its entry, the state it starts in and the one it ends in."""

    kind: EntryKind
    before: TrancheState
    after: TrancheState


def take(
    session: Session, origin: Origin, tranche: Tranche, step: Move, lines: Iterator[Line]
) -> Tranche:
    """Post a tranche's step and write its new state; a repeated step changes nothing."""
    if not is_recorded(session, origin, step.kind):
        require(tranche, step.before)
        record(session, step.kind, origin, lines)
        tranche.state = step.after
        flush(session)
    return tranche


def is_recorded(session: Session, origin: Origin, kind: EntryKind) -> bool:
    """Say whether this very step was recorded before; another one under its key is a conflict."""
    query = select(JournalEntry).where(JournalEntry.idem_key == origin.key)
    found = session.scalar(query)
    if found is None:
        return False
    if found.kind != kind or (found.source_type, found.source_id) != origin.source:
        raise LedgerConflict("other_content")
    return True


def require(tranche: Tranche, state: TrancheState) -> None:
    """Want a tranche to be in a state; raises LedgerRefused("tranche_state")."""
    if tranche.state != state:
        raise LedgerRefused("tranche_state")


def locked(session: Session, tranche_id: str) -> tuple[Tranche, GrantCommitment]:
    """Return a tranche read anew under its lock, and its commitment; raises LedgerRefused."""
    tranche = session.get(Tranche, tranche_id, with_for_update=True, populate_existing=True)
    if tranche is None:
        raise LedgerRefused("unknown_tranche")
    return tranche, session.get_one(GrantCommitment, tranche.commitment_id)


def fund_of(session: Session, code: str) -> Fund:
    """Return a fund; raises LedgerRefused("unknown_fund")."""
    found = session.get(Fund, code)
    if found is None:
        raise LedgerRefused("unknown_fund")
    return found


def flush(session: Session) -> None:
    """Write what is waiting; the database's refusal becomes the ledger's."""
    try:
        session.flush()
    except IntegrityError as error:
        raise refusal(error) from error


def loss(session: Session, account: str, fund: str, amount: int, currency: str) -> Iterator[Line]:
    """Yield the lines of a loss the deficit fund bears, taken from an account of a fund.

    Losses/bearer +, Bank/bearer -; Bank/fund +, account/fund -. A fund that bears its own
    losses: Losses +, account - (step 13).
    """
    bearer = fund_of(session, fund).deficit_fund_code or fund
    if bearer == fund:
        yield from move(chart.LOSSES, account, fund, amount, currency)
    else:
        yield from move(chart.LOSSES, chart.BANK, bearer, amount, currency)
        yield from move(chart.BANK, account, fund, amount, currency)
