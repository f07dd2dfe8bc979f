"""Clearings: what was kept in suspense turns out to be something, each time by one entry.

The deed is the one a line would have fired at once (services/bank_deeds.py); its entry takes the
amount out of suspense, because the bank account has moved already. Nobody alone gives money up:
a loss waits until a treasurer or somebody of the board agrees.
"""

from __future__ import annotations

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from fund_app.adapters.clock import now
from fund_app.models.bank import BankAccount, BankClearing, BankLine, BankMatch
from fund_app.models.ledger import EntryKind, JournalEntry, Posting
from fund_app.models.people import Person
from fund_app.models.types import new_ref
from fund_app.queries import bank, bank_candidates
from fund_app.services import bank_deeds, bank_matches, ledger_facts
from fund_app.services.bank_deeds import REVERSED, Choice, MatchRefused, Part
from fund_app.services.ledger_banks import KEPT, Through
from fund_app.services.ledger_facts import Origin
from fund_app.services.transition import INTERNAL, Request, Unknown
from fund_app.services.unit import unit_of_work
from workflows.bank import CLEARED_AS, MatchKind
from workflows.bank_matching import OpenLine, Suggestion, suggest
from workflows.engine import Refused
from workflows.roles import Actor, Role

PROPOSERS = frozenset({Role.FINANCE_OFFICER})
AGREEING = (Role.TREASURER, Role.BOARD_MEMBER)
UNEXPLAINED = "unexplained"


def suggestions(account: BankAccount, line: bank.LineRow) -> tuple[Suggestion, ...]:
    """Return what an amount in suspense may be, the surest first; reads only."""
    if not line.kept:
        return ()
    row = OpenLine(
        line.id, line.kept, line.booked_on, line.own_refs, line.hint,
        line.charge if line.kept == line.amount else 0,
    )  # fmt: skip
    found = suggest(row, bank_candidates.candidates(account, [row]))
    return tuple(each for each in found if each.candidate.kind in CLEARED_AS)


def clear(actor: Actor, match_id: str, choice: Choice, request: Request = INTERNAL) -> str:
    """Say what an amount in suspense, or a part of it, is; returns the clearing's id.

    The same request again changes nothing. A loss is proposed only (see `agree`). Raises
    Unknown, Refused (role, or the thing's own workflow), MatchRefused with the codes of
    bank_matches.accept, and kept_no_more where nothing is left in suspense.
    """
    bank_matches.require_finance(actor, "clear")
    if choice.kind not in CLEARED_AS:
        raise MatchRefused("not_open")
    with unit_of_work() as session:
        match, line, account = _locked(session, match_id)
        done = session.get(BankClearing, request.id) if request.id else None
        if done is not None and done.match_id == match.id:
            return done.id
        rest = match.amount - _cleared(session, match.id)
        if rest == 0 or match.undone_at is not None:
            raise MatchRefused("kept_no_more")
        usual = bank_deeds.usual_part(session, line, choice, rest)
        amount = usual if choice.amount is None else choice.amount
        if amount == 0 or (amount > 0) != (rest > 0) or abs(amount) > abs(rest):
            raise MatchRefused("amount_too_large")
        row = BankClearing(
            id=request.id or new_ref(),
            match_id=match.id,
            kind=choice.kind.value,
            subject_id=line.id,
            amount=amount,
            made_at=now(),
            made_by=actor.ref,
        )
        if choice.kind is MatchKind.LOSS:
            _require_out(amount)
        elif choice.kind is MatchKind.ENTRY:
            part = Part(line, account, amount, row.id, _through(session, account, match))
            row.subject_id, row.entry_id = _booked_meanwhile(session, actor, part, choice)
        else:
            part = Part(line, account, amount, row.id, _through(session, account, match))
            deed = bank_deeds.DEEDS[choice.kind]
            row.subject_id, row.entry_id = deed(session, actor, part, choice)
        session.flush()
        with bank_matches.translated(session):
            session.add(row)
            session.flush()
        bank_matches.note(session, account, "suspense_cleared", actor, choice.kind.value)
        return row.id


def agree(actor: Actor, clearing_id: str) -> None:
    """Agree to a proposed loss as the second person, and book it; twice changes nothing.

    Losses +, out of suspense, for the fund that bears the deficits. Raises Unknown, Refused:
    wrong_role, second_person_missing for who proposed it; MatchRefused: kept_no_more (it was
    withdrawn), proposer_gone (who proposed it is not of finance any more: propose it anew).
    """
    role = next((each for each in AGREEING if each in actor.roles), None)
    if role is None:
        raise Refused("wrong_role", {"action": "agree_loss"})
    with unit_of_work() as session:
        row, match, line, account = _clearing(session, clearing_id)
        if row.kind != MatchKind.LOSS:
            raise Unknown(clearing_id)
        if row.undone_at is not None:
            raise MatchRefused("kept_no_more")
        if row.entry_id is not None:
            return
        if row.made_by == actor.ref:
            raise Refused("second_person_missing", {"action": "agree_loss"})
        proposer = session.get(Person, row.made_by)
        if proposer is None or proposer.roles.isdisjoint(PROPOSERS):
            raise MatchRefused("proposer_gone")
        through = _through(session, account, match)
        origin = Origin(
            f"bank:{row.id}", line.booked_on, ("bank_line", line.id), actor.ref,
            reason_code=UNEXPLAINED, through=through,
        )  # fmt: skip
        entry = ledger_facts.bank_loss(
            session, origin, through.fund_code, -row.amount, account.currency
        )
        with bank_matches.translated(session):
            row.entry_id, row.agreed_at, row.agreed_by = entry.id, now(), actor.ref
            session.flush()
        bank_matches.note(session, account, "loss_agreed", actor, row.kind, role=role)


