"""Disbursements: an award brought to the person, checked, released by two, sent and proven.

Finance sees amount, way, payee and a designation; never the story. What was released is bound to
a digest of amount, way and payee: whoever changes one of them starts the signatures anew.
Locks are taken in one order, the application before its payment.
"""

from __future__ import annotations

import hmac
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from fund_app.adapters.clock import now
from fund_app.models.applications import Application
from fund_app.models.disbursements import Approval, Disbursement
from fund_app.models.events import Event
from fund_app.models.ledger import GrantCommitment, Tranche, TrancheState
from fund_app.models.types import new_ref
from fund_app.services import (
    casework,
    channels,
    countersignatures,
    disbursement_facts,
    payee_details,
    references,
    safety_checks,
)
from fund_app.services.channels import Way
from fund_app.services.ledger_banks import AT_BANK, Through
from fund_app.services.transition import INTERNAL, Request, Step, Unknown, begin, step, take
from fund_app.services.unit import Repeated, unit_of_work
from fund_app.services.vault import SignedIn
from workflows.catalogue import workflow
from workflows.disbursement import FIRST_SIGNERS, LIVE
from workflows.engine import Refused
from workflows.roles import SYSTEM, Actor

ALPHABET = "ABCDEFGHJKLMNPQRSTUVWXYZ23456789"
NOT_LEFT = ("planned", "ready", "payee_checked", "held", "part_authorised", "authorised")
HOLD_REASONS = (
    "way_unsafe",
    "list_hit",
    "payee_doubtful",
    "details_wrong",
    "amount_wrong",
    "other",
)
"""Codes of why a payment is stopped; the story behind one belongs to the case, not here."""


@dataclass(frozen=True, slots=True)
class Sending:
    """The recorded act of sending: who handed it over is the actor.

    `partner_code` names the partner or agent who takes the money on; an opaque code.
    """

    partner_code: str = ""


@dataclass(frozen=True, slots=True)
class BankLine:
    """What the bank says: minor units that left, its fee, its day (left out: seen today).

    through: where the bank's side of it is booked.
    """

    amount: int
    reference: str
    fee: int = 0
    day: date | None = None
    through: Through = AT_BANK


def choose_channel(
    actor: SignedIn,
    application_id: str,
    channel: str,
    details: Mapping[str, str],
    request: Request,
) -> None:
    """Accept the offer by a way of payment: the award becomes a planned payment.

    `details` are the answers of block PAY, sealed by the caller in the same unit of work; here
    only their keyed digest and the group of countries are kept. Refused when the way is
    forbidden there, for that person, or stopped.
    """
    with unit_of_work() as session:
        application = session.get(Application, application_id)
        receipt = channels.told(details, application.region if application else None)
        is_allowed = channels.is_allowed(session, receipt, channel)
        way = Way(channel, payee_details.digest(details), receipt.region)
        deed = casework.Deed("accept", {"channel_allowed": is_allowed}, data=way)
        casework.carry_out(actor, application_id, deed, request)


def plan(session: Session, application: Application, way: Way) -> None:
    """Plan one payment for each tranche of the award that has none, and make it ready."""
    for tranche in _unbound_tranches(session, application.id):
        payment = _new(application, tranche, way)
        _begin(session, payment, application)
        make_ready(session, payment, application)


def _unbound_tranches(session: Session, application_id: str) -> list[Tranche]:
    statement = (
        select(Tranche)
        .join(GrantCommitment, GrantCommitment.id == Tranche.commitment_id)
        .where(
            GrantCommitment.source_type == "application",
            GrantCommitment.source_id == application_id,
            Tranche.state == TrancheState.PLANNED,
        )
    )
    found = session.scalars(statement.order_by(Tranche.number, Tranche.id))
    return [tranche for tranche in found if not is_bound(session, tranche.id)]


def _new(
    application: Application, tranche: Tranche, way: Way, parent: Disbursement | None = None
) -> Disbursement:
    return Disbursement(
        id=new_ref(),
        application_id=application.id,
        tranche_id=tranche.id,
        parent_id=parent.id if parent else None,
        attempt=parent.attempt + 1 if parent else 1,
        amount=tranche.owed,
        currency=application.currency,
        fund_code=application.fund_code,
        channel=way.channel,
        receipt_region=way.region,
        payee_hash=way.payee_hash,
        reference=references.draw(ALPHABET, 10),
    )


def _begin(session: Session, payment: Disbursement, application: Application) -> None:
    facts = disbursement_facts.gather(session, payment, application, "begin", SYSTEM)
    begin(session, payment, "disbursement", SYSTEM, facts)


def make_ready(session: Session, payment: Disbursement, application: Application) -> None:
    """Let finance begin where the case may pay; while it may not, the payment stays planned."""
    try:
        fire(session, payment, application, "conditions_met", SYSTEM)
    except Refused:
        return


