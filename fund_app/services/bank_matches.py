"""Matches: a line of the bank is said to be a gift, a payment, a payout, a fee, or booked already.

Saying so fires the action that thing has anyway (a gift is recorded, a payment confirmed) and
ties the line to the entry that action posts, all in one transaction. The database holds that a
line is not explained twice and an entry is not seen twice (migrations/sql/0009).
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy import func, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from fund_app.adapters.clock import now
from fund_app.models.bank import BankAccount, BankLine, BankMatch
from fund_app.models.ledger_accounts import GENERAL
from fund_app.models.sealed import Compartment, NoKey
from fund_app.models.types import new_ref
from fund_app.queries import bank, bank_candidates
from fund_app.services import audit, bank_accounts, bank_deeds, brakes, looks
from fund_app.services.bank_deeds import REVERSED, UNDONE, Choice, MatchRefused, Part
from fund_app.services.ledger import LedgerRefused
from fund_app.services.ledger_banks import Through
from fund_app.services.transition import INTERNAL, Request, Unknown
from fund_app.services.unit import unit_of_work
from fund_app.services.vault import SignedIn
from workflows.bank import MATCHED_AS, MatchKind
from workflows.bank_matching import Suggestion, suggest
from workflows.engine import Refused
from workflows.roles import Actor, Role

BANK = "bank"
"""Chain of what was said of the lines of one bank account."""
LOOK = "bank_words_opened"
READERS = (Role.FINANCE_OFFICER, Role.TREASURER)
_CODE = re.compile(r"bank:([a-z_]+)")


def suggestions(account: BankAccount, lines: tuple[bank.LineRow, ...]) -> dict[
    str, tuple[Suggestion, ...]
]:  # fmt: skip
    """Return what each of these open lines may be, the surest first; reads only."""
    rows = [line.as_open for line in lines if line.rest]
    found = bank_candidates.candidates(account, rows)
    return {row.id: suggest(row, found) for row in rows}


def accept(actor: Actor, line_id: str, choice: Choice, request: Request = INTERNAL) -> str:
    """Say what a line is, do what follows, and return the match's id.

    The same request again, and the same choice for a line that is all matched, change nothing:
    a match's id is its request's. Raises Unknown,
    Refused (role, or the thing's own workflow), MatchRefused: line_matched, amount_too_large,
    amount_differs (the thing has another amount), not_open (it is past this point),
    no_other_account (a transfer, and the fund has one account in this currency), and the codes
    of the database (more_than_line, more_than_entry).
    """
    require_finance(actor, "accept")
    if choice.kind not in MATCHED_AS:
        raise MatchRefused("not_open")
    with unit_of_work() as session:
        line, account = locked(session, line_id)
        done = session.get(BankMatch, request.id) if request.id else None
        if done is not None and done.line_id == line.id:
            return done.id
        rest = line.amount - _matched(session, line.id)
        if rest == 0:
            return _same(session, line, choice)
        usual = bank_deeds.usual_part(session, line, choice, rest)
        amount = usual if choice.amount is None else choice.amount
        if amount == 0 or (amount > 0) != (rest > 0) or abs(amount) > abs(rest):
            raise MatchRefused("amount_too_large")
        through = Through(account.account_code)
        part = Part(line, account, amount, request.id or new_ref(), through)
        subject_id, entry_id = bank_deeds.DEEDS[choice.kind](session, actor, part, choice)
        session.flush()
        match = BankMatch(
            id=part.match_id,
            line_id=line.id,
            kind=choice.kind.value,
            subject_id=subject_id,
            amount=amount,
            entry_id=entry_id,
            made_at=now(),
            made_by=actor.ref,
        )
        _write(session, match)
        note(session, account, "bank_line_matched", actor, choice.kind.value)
        return match.id


def accept_sure(actor: Actor, account_id: str) -> tuple[int, int]:
    """Accept every sure suggestion of an account, the oldest line first.

    Each line in a transaction of its own, looked at anew, so that one refused line leaves the
    others done. Returns how many were matched and how many were refused.
    """
    require_finance(actor, "accept_sure")
    with unit_of_work() as session:
        account = bank_accounts.locked(session, account_id)
        ids = [line.id for line in bank.open_lines(account.id)]
    done = refused = 0
    for line_id in ids:
        try:
            done += _accept_if_sure(actor, line_id)
        except (MatchRefused, Refused, LedgerRefused):
            refused += 1
    return done, refused


def undo(actor: Actor, match_id: str) -> None:
    """Take a match back, before its period is closed; doing it twice changes nothing.

    What the match has booked itself (a fee, a payout's arrival, a gift) is reversed by another
    entry. Of anything else only the tie to the line goes: the payment stays confirmed and is
    shown as in the books and not on a statement, until it is matched or corrected. Raises
    Unknown, Refused, MatchRefused: period_closed, gift_moved_on (held, on its way back, or
    receipted), cleared (what was kept in suspense has been explained since).
    """
    require_finance(actor, "undo")
    with unit_of_work() as session:
        known = session.scalar(select(BankMatch.line_id).where(BankMatch.id == match_id))
        if known is None:
            raise Unknown(match_id)
        line, account = locked(session, known)
        match = session.get_one(BankMatch, match_id, populate_existing=True, with_for_update=True)
        if match.undone_at is not None:
            return
        with translated(session):
            entry_id = None
            if MatchKind(match.kind) in REVERSED:
                entry_id = bank_deeds.reverse(session, actor, line, match)
            match.undone_at, match.undone_by = now(), actor.ref
            match.undo_entry_id = entry_id
            session.flush()
        note(session, account, UNDONE, actor, match.kind)


def look(actor: SignedIn, line_id: str) -> str:
    """Open the words on a line with the actor's own key, and write the look down.

    Raises Unknown for a line without words, and NoKey where the person holds no key of its
    statement (then nothing is written). Names of donors are under the brake: raises
    brakes.Slowed, brakes.Stopped.
    """
    with brakes.watched(actor), unit_of_work() as session:
        line = session.get(BankLine, line_id)
        role = next((each for each in READERS if each in actor.roles), None)
        if line is None or role is None or not line.text.is_set:
            raise Unknown(line_id)
        if not actor.ring.opens(line.statement_id, Compartment.PAYOUT):
            raise NoKey
        looks.write_down(session, actor, line.statement_id, LOOK, role)
        return line.text.open(actor.ring)


def _accept_if_sure(actor: Actor, line_id: str) -> int:
    with unit_of_work() as session:
        _line, account = locked(session, line_id)
        row = bank.line(line_id)
        if row is None or not row.rest:
            return 0
        first = next(iter(suggestions(account, (row,))[line_id]), None)
        if first is None or not first.is_sure:
            return 0
        accept(actor, line_id, choice_of(first))
        return 1


def choice_of(suggestion: Suggestion) -> Choice:
    """Return the choice that accepts a suggestion as it stands."""
    found = suggestion.candidate
    return Choice(
        found.kind, found.subject_id, None, found.fund_code or GENERAL, fee=suggestion.fee
    )


def _same(session: Session, line: BankLine, choice: Choice) -> str:
    """Answer a second press as the first; refuse anything else on a line that is explained."""
    statement = select(BankMatch.id).where(
        BankMatch.line_id == line.id,
        BankMatch.kind == choice.kind.value,
        BankMatch.undone_at.is_(None),
    )
    if choice.subject_id:
        statement = statement.where(BankMatch.subject_id == choice.subject_id)
    found = session.scalar(statement.limit(1))
    if found is None:
        raise MatchRefused("line_matched")
    return found


def _matched(session: Session, line_id: str) -> int:
    statement = select(func.coalesce(func.sum(BankMatch.amount), 0)).where(
        BankMatch.line_id == line_id, BankMatch.undone_at.is_(None)
    )
    return int(session.scalar(statement) or 0)


def locked(session: Session, line_id: str) -> tuple[BankLine, BankAccount]:
    """Lock the account of a line; whoever matches on it takes turns. Raises Unknown."""
    account_id = session.scalar(select(BankLine.bank_account_id).where(BankLine.id == line_id))
    if account_id is None:
        raise Unknown(line_id)
    account = bank_accounts.locked(session, account_id)
    return session.get_one(BankLine, line_id), account


def _write(session: Session, match: BankMatch) -> None:
    with translated(session):
        session.add(match)
        session.flush()


@contextmanager
def translated(session: Session) -> Iterator[None]:
    """Put what the database refuses into a code, with nothing of it left behind."""
    try:
        with session.begin_nested():
            yield
    except IntegrityError as error:
        found = _CODE.search(str(error.orig))
        raise MatchRefused(found.group(1) if found else "not_accepted") from error


def note(
    session: Session,
    account: BankAccount,
    action: str,
    actor: Actor,
    kind: str,
    *,
    role: Role = Role.FINANCE_OFFICER,
) -> None:
    """Write down who said what of a line, and in which role."""
    audit.record(session, BANK, account.id, action, actor=actor, role=role, reason_code=kind)


def require_finance(actor: Actor, action: str) -> None:
    """Refuse everybody but finance officers."""
    if not actor.has_any(frozenset({Role.FINANCE_OFFICER})):
        raise Refused("wrong_role", {"action": action})


__all__ = [
    "Choice",
    "MatchRefused",
    "accept",
    "accept_sure",
    "choice_of",
    "look",
    "suggestions",
    "undo",
]
