"""Statements taken in: understood first, then imported; each line once, whoever sends it again.

A file is taken as a whole or not at all. Beyond adding up in itself, a statement has to fit to
what is known already: the first opening balance, the lines known and the new ones make its
closing balance. So the same days in another form, or a statement with one missing before it,
are refused instead of being booked twice or with a gap.

What others wrote on a line is read for references of ours and then sealed for the treasury,
under a key of the statement's own; where a reference was found, the words are not kept.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from fund_app.adapters.bank_files import Upload, read
from fund_app.adapters.clock import now
from fund_app.models.bank import LONGEST_NUMBER, BankAccount, BankLine, BankStatement
from fund_app.models.disbursements import Disbursement
from fund_app.models.donations import Donation
from fund_app.models.events import HOUSE, HOUSE_ID
from fund_app.models.sealed import Compartment
from fund_app.models.types import new_ref
from fund_app.services import audit, bank_accounts, receipts, vault
from fund_app.services.transition import Unknown
from fund_app.services.unit import unit_of_work
from workflows.bank import (
    CsvMapping,
    FileRefused,
    Hint,
    Statement,
    StatementLine,
    occurrences,
    own_reference_candidates,
)
from workflows.engine import Refused
from workflows.roles import Actor, Role

IMPORTERS = (Role.FINANCE_OFFICER, Role.TREASURER, Role.SYSTEM)
"""Who takes statements in; the system where the operator does it (fund bank import)."""
MOST_REFERENCES = 8
AT_ONCE = 10_000
_STRIPE = re.compile(r"\bSTRIPE\b|\bpo_[A-Za-z0-9]{8,}")
_UNFIT = re.compile(r"[^A-Za-z0-9/._-]")


@dataclass(frozen=True, slots=True)
class ReadLine:
    """A line of a file with what was made of it; `is_known`: an earlier statement brought it."""

    line: StatementLine
    fingerprint: str
    own_refs: tuple[str, ...]
    hint: Hint
    is_known: bool


@dataclass(frozen=True, slots=True)
class Part:
    """One statement of a file as understood."""

    statement: Statement
    lines: tuple[ReadLine, ...]

    @property
    def new(self) -> tuple[ReadLine, ...]:
        """The lines nobody has brought before."""
        return tuple(each for each in self.lines if not each.is_known)

    @property
    def closes_on(self) -> date:
        """The day its closing balance is of: never before its last line."""
        return max([self.statement.closes_on, *(each.booked_on for each in self.statement.lines)])

    @property
    def is_news(self) -> bool:
        """Whether taking it in adds anything: new lines, or a balance without any movement."""
        return bool(self.new) or not self.lines


@dataclass(frozen=True, slots=True)
class Understood:
    """What a file says: its format and its statements, in order."""

    form: str
    parts: tuple[Part, ...]

    @property
    def new_count(self) -> int:
        """How many lines would be taken in."""
        return sum(len(part.new) for part in self.parts)


def understand(account_id: str, upload: Upload) -> Understood:
    """Say what a file would bring, and write nothing.

    Raises Unknown without such an account, FileRefused for a file that cannot be taken:
    besides what reading refuses, foreign_account, other_currency, and does_not_connect with
    `expected` and `found` (the closing balance that would fit, and the file's).
    """
    with unit_of_work() as session:
        return _understood(session, bank_accounts.locked(session, account_id), upload)


def take_in(actor: Actor, account_id: str, upload: Upload) -> Understood:
    """Import a file: its statements, and each line nobody has brought before. Books nothing.

    The same file again takes nothing in. Raises what `understand` raises, and Refused for
    who is not of finance; then nothing is written.
    """
    role = next((each for each in IMPORTERS if each in actor.roles), None)
    if role is None:
        raise Refused("wrong_role", {"action": "bank_statement_imported"})
    with unit_of_work() as session:
        account = bank_accounts.locked(session, account_id)
        found = _understood(session, account, upload)
        digest = hashlib.sha256(upload.content).hexdigest()
        taken = 0
        for number, part in enumerate(found.parts, start=1):
            if part.is_news and not _is_taken(session, account, digest, number):
                _write(session, account, part, _Source(found.form, digest, number, actor.ref))
                taken += 1
        if taken:
            audit.record(
                session, HOUSE, HOUSE_ID, "bank_statement_imported", actor=actor, role=role,
                reason_code=account.code,
            )  # fmt: skip
        return found


def _understood(session: Session, account: BankAccount, upload: Upload) -> Understood:
    mapping = CsvMapping.from_data(account.csv_mapping) if account.csv_mapping else None
    found = read(upload, currency=account.currency, mapping=mapping)
    parts: list[Part] = []
    for statement in found.statements:
        if statement.account and not bank_accounts.is_of(account, statement.account):
            raise FileRefused("foreign_account")
        if not statement.account and found.form != "csv":
            raise FileRefused("foreign_account")
        if statement.currency != account.currency:
            raise FileRefused("other_currency", currency=statement.currency)
        part = _part(session, account, statement, parts)
        _require_connected(session, account, part, parts)
        parts.append(part)
    return Understood(found.form, tuple(parts))


def _part(
    session: Session, account: BankAccount, statement: Statement, before: Sequence[Part]
) -> Part:
    """Find for each line its fingerprint, and whether it is known from elsewhere."""
    said = [_said(account, line) for line in statement.lines]
    prints = [
        bank_accounts.digest("line", key, str(number))
        for key, number in zip(said, occurrences(said), strict=True)
    ]
    known = _known(session, prints) | {each.fingerprint for part in before for each in part.lines}
    issued = _issued(session, statement.lines)
    lines = [
        ReadLine(line, mark, refs, _hint(line), mark in known)
        for line, mark, refs in zip(statement.lines, prints, issued, strict=True)
    ]
    return Part(statement, tuple(lines))


def _said(account: BankAccount, line: StatementLine) -> str:
    """Return what makes a line this line: the bank's reference, or all that is written on it.

    Equal lines of one day are told apart by counting them (workflows.bank.occurrences).
    """
    words = line.bank_ref or line.text
    return "\x1f".join((account.id, line.booked_on.isoformat(), str(line.amount), words))


def _known(session: Session, prints: Sequence[str]) -> set[str]:
    return {
        found
        for some in _slices(prints)
        for found in session.scalars(
            select(BankLine.fingerprint).where(BankLine.fingerprint.in_(some))
        )
    }


def _issued(session: Session, lines: Sequence[StatementLine]) -> list[tuple[str, ...]]:
    """Return for each line the references on it that we have issued ourselves."""
    candidates = [own_reference_candidates(line.text) for line in lines]
    wanted = sorted(frozenset().union(*candidates)) if candidates else []
    ours = {
        found
        for some in _slices(wanted)
        for column in (Donation.reference, Disbursement.reference)
        for found in session.scalars(select(column).where(column.in_(some)))
    }
    return [tuple(sorted(each & ours))[:MOST_REFERENCES] for each in candidates]


def _slices(items: Sequence[str]) -> Iterator[Sequence[str]]:
    for start in range(0, len(items), AT_ONCE):
        yield items[start : start + AT_ONCE]


def _hint(line: StatementLine) -> Hint:
    if line.hint is Hint.NONE and line.amount > 0 and _STRIPE.search(line.text.upper()):
        return Hint.STRIPE
    return line.hint


def _require_connected(
    session: Session, account: BankAccount, part: Part, before: Sequence[Part]
) -> None:
    """Refuse a statement that does not follow from what is known, unless it brings nothing."""
    if not part.is_news:
        return
    closes_on = part.closes_on
    expected = sum(each.line.amount for each in part.new) + sum(
        each.line.amount
        for earlier in before
        for each in earlier.new
        if each.line.booked_on <= closes_on
    )
    first = session.scalars(
        select(BankStatement)
        .where(BankStatement.bank_account_id == account.id)
        .order_by(BankStatement.opens_on, BankStatement.imported_at, BankStatement.part)
        .limit(1)
    ).one_or_none()
    if first is not None:
        known = session.scalar(
            select(func.coalesce(func.sum(BankLine.amount), 0)).where(
                BankLine.bank_account_id == account.id, BankLine.booked_on <= closes_on
            )
        )
        expected += first.opening + int(known or 0)
    else:
        expected += (before[0].statement if before else part.statement).opening
    if expected != part.statement.closing:
        raise FileRefused(
            "does_not_connect", expected=expected, found=part.statement.closing,
            currency=account.currency,
        )  # fmt: skip


def _is_taken(session: Session, account: BankAccount, digest: str, number: int) -> bool:
    statement = select(BankStatement.id).where(
        BankStatement.bank_account_id == account.id,
        BankStatement.file_digest == digest,
        BankStatement.part == number,
    )
    return session.scalar(statement) is not None


@dataclass(frozen=True, slots=True)
class _Source:
    form: str
    digest: str
    number: int
    person: str


def _write(session: Session, account: BankAccount, part: Part, source: _Source) -> None:
    statement = part.statement
    days = [each.booked_on for each in statement.lines]
    row = BankStatement(
        id=new_ref(),
        bank_account_id=account.id,
        form=source.form,
        number=_UNFIT.sub("", statement.number)[:LONGEST_NUMBER],
        file_digest=source.digest,
        part=source.number,
        opening=statement.opening,
        total=statement.total,
        closing=statement.closing,
        opens_on=min(days, default=statement.closes_on),
        closes_on=part.closes_on,
        line_count=len(part.lines),
        known_count=len(part.lines) - len(part.new),
        imported_at=now(),
        imported_by=source.person,
    )
    has_words = any(each.line.text and not each.own_refs for each in part.new)
    holders = {Compartment.PAYOUT: receipts.treasury(session)}
    keys = vault.open_case(row.id, holders) if has_words else None
    session.add(row)
    session.flush()
    for number, each in enumerate(part.lines, start=1):
        if each.is_known:
            continue
        line = BankLine(
            id=new_ref(),
            statement_id=row.id,
            bank_account_id=account.id,
            number=number,
            booked_on=each.line.booked_on,
            value_on=each.line.value_on,
            amount=each.line.amount,
            fingerprint=each.fingerprint,
            hint=each.hint.value,
            charge=each.line.charge,
            own_refs=" ".join(each.own_refs),
        )
        if keys is not None and each.line.text and not each.own_refs:
            line.text.seal(keys, each.line.text)
        session.add(line)
    session.flush()


__all__ = ["FileRefused", "Part", "ReadLine", "Understood", "Unknown", "take_in", "understand"]
