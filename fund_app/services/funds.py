"""Resolutions about funds and budgets: one person proposes, a member of the board confirms.

Moving money between funds, covering a shortfall, opening and closing a fund, opening and closing
it for gifts, its floor, a version of a programme's budget, an award beyond its budget line. What
is confirmed is carried out in the same transaction; the database holds the same rules
(migrations/sql/0013), so that money never moves between funds by one hand.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from fund_app.adapters.clock import now
from fund_app.models.budgets import REST, Budget, BudgetLine
from fund_app.models.events import HOUSE, HOUSE_ID
from fund_app.models.funds import SOURCE, FundFloor, FundResolution, ResolutionKind
from fund_app.models.ledger import Fund, FundPosition
from fund_app.models.types import new_ref
from fund_app.services import audit, ledger_chart, ledger_grants
from fund_app.services.fund_checks import Draft, ResolutionRefused, check
from fund_app.services.ledger import LedgerRefused, refusal
from fund_app.services.ledger_chart import FundNames
from fund_app.services.ledger_facts import Origin
from fund_app.services.notifications import notify_role
from fund_app.services.unit import unit_of_work
from workflows.roles import Actor, Role

PROPOSERS = frozenset({Role.TREASURER, Role.BOARD_MEMBER})
CONFIRMERS = frozenset({Role.BOARD_MEMBER})
Kind = ResolutionKind


def propose(actor: Actor, draft: Draft, request_id: str | None = None) -> str:
    """Propose a resolution and tell the board; returns its id.

    The very same request again is the same proposal. Raises ResolutionRefused: not_a_signer,
    no_number, unknown_fund, fund_closed, amount, currency, same_fund, restricted, overspent,
    below_floor, not_its_deficit_fund, not_below_zero, more_than_missing, fund_code, fund_exists,
    general_fund, carries_others, fund_not_empty, monthly_gifts, already_so, no_lines,
    period, budget_overlap, unknown_case. An amount that is not an int is a TypeError.
    """
    with unit_of_work() as session:
        if not actor.has_any(PROPOSERS):
            raise ResolutionRefused("not_a_signer")
        known = request_id and session.get(FundResolution, request_id)
        if known:
            return known.id
        check(session, draft)
        row = FundResolution(
            id=request_id or new_ref(),
            state="proposed",
            proposed_by_id=actor.ref,
            proposed_on=now().date(),
            **{name: getattr(draft, name) for name in Draft.__slots__ if name != "lines"},
        )
        session.add(row)
        _flush(session)
        for category, amount in sorted(_lines(draft).items()):
            session.add(BudgetLine(resolution_id=row.id, category=category, amount=amount))
        _flush(session)
        _note(session, actor, "resolution_proposed", row)
        notify_role(session, Role.BOARD_MEMBER)
        return row.id


def confirm(actor: Actor, resolution_id: str) -> None:
    """Confirm a resolution as the second of two, a member of the board, and carry it out.

    Doing it twice changes nothing. Raises LookupError, and ResolutionRefused with the codes of
    `propose` where it does not hold any more, and not_a_signer, same_person, decided.
    """
    with unit_of_work() as session:
        row = _locked(session, resolution_id)
        if row.state == "confirmed" and row.decided_by_id == actor.ref:
            return
        if row.state != "proposed":
            raise ResolutionRefused("decided")
        if not actor.has_any(CONFIRMERS):
            raise ResolutionRefused("not_a_signer")
        if row.proposed_by_id == actor.ref:
            raise ResolutionRefused("same_person")
        if row.proposed_by.roles.isdisjoint(PROPOSERS):
            raise ResolutionRefused("proposer_gone")
        check(session, _draft_of(session, row))
        row.state, row.decided_by_id, row.decided_on = "confirmed", actor.ref, now().date()
        _flush(session)
        try:
            _CARRY_OUT[Kind(row.kind)](session, actor, row)
        except LedgerRefused as refused:
            raise ResolutionRefused(refused.code) from refused
        _flush(session)
        _note(session, actor, "resolution_confirmed", row)


def withdraw(actor: Actor, resolution_id: str) -> None:
    """Take a proposal back, one's own or somebody else's; nothing was changed by it."""
    with unit_of_work() as session:
        row = _locked(session, resolution_id)
        if row.state == "withdrawn":
            return
        if not actor.has_any(PROPOSERS):
            raise ResolutionRefused("not_a_signer")
        if row.state != "proposed":
            raise ResolutionRefused("decided")
        row.state, row.decided_by_id, row.decided_on = "withdrawn", actor.ref, now().date()
        _flush(session)
        _note(session, actor, "resolution_withdrawn", row)


def _move(session: Session, actor: Actor, row: FundResolution) -> None:
    origin = Origin(
        f"resolution:{row.id}", now().date(), (SOURCE, row.id), actor.ref, reason_code=row.ground
    )
    ledger_grants.fund_transfer(
        session,
        origin,
        row.fund_code or "",
        row.target_code or "",
        amount=row.amount or 0,
        currency=row.currency or "",
    )


def _open(session: Session, _actor: Actor, row: FundResolution) -> None:
    ledger_chart.add_fund(
        session,
        row.fund_code or "",
        restricted=bool(row.restricted),
        programme=row.programme,
        carried_by=row.carrier_code,
        open_for_donations=bool(row.open_for_donations),
        names=FundNames(row.name, row.name_ru, row.name_de),
    )


def _close(session: Session, _actor: Actor, row: FundResolution) -> None:
    fund = session.get_one(Fund, row.fund_code, with_for_update=True)
    # Whoever would still use the fund waits at its position until it is closed, or came before.
    session.scalars(
        select(FundPosition.spendable)
        .where(FundPosition.fund_code == fund.code)
        .order_by(FundPosition.currency)
        .with_for_update()
    ).all()
    fund.open_for_donations, fund.closed_on = False, now().date()


def _switch_gifts(session: Session, _actor: Actor, row: FundResolution) -> None:
    fund = session.get_one(Fund, row.fund_code, with_for_update=True)
    fund.open_for_donations = row.kind == Kind.OPEN_GIFTS


def _set_floor(session: Session, _actor: Actor, row: FundResolution) -> None:
    key = (row.fund_code, row.currency)
    floor = session.get(FundFloor, key, with_for_update=True)
    if floor is None:
        floor = FundFloor(fund_code=row.fund_code, currency=row.currency)
        session.add(floor)
    floor.amount, floor.resolution_id = row.amount or 0, row.id


def _set_budget(session: Session, _actor: Actor, row: FundResolution) -> None:
    """Let the version's lines take force; a line it does not have any more holds nothing."""
    lines = _lines_of(session, row.id)
    known = {
        budget.category: budget
        for budget in session.scalars(
            select(Budget)
            .where(
                Budget.programme == row.programme,
                Budget.currency == row.currency,
                Budget.starts == row.starts,
            )
            .order_by(Budget.category)
            .with_for_update()
        )
    }
    for category in sorted({*known, *lines}):
        budget = known.get(category)
        if budget is None:
            budget = Budget(
                programme=row.programme, currency=row.currency, starts=row.starts,
                ends=row.ends, category=category,
            )  # fmt: skip
            session.add(budget)
        budget.planned, budget.resolution_id = lines.get(category, 0), row.id


