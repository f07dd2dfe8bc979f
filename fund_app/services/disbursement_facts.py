"""Facts of a payment: everything the guards of its steps may ask for."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from sqlalchemy import and_, func, or_, select
from sqlalchemy.orm import Session

from fund_app.adapters.clock import now
from fund_app.models.advances import PayoutAdvance
from fund_app.models.applications import Application
from fund_app.models.ballots import Ballot, Seat
from fund_app.models.batches import PayoutLine
from fund_app.models.countersignatures import Countersignature
from fund_app.models.disbursements import Approval, Disbursement
from fund_app.models.events import Event
from fund_app.models.ledger import Tranche, TrancheState
from fund_app.services import channels, countersignatures, holds, rules, screenings
from fund_app.services.facts import Facts
from workflows.channels import ADVANCED
from workflows.disbursement import LIVE, MAY_BE_OUT
from workflows.references import is_neutral
from workflows.roles import Actor
from workflows.rules import ANY, RulesParameters

HANDED_OVER = ("handed_over", "answered")
VARIANTS = {"bank_transfer": "bank", "cash_agent": "cash_agent"}


def subject_hash(payment: Disbursement) -> str:
    """Return the digest of what a signature releases.

    Amount, currency, way, payee and tranche, and what it is worth abroad, at which rate.
    """
    terms = payment.terms
    abroad = (
        ()
        if terms is None
        else (
            str(terms.foreign_amount),
            terms.foreign_currency,
            terms.rate_text,
            terms.rate_source,
            terms.rate_on.isoformat(),
        )
    )
    parts = (
        str(payment.amount),
        payment.currency,
        payment.channel,
        payment.payee_hash,
        payment.tranche_id,
        str(payment.signatures_round),
        *abroad,
    )
    return hashlib.sha256("|".join(parts).encode()).hexdigest()


def signer(payment: Disbursement, kind: str) -> str | None:
    """Return who gave a signature that still counts, or None."""
    current = subject_hash(payment)
    return next(
        (
            approval.person_id
            for approval in payment.approvals
            if approval.kind == kind and approval.subject_hash == current
        ),
        None,
    )


def gather(
    session: Session,
    payment: Disbursement,
    application: Application,
    action: str,
    actor: Actor,
    *,
    given: Mapping[str, Any] | None = None,
    line: Any = None,
) -> Facts:
    """Return the facts of one step of a payment; `line` is the bank line it is about, if any."""
    limits = rules.of(session, application)
    return Facts(
        given or {},
        {
            "holds": lambda: holds.active(session, application.id),
            "rules": lambda: rules.of(session, application),
            "variant": lambda: VARIANTS.get(payment.channel, ANY),
            "case_state": lambda: application.state,
            "case_is_held": lambda: len(holds.active(session, application.id)) > 0,
            "case_cancelled": lambda: False,
            "tranche_due": lambda: True,
            "amount": lambda: payment.amount,
            "encumbered": lambda: _encumbered(session, payment),
            "other_attempts": lambda: _other_attempts(session, payment),
            "on_their_way": lambda: _on_their_way(session, payment),
            "channel_allowed": lambda: channels.is_allowed(
                session, channels.kept(payment), payment.channel
            ),
            "reference_neutral": lambda: is_neutral(payment.reference),
            "payee_verified": lambda: False,
            "screening_clean": lambda: screenings.is_current(session, payment, application),
            "details_unchanged": lambda: signer(payment, "safety_check") is not None,
            "payee_details_settled": lambda: _are_settled(session, payment, action, actor),
            "lead": lambda: application.lead_id,
            "payee": lambda: application.holder_id,
            "deciders": lambda: _deciders(session, application),
            "recused": lambda: _recused(session, application),
            "checked_by": lambda: signer(payment, "safety_check"),
            "first_authoriser": lambda: signer(payment, "first"),
            "signatory_limit": lambda: limits.board_cap,
            "co_signer": lambda: countersignatures.co_signer(session, payment, action, actor),
            "rail": lambda: payment.channel,
            "rate_stored": lambda: payment.currency == limits.currency or payment.terms is not None,
            "batch_frozen": lambda: False,
            "partner_named": lambda: (
                payment.channel not in ADVANCED or bool(getattr(line, "partner_code", ""))
            ),
            "in_a_file": lambda: _live_line(session, payment) is not None,
            "file_handed_over": lambda: _batch_state(session, payment) in HANDED_OVER,
            "file_never_taken": lambda: False,
            "seen_at_bank": lambda: payment.confirmed_on is not None,
            "statement_matches": lambda: _matches(payment, line, limits, actor),
            "statement_linked": lambda: (
                payment.confirmed_on is not None or _matches(payment, line, limits, actor)
            ),
            "paid_abroad": lambda: payment.terms is not None,
            "advance_holds": lambda: False,
            "open_advance": lambda: _open_advance(session, payment),
            "receipt_settled": lambda: _is_accounted_for(session, payment),
            "recipient_proof": lambda: "",
            "amount_came_back": lambda: False,
            "money_is_back": lambda: _is_back(session, payment),
            "giving_up_agreed": lambda: False,
            "write_off_limit": lambda: limits.write_off_limit,
            "trace_done": lambda: False,
            "lookup": lambda: "",
            "lookup_proven": lambda: False,
            "replacement_approved": lambda: False,
            "reason_given": lambda: False,
            "ran_out": tuple,
        },
    )


def _matches(payment: Disbursement, line: Any, limits: RulesParameters, actor: Actor) -> bool:
    """Whether a bank line is this payment's: its reference, and its amount.

    The amount of a payment in another currency may differ within the rules' tolerance, or be
    what another person agreed to beforehand (MONEY.md 6, check 20).
    """
    if line is None or line.reference != payment.reference:
        return False
    terms = payment.terms
    if line.amount == payment.amount or terms is None:
        return bool(line.amount == payment.amount)
    if abs(line.amount - payment.amount) * 1000 <= payment.amount * limits.fx_tolerance_permille:
        return True
    return bool(line.amount == terms.agreed_paid) and terms.agreed_by_id != actor.ref


def _are_settled(session: Session, payment: Disbursement, action: str, actor: Actor) -> bool:
    """Whether the payee's details are old enough, or a further person has looked at them.

    New are details that took the place of others: a thief writes to say that the account has
    changed. Of what the person changed only the day is kept, and all of it counts. Who agrees
    is neither who checked nor who signed first nor who signs now.
    """
    application_id = payment.application_id
    application = session.get_one(Application, application_id)
    since = now() - timedelta(hours=rules.of(session, application).payee_quiet_hours)
    payments = select(Disbursement.id).where(Disbursement.application_id == application_id)
    changed = select(Event.id).where(
        or_(Event.at > since, and_(Event.at.is_(None), Event.day >= since.date())),
        Event.chain == "disbursement",
        Event.subject_id.in_(payments),
        Event.action == "change_payee",
    )
    if session.scalar(changed.limit(1)) is None:
        return True
    further = countersignatures.co_signer(session, payment, action, actor)
    known = {signer(payment, "safety_check"), signer(payment, "first")}
    return further is not None and further.ref not in known


def _live_line(session: Session, payment: Disbursement) -> PayoutLine | None:
    statement = select(PayoutLine).where(
        PayoutLine.disbursement_id == payment.id, PayoutLine.answer.is_(None)
    )
    found: PayoutLine | None = session.scalar(statement)
    return found


def _batch_state(session: Session, payment: Disbursement) -> str:
    line = _live_line(session, payment)
    return "" if line is None else line.batch.state


def _open_advance(session: Session, payment: Disbursement) -> int:
    """Return what a partner holds of a payment the bank has shown, in minor units."""
    advance = advance_of(session, payment.id)
    if advance is None or payment.confirmed_on is None:
        return 0
    return advance.open_amount


def _is_accounted_for(session: Session, payment: Disbursement) -> bool:
    """Whether no partner or agent still holds money of this payment."""
    advance = advance_of(session, payment.id)
    return advance is None or advance.open_amount == 0


def advance_of(session: Session, disbursement_id: str) -> PayoutAdvance | None:
    """Return what a partner took on for a payment, or None."""
    statement = select(PayoutAdvance).where(PayoutAdvance.disbursement_id == disbursement_id)
    found: PayoutAdvance | None = session.scalar(statement)
    return found


def _is_back(session: Session, payment: Disbursement) -> bool:
    """Whether the money is with the fund: owed again, and neither out nor with a partner."""
    tranche = session.get_one(Tranche, payment.tranche_id)
    return payment.state in {"failed", "returned"} and tranche.state == TrancheState.RELEASED


def _encumbered(session: Session, payment: Disbursement) -> int:
    tranche = session.get(Tranche, payment.tranche_id)
    return tranche.owed if tranche is not None else 0


def _other_attempts(session: Session, payment: Disbursement) -> int:
    statement = select(func.count()).where(
        Disbursement.tranche_id == payment.tranche_id,
        Disbursement.id != payment.id,
        Disbursement.state.in_(LIVE),
    )
    return session.scalar(statement) or 0


def _on_their_way(session: Session, payment: Disbursement) -> int:
    """Count the payments of the same case whose money may be out while no bank has said so."""
    statement = select(func.count()).where(
        Disbursement.application_id == payment.application_id,
        Disbursement.state.in_(MAY_BE_OUT),
    )
    return session.scalar(statement) or 0


def _deciders(session: Session, application: Application) -> frozenset[str]:
    """Who had a part in the decision, whatever their seat.

    Those who voted on the case, broke a tie or decided in writing, consented for the board,
    signed for the fast track or for the outcome of an appeal.
    """
    ballots = select(Ballot.id).where(Ballot.application_id == application.id)
    voters = select(Seat.reviewer_id).where(Seat.ballot_id.in_(ballots), Seat.status == "free")
    acted = select(Event.actor_ref).where(
        or_(
            and_(
                Event.chain == application.workflow,
                Event.subject_id == application.id,
                Event.action.in_(("board_consent", "fast_track", "propose_fast_track")),
            ),
            and_(
                Event.chain == "ballot",
                Event.subject_id.in_(ballots),
                Event.action.in_(("chair_decides", "written_board")),
            ),
        )
    )
    signed_first = select(Countersignature.person_id).where(
        Countersignature.is_used.is_(True),
        or_(
            and_(
                Countersignature.subject_id == application.id,
                Countersignature.action.in_(("appeal_upheld", "appeal_dismissed")),
            ),
            and_(
                Countersignature.subject_id.in_(ballots),
                Countersignature.action == "written_board",
            ),
        ),
    )
    return frozenset(
        {*session.scalars(voters), *session.scalars(acted), *session.scalars(signed_first)}
    )


def _recused(session: Session, application: Application) -> frozenset[str]:
    statement = (
        select(Seat.reviewer_id)
        .join(Ballot, Ballot.id == Seat.ballot_id)
        .where(Ballot.application_id == application.id, Seat.status == "recused")
    )
    return frozenset(session.scalars(statement))


__all__ = ["Approval", "gather", "signer", "subject_hash"]
