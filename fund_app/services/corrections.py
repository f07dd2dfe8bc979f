"""Corrections of slips: one person says what was wrong, another agrees, the entry is reversed.

Only what somebody recorded by hand: a gift or a fee of the bank, an opening balance. What a line
of the bank stands for is taken back where it was matched; what Stripe has reported is right by
definition; a payment, an award or a transfer has actions of its own. What should have been
recorded is recorded anew afterwards.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from fund_app.adapters.clock import now
from fund_app.models.bank import BankClearing, BankMatch
from fund_app.models.corrections import Correction, Slip
from fund_app.models.donations import Donation
from fund_app.models.events import HOUSE, HOUSE_ID
from fund_app.models.ledger import EntryKind, JournalEntry, Posting
from fund_app.models.ledger_accounts import GENERAL
from fund_app.models.people import Person
from fund_app.models.types import new_ref
from fund_app.services import audit, bank_deeds, ledger_facts, opening_balances
from fund_app.services.bank_deeds import MatchRefused
from fund_app.services.bank_matches import translated
from fund_app.services.donation_rows import wait_for_turn
from fund_app.services.ledger_facts import Origin
from fund_app.services.notifications import notify_role
from fund_app.services.transition import INTERNAL, Request, Unknown
from fund_app.services.unit import unit_of_work
from workflows.bank import MatchKind
from workflows.engine import Refused
from workflows.roles import Actor, Role

PROPOSERS = (Role.TREASURER, Role.FINANCE_OFFICER)
AGREEING = (Role.TREASURER, Role.BOARD_MEMBER)
BY_HAND = frozenset({EntryKind.OPENING, EntryKind.BANK_GIFT, EntryKind.BANK_FEE})
_OTHER_WAY: Mapping[str, str] = MappingProxyType(
    {
        EntryKind.BANK_UNKNOWN: "matched",
        EntryKind.BANK_TRANSFER: "matched",
        EntryKind.EXCHANGE: "matched",
        EntryKind.PAYOUT_ARRIVED: "matched",
        EntryKind.BANK_EXECUTED: "of_a_payment",
        EntryKind.PAYMENT_RETURNED: "of_a_payment",
        EntryKind.TRANCHE_RELEASE: "of_a_payment",
        EntryKind.RELEASE_RECALLED: "of_a_payment",
        EntryKind.ADVANCE: "of_a_payment",
        EntryKind.ADVANCE_SETTLED: "of_a_payment",
        EntryKind.GRANT_APPROVE: "of_a_decision",
        EntryKind.COMMITMENT_CANCELLED: "of_a_decision",
        EntryKind.FUND_TRANSFER: "of_a_decision",
        EntryKind.REVERSAL: "final",
        EntryKind.WRITE_OFF: "final",
    }
)
"""Why an entry is not corrected here; anything else is Stripe's or a return's."""


class CorrectionRefused(Exception):
    """An entry that is not corrected; `code` says why and is stable."""

    def __init__(self, code: str) -> None:
        """Keep the reason."""
        super().__init__(code)
        self.code = code


def propose(actor: Actor, entry_id: int, reason: Slip, request: Request = INTERNAL) -> str:
    """Propose to reverse an entry; returns the proposal's id. The same request changes nothing.

    Raises Unknown, Refused for who is neither of finance nor treasurer, CorrectionRefused:
    proposed (one waits), corrected (it is reversed already), matched (a line of the bank stands
    for it, or a clearing: take that back), gift_moved_on (held, on its way back, receipted),
    from_stripe, of_a_payment, of_a_decision, final.
    """
    role = _role(actor, PROPOSERS, "propose_correction")
    with unit_of_work() as session:
        wait_for_turn(session, GENERAL)
        done = session.get(Correction, request.id) if request.id else None
        if done is not None and done.entry_id == entry_id:
            return done.id
        _correctable(session, entry_id)
        row = Correction(
            id=request.id or new_ref(),
            entry_id=entry_id,
            reason_code=Slip(reason).value,
            proposed_at=now(),
            proposed_by=actor.ref,
        )
        try:
            with session.begin_nested():
                session.add(row)
                session.flush()
        except IntegrityError as error:
            raise CorrectionRefused("proposed") from error
        _note(session, "correction_proposed", actor, role, row)
        notify_role(session, Role.TREASURER)
        return row.id


def agree(actor: Actor, correction_id: str) -> None:
    """Agree as the second person: the entry is reversed. Doing it twice changes nothing.

    Raises Unknown, Refused: wrong_role, second_person_missing for who proposed it;
    CorrectionRefused: withdrawn, proposer_gone, and the codes of `propose` as by now.
    """
    role = _role(actor, AGREEING, "agree_correction")
    with unit_of_work() as session:
        wait_for_turn(session, GENERAL)
        row = _locked(session, correction_id)
        if row.withdrawn_at is not None:
            raise CorrectionRefused("withdrawn")
        if row.agreed_at is not None:
            return
        if row.proposed_by == actor.ref:
            raise Refused("second_person_missing", {"action": "agree_correction"})
        proposer = session.get(Person, row.proposed_by)
        if proposer is None or proposer.roles.isdisjoint(PROPOSERS):
            raise CorrectionRefused("proposer_gone")
        entry = _correctable(session, row.entry_id)
        origin = Origin(
            f"correction:{row.id}", entry.book_date, (entry.source_type, entry.source_id),
            actor.ref, reason_code=row.reason_code,
        )  # fmt: skip
        reversal = ledger_facts.reverse(session, origin, entry)
        try:
            with translated(session):
                row.reversal_id, row.agreed_at, row.agreed_by = reversal.id, now(), actor.ref
                session.flush()
        except MatchRefused as refused:
            # Somebody has matched it while this waited.
            raise CorrectionRefused(refused.code) from refused
        if entry.kind == EntryKind.OPENING:
            opening_balances.end(session, actor, entry.id)
        if entry.kind == EntryKind.BANK_GIFT:
            _free_line(session, entry.source_id)
        _note(session, "correction_agreed", actor, role, row)


def withdraw(actor: Actor, correction_id: str) -> None:
    """Take a proposal back, one's own or somebody else's; doing it twice changes nothing.

    Raises Unknown, Refused, CorrectionRefused("corrected") once it was agreed to.
    """
    role = _role(actor, PROPOSERS, "withdraw_correction")
    with unit_of_work() as session:
        row = _locked(session, correction_id)
        if row.withdrawn_at is not None:
            return
        if row.agreed_at is not None:
            raise CorrectionRefused("corrected")
        row.withdrawn_at, row.withdrawn_by = now(), actor.ref
        session.flush()
        _note(session, "correction_withdrawn", actor, role, row)


def _correctable(session: Session, entry_id: int) -> JournalEntry:
    entry = session.get(JournalEntry, entry_id)
    if entry is None:
        raise Unknown(str(entry_id))
    if entry.kind not in BY_HAND:
        raise CorrectionRefused(_OTHER_WAY.get(entry.kind, "from_stripe"))
    if session.scalar(select(JournalEntry.id).where(JournalEntry.reverses_id == entry.id)):
        raise CorrectionRefused("corrected")
    for model in (BankMatch, BankClearing):
        tied = select(model.id).where(model.entry_id == entry.id, model.undone_at.is_(None))
        if session.scalar(tied.limit(1)) is not None:
            raise CorrectionRefused("matched")
    # A clearing onto what was booked meanwhile has an entry of its own, and names this one.
    explains = select(BankClearing.id).where(
        BankClearing.kind == MatchKind.ENTRY.value,
        BankClearing.subject_id == str(entry.id),
        BankClearing.undone_at.is_(None),
    )
    if session.scalar(explains.limit(1)) is not None:
        raise CorrectionRefused("matched")
    if entry.kind == EntryKind.BANK_GIFT:
        _require_unmoved(session, entry)
    return entry


def _require_unmoved(session: Session, entry: JournalEntry) -> None:
    query = select(Posting.amount).where(Posting.entry_id == entry.id, Posting.amount > 0)
    try:
        bank_deeds.require_unmoved(session, entry.source_id, sum(session.scalars(query)))
    except MatchRefused as refused:
        raise CorrectionRefused(refused.code) from refused


def _free_line(session: Session, donation_id: str) -> None:
    """Let the bank's line of a mistaken gift be recorded anew."""
    donation = session.get_one(Donation, donation_id)
    donation.bank_line = None
    session.flush()


def _locked(session: Session, correction_id: str) -> Correction:
    row = session.get(Correction, correction_id, with_for_update=True, populate_existing=True)
    if row is None:
        raise Unknown(correction_id)
    return row


def _role(actor: Actor, roles: tuple[Role, ...], action: str) -> Role:
    found = next((each for each in roles if each in actor.roles), None)
    if found is None:
        raise Refused("wrong_role", {"action": action})
    return found


def _note(session: Session, action: str, actor: Actor, role: Role, row: Correction) -> None:
    """Record a signature in the house's chain, with the entry's number."""
    audit.record(
        session, HOUSE, HOUSE_ID, action, actor=actor, role=role,
        reason_code=f"{row.reason_code}:{row.entry_id}",
    )  # fmt: skip