def is_bound(session: Session, tranche_id: str) -> bool:
    """Whether a payment that is still alive stands for the tranche."""
    statement = select(Disbursement.id).where(
        Disbursement.tranche_id == tranche_id, Disbursement.state.in_(LIVE)
    )
    return session.scalar(statement.limit(1)) is not None


def tell_application(session: Session, application: Application) -> None:
    """Let the case go on once its first payment is confirmed; before that, nothing happens."""
    try:
        casework.by_system(session, application, casework.Deed("first_payment_received"))
    except Refused:
        return


def take_up(actor: Actor, disbursement_id: str, request: Request) -> None:
    """Begin with a payment that could not begin when it was planned."""
    _act(actor, disbursement_id, "conditions_met", request)


def safety_check(
    actor: SignedIn, disbursement_id: str, *, payee_verified: bool, request: Request
) -> bool:
    """Check a payee, opened with the actor's key: called back, the way safe, in no list.

    Returns False where a list may name the payee: the payment is held, and two people decide.
    The same request once more changes nothing and gets the same answer.
    """
    with unit_of_work() as session:
        try:
            payment, application = locked(session, disbursement_id, request)
        except Repeated:
            done = select(Event.action).where(Event.request_id == request.id)
            return session.scalar(done) == "safety_check"
        seen = safety_checks.examine(session, actor, payment, application)
        action = "safety_block" if seen.may_be_listed else "safety_check"
        given = {**seen.facts, "payee_verified": payee_verified, "reason_given": True}
        reason = "list_hit" if seen.may_be_listed else None
        fire(session, payment, application, action, actor, request, given, reason_code=reason)
    return not seen.may_be_listed


def safety_block(actor: Actor, disbursement_id: str, reason_code: str, request: Request) -> None:
    """Hold a payment that may harm, for one of HOLD_REASONS; earlier signatures are void."""
    _stop(actor, disbursement_id, "safety_block", reason_code, request)


def release_hold(actor: Actor, disbursement_id: str, request: Request) -> None:
    """Let a held payment go on, as the second of finance and the security lead."""
    _act(actor, disbursement_id, "release_hold", request)


def authorise_first(actor: Actor, disbursement_id: str, request: Request) -> None:
    """Sign first; neither who leads, who decided, nor who checked the payee may."""
    _act(actor, disbursement_id, "authorise_first", request)


def authorise_second(actor: Actor, disbursement_id: str, request: Request) -> None:
    """Sign second, as another person: the grant is owed from now on (ledger, step 8)."""
    _act(actor, disbursement_id, "authorise_second", request)


def refuse_authorisation(
    actor: Actor, disbursement_id: str, reason_code: str, request: Request
) -> None:
    """Say no to a payment, for one of HOLD_REASONS; it is held and the signatures are void."""
    _stop(actor, disbursement_id, "refuse_authorisation", reason_code, request)


def _stop(
    actor: Actor, disbursement_id: str, action: str, reason_code: str, request: Request
) -> None:
    kept = reason_code if reason_code in HOLD_REASONS else None
    given = {"reason_given": kept is not None}
    with unit_of_work() as session:
        payment, application = locked(session, disbursement_id, request)
        fire(session, payment, application, action, actor, request, given, reason_code=kept)


def send(actor: Actor, disbursement_id: str, sending: Sending, request: Request) -> None:
    """Record that the payment was handed over; from here on money may be on its way."""
    _act(actor, disbursement_id, "send", request, data=sending)


def bank_ok(actor: Actor, disbursement_id: str, line: BankLine, request: Request) -> None:
    """Record the payment on the bank's own statement; amount and reference must match."""
    _act(actor, disbursement_id, "bank_ok", request, data=line)


def confirm_receipt(
    actor: SignedIn, application_id: str, disbursement_id: str, code_word: str, request: Request
) -> None:
    """Take the recipient's word that the money arrived; Refused for another word than theirs."""
    with unit_of_work() as session:
        payment, application = locked(session, disbursement_id, request)
        if application.id != application_id:
            raise Unknown(disbursement_id)
        casework.require_own(actor, application)
        expected = payee_details.opened(session, actor, application_id).get("confirmation_word", "")
        is_right = bool(expected) and hmac.compare_digest(_plain(expected), _plain(code_word))
        given = {"recipient_proof": "code_word" if is_right else ""}
        fire(session, payment, application, "recipient_ok", actor, request, given)


def _plain(word: str) -> bytes:
    return " ".join(word.casefold().split()).encode()


def late_ok(actor: Actor, disbursement_id: str, request: Request) -> None:
    """Record the recipient's late word, as who leads the case heard it."""
    _act(actor, disbursement_id, "late_ok", request)


