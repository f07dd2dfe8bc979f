"""Facts of a payment: everything the guards of its steps may ask for."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from typing import Any

from sqlalchemy import and_, func, or_, select
from sqlalchemy.orm import Session

from fund_app.models.applications import Application
from fund_app.models.ballots import Ballot, Seat
from fund_app.models.countersignatures import Countersignature
from fund_app.models.disbursements import Approval, Disbursement
from fund_app.models.events import Event
from fund_app.models.ledger import Tranche
from fund_app.services import channels, countersignatures, holds, rules, screenings
from fund_app.services.facts import Facts
from workflows.disbursement import LIVE
from workflows.references import is_neutral
from workflows.roles import Actor
from workflows.rules import ANY

VARIANTS = {"bank_transfer": "bank", "cash_agent": "cash_agent"}


def subject_hash(payment: Disbursement) -> str:
    """Return the digest of what a signature releases: amount, currency, way, payee, tranche."""
    parts = (
        str(payment.amount),
        payment.currency,
        payment.channel,
        payment.payee_hash,
        payment.tranche_id,
        str(payment.signatures_round),
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
    limit = rules.of(session, application).board_cap
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
            "channel_allowed": lambda: channels.is_allowed(
                session, channels.kept(payment), payment.channel
            ),
            "reference_neutral": lambda: is_neutral(payment.reference),
            "payee_verified": lambda: False,
            "screening_clean": lambda: screenings.is_current(session, payment, application),
            "details_unchanged": lambda: signer(payment, "safety_check") is not None,
            "payee_details_settled": lambda: True,
            "lead": lambda: application.lead_id,
            "payee": lambda: application.holder_id,
            "deciders": lambda: _deciders(session, application),
            "recused": lambda: _recused(session, application),
            "checked_by": lambda: signer(payment, "safety_check"),
            "first_authoriser": lambda: signer(payment, "first"),
            "signatory_limit": lambda: limit,
            "co_signer": lambda: countersignatures.co_signer(session, payment, action, actor),
            "rail": lambda: payment.channel,
            "rate_stored": lambda: True,
            "batch_frozen": lambda: False,
            "statement_matches": lambda: _matches(payment, line),
            "statement_linked": lambda: payment.confirmed_on is not None or _matches(payment, line),
            "receipt_settled": lambda: False,
            "recipient_proof": lambda: "",
            "amount_came_back": lambda: False,
            "money_is_back": lambda: payment.state in {"failed", "returned"},
            "giving_up_agreed": lambda: False,
            "write_off_limit": lambda: rules.of(session, application).write_off_limit,
            "trace_done": lambda: False,
            "lookup": lambda: "",
            "lookup_proven": lambda: False,
            "replacement_approved": lambda: False,
            "reason_given": lambda: False,
            "ran_out": tuple,
        },
    )


def _matches(payment: Disbursement, line: Any) -> bool:
    return (
        line is not None and line.amount == payment.amount and line.reference == payment.reference
    )


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