def _nothing_more(_session: Session, _actor: Actor, _row: FundResolution) -> None:
    """Leave it at the signatures: an award beyond its line looks for them when it is made."""


_CARRY_OUT: Mapping[ResolutionKind, Callable[[Session, Actor, FundResolution], None]] = (
    MappingProxyType(
        {
            Kind.TRANSFER: _move,
            Kind.COVER: _move,
            Kind.OPEN_FUND: _open,
            Kind.CLOSE_FUND: _close,
            Kind.OPEN_GIFTS: _switch_gifts,
            Kind.CLOSE_GIFTS: _switch_gifts,
            Kind.SET_FLOOR: _set_floor,
            Kind.SET_BUDGET: _set_budget,
            Kind.EXCEED: _nothing_more,
        }
    )
)


def _lines(draft: Draft) -> Mapping[str, int]:
    """Return the lines of a budget; what has no line of its own falls on the rest."""
    return {REST: 0, **draft.lines} if draft.kind is Kind.SET_BUDGET else {}


def _lines_of(session: Session, resolution_id: str) -> dict[str, int]:
    query = select(BudgetLine.category, BudgetLine.amount)
    rows = session.execute(query.where(BudgetLine.resolution_id == resolution_id))
    return {row.category: row.amount for row in rows}


def _draft_of(session: Session, row: FundResolution) -> Draft:
    values = {name: getattr(row, name) for name in Draft.__slots__ if name != "lines"}
    return Draft(**values | {"kind": Kind(row.kind), "lines": _lines_of(session, row.id)})


def _locked(session: Session, resolution_id: str) -> FundResolution:
    query = select(FundResolution).where(FundResolution.id == resolution_id)
    row = session.scalar(query.with_for_update(of=FundResolution))
    if row is None:
        raise LookupError(resolution_id)
    return row


def _flush(session: Session) -> None:
    try:
        session.flush()
    except IntegrityError as error:
        raise ResolutionRefused(refusal(error).code) from error


def _note(session: Session, actor: Actor, action: str, row: FundResolution) -> None:
    """Record a signature in the house's chain, in the role it was given in."""
    role = min(actor.roles & PROPOSERS)
    audit.record(
        session, HOUSE, HOUSE_ID, action, actor=actor, role=role,
        reason_code=f"{row.kind}:{row.id}",
    )  # fmt: skip