def bounce(actor: Actor, disbursement_id: str, line: BankLine, request: Request) -> None:
    """Record that the money came back, with what the way cost.

    Refused unless the line names this payment and at most its amount: more than was sent is
    another payment, or a slip of the hand, and would be booked as a gain.
    """
    with unit_of_work() as session:
        payment, application = locked(session, disbursement_id, request)
        fits = 0 < line.amount <= payment.amount and line.reference == payment.reference
        advance = disbursement_facts.advance_of(session, payment.id)
        given = {"amount_came_back": fits and not (advance and advance.parts)}
        fire(session, payment, application, "bounce", actor, request, given, line)


def fail(actor: Actor, disbursement_id: str, request: Request) -> None:
    """Record that the payment never left the bank; what was owed is still owed."""
    _act(actor, disbursement_id, "fail", request)


def retry(actor: Actor, disbursement_id: str, channel: str, request: Request) -> None:
    """Try anew by a checked way, as finance beside a coordinator; a new payment with its parent."""
    with unit_of_work() as session:
        payment, application = locked(session, disbursement_id, request)
        given = {"channel_allowed": channels.is_allowed(session, channels.kept(payment), channel)}
        way = Way(channel, payment.payee_hash, payment.receipt_region)
        fire(session, payment, application, "retry", actor, request, given, way)


def replace(session: Session, parent: Disbursement, way: Way) -> None:
    """Create the next attempt of a payment, linked to it, with a reference of its own."""
    application = session.get_one(Application, parent.application_id)
    tranche = session.get_one(Tranche, parent.tranche_id)
    payment = _new(application, tranche, way, parent)
    _begin(session, payment, application)
    make_ready(session, payment, application)


def reconcile(actor: Actor, disbursement_id: str, line: BankLine | None, request: Request) -> None:
    """Tie a payment to its bank line and lock it; one not yet seen at the bank is posted now."""
    _act(actor, disbursement_id, "reconcile", request, data=line)


def sign_first(actor: Actor, disbursement_id: str, action: str, request: Request) -> None:
    """Put the first of two signatures under an action that asks for two.

    Raises Unknown, Conflict, and Refused where one signature is enough, the payment is not
    at that point, or the action's first signature belongs to another role.
    """
    with unit_of_work() as session:
        payment, _ = locked(session, disbursement_id, Request(None, request.step_seen))
        definition = workflow(payment.workflow, payment.workflow_version)
        told = {"action": action, "state": payment.state}
        if action not in FIRST_SIGNERS or (action, payment.state) not in definition.step_of:
            raise Refused("wrong_state", told)
        if not actor.has_any(FIRST_SIGNERS[action]):
            raise Refused("wrong_role", told)
        countersignatures.propose(session, payment, action, actor)


def run_out(session: Session, disbursement_id: str, action: str, clock: str) -> None:
    """Do what a payment's clock asks for; Refused if it cannot be."""
    payment, application = locked(session, disbursement_id, INTERNAL)
    fire(session, payment, application, action, SYSTEM, INTERNAL, {"ran_out": (clock,)})


def locked(
    session: Session, disbursement_id: str, request: Request
) -> tuple[Disbursement, Application]:
    """Lock an application and then its payment; raises Unknown, Conflict."""
    statement = select(Disbursement.application_id).where(Disbursement.id == disbursement_id)
    application_id = session.scalar(statement)
    if application_id is None:
        raise Unknown(disbursement_id)
    application = take(session, Application, application_id, INTERNAL)
    return take(session, Disbursement, disbursement_id, request), application


def _act(  # noqa: PLR0917 - who does what to which payment, with what
    actor: Actor,
    disbursement_id: str,
    action: str,
    request: Request,
    given: Mapping[str, Any] | None = None,
    data: Any = None,
) -> None:
    with unit_of_work() as session:
        payment, application = locked(session, disbursement_id, request)
        fire(session, payment, application, action, actor, request, given, data)


def fire(  # noqa: PLR0913, PLR0917 - the same
    session: Session,
    payment: Disbursement,
    application: Application,
    action: str,
    actor: Actor,
    request: Request = INTERNAL,
    given: Mapping[str, Any] | None = None,
    data: Any = None,
    *,
    reason_code: str | None = None,
) -> None:
    """Take one step of a payment whose application the caller has locked."""
    facts = disbursement_facts.gather(
        session, payment, application, action, actor, given=given, line=data
    )
    safety_checks.require_still_safe(session, payment, application, action, actor)
    seen = payment.step
    step(session, payment, Step(action, actor, facts, request, reason_code, data))
    countersignatures.use(session, payment.id, action, actor, seen)


def sign(session: Session, payment: Disbursement, actor: Actor, kind: str, role: str) -> None:
    """Keep a signature, bound to exactly what was signed."""
    session.add(
        Approval(
            disbursement_id=payment.id,
            kind=kind,
            person_id=actor.ref,
            role=role,
            subject_hash=disbursement_facts.subject_hash(payment),
            given_on=now().date(),
        )
    )
    session.flush()