def undo(actor: Actor, clearing_id: str) -> None:
    """Take a clearing back: the amount is in suspense again; doing it twice changes nothing.

    A fee, a gift, a payout's arrival or the tie to an entry booked meanwhile is reversed by
    another entry, a loss nobody has agreed to yet is withdrawn. Raises Unknown, Refused,
    MatchRefused: stays (a payment or a return is where its own actions have brought it, an agreed
    loss is final), gift_moved_on.
    """
    bank_matches.require_finance(actor, "undo_clearing")
    with unit_of_work() as session:
        row, _match, line, account = _clearing(session, clearing_id)
        if row.undone_at is not None:
            return
        if row.entry_id is not None and MatchKind(row.kind) not in {*REVERSED, MatchKind.ENTRY}:
            raise MatchRefused("stays")
        with bank_matches.translated(session):
            if row.entry_id is not None:
                row.undo_entry_id = bank_deeds.reverse(session, actor, line, row)
            row.undone_at, row.undone_by = now(), actor.ref
            session.flush()
        bank_matches.note(session, account, "clearing_undone", actor, row.kind)


def _locked(session: Session, match_id: str) -> tuple[BankMatch, BankLine, BankAccount]:
    known = session.scalar(
        select(BankMatch.line_id).where(
            BankMatch.id == match_id, BankMatch.kind == MatchKind.SUSPENSE.value
        )
    )
    if known is None:
        raise Unknown(match_id)
    line, account = bank_matches.locked(session, known)
    match = session.get_one(BankMatch, match_id, populate_existing=True, with_for_update=True)
    return match, line, account


def _clearing(
    session: Session, clearing_id: str
) -> tuple[BankClearing, BankMatch, BankLine, BankAccount]:
    known = session.scalar(select(BankClearing.match_id).where(BankClearing.id == clearing_id))
    if known is None:
        raise Unknown(clearing_id)
    match, line, account = _locked(session, known)
    row = session.get_one(BankClearing, clearing_id, populate_existing=True)
    return row, match, line, account


def _cleared(session: Session, match_id: str) -> int:
    """Return what is cleared, losses somebody has proposed included."""
    query = select(func.coalesce(func.sum(BankClearing.amount), 0)).where(
        BankClearing.match_id == match_id, BankClearing.undone_at.is_(None)
    )
    return int(session.scalar(query) or 0)


def _through(session: Session, account: BankAccount, match: BankMatch) -> Through:
    """Return the suspense account an amount is kept on, and whose fund holds it."""
    kept, fund = session.execute(
        select(Posting.account_code, Posting.fund_code).where(
            Posting.entry_id == match.entry_id, Posting.account_code.in_(KEPT)
        )
    ).one()
    return Through(account.account_code, kept, fund)


def _booked_meanwhile(
    session: Session, actor: Actor, part: Part, choice: Choice
) -> tuple[str, int]:
    """Take an amount out of suspense that somebody has booked by hand meanwhile.

    The account moved twice, so this entry moves it back, on the day of the other one: suspense +,
    Bank -, or the other way round. Raises MatchRefused: not_open (the entry keeps something in
    suspense itself, or is reversed), period_closed.
    """
    number, entry_id = bank_deeds.DEEDS[MatchKind.ENTRY](session, actor, part, choice)
    entry = session.get_one(JournalEntry, entry_id)
    undone = select(JournalEntry.id).where(JournalEntry.reverses_id == entry_id)
    if entry.kind == EntryKind.BANK_UNKNOWN or session.scalar(undone) is not None:
        raise MatchRefused("not_open")
    origin = Origin(
        f"bank:{part.match_id}", entry.book_date, ("bank_line", part.line.id), actor.ref
    )
    through, currency = part.through, part.account.currency
    cleared = ledger_facts.record(
        session, EntryKind.BANK_UNKNOWN, origin,
        ledger_facts.move(
            through.suspense, through.account_code, through.fund_code, part.amount, currency
        ),
    )  # fmt: skip
    if cleared.book_date != entry.book_date:
        raise MatchRefused("period_closed")
    return number, cleared.id


def _require_out(amount: int) -> None:
    """Refuse to lose what came in: it stays in suspense, or it is somebody's gift."""
    if amount > 0:
        raise MatchRefused("amount_differs")


__all__ = ["AGREEING", "Choice", "MatchRefused", "agree", "clear", "suggestions", "undo"]
