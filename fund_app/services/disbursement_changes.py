"""What is agreed about a payment before it goes, and anew when it turns out otherwise.

A change of payee, way or terms voids every signature: they are bound to what was signed.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import select
from sqlalchemy.orm import Session

from fund_app.models.applications import Application
from fund_app.models.disbursements import Disbursement
from fund_app.models.sealed import Compartment
from fund_app.services import cases, channels, intake, offers, payee_details, payees, vault
from fund_app.services.channels import Way
from fund_app.services.disbursements import NOT_LEFT, fire, locked
from fund_app.services.intake import AnswerText
from fund_app.services.transition import INTERNAL, Request, take
from fund_app.services.unit import unit_of_work
from fund_app.services.vault import SignedIn
from workflows.engine import Refused
from workflows.roles import Actor

RATE_SOURCES = ("ecb", "own_bank", "partner", "agent")
"""Codes of where a rate was read."""


@dataclass(frozen=True, slots=True)
class Terms:
    """What a payment is worth in another currency (minor units), the rate as text, its source.

    source: a code of RATE_SOURCES; day: for which the rate was read.
    """

    amount: int
    currency: str
    rate_text: str
    source: str
    day: date

    def __post_init__(self) -> None:
        if type(self.amount) is not int:
            raise TypeError("an amount must be an int of minor units")
        if self.source not in RATE_SOURCES or self.amount <= 0:
            raise ValueError("a positive amount and a listed source")


def set_terms(actor: Actor, disbursement_id: str, terms: Terms, request: Request) -> None:
    """Write down what a payment is worth in another currency, before anybody checks it."""
    with unit_of_work() as session:
        payment, application = locked(session, disbursement_id, request)
        fire(session, payment, application, "set_terms", actor, request, data=terms)


def change_payee(
    actor: SignedIn, disbursement_id: str, payee: Sequence[AnswerText], request: Request
) -> None:
    """Put new details in the place of the payee's, as who leads the case heard them safely.

    payee: the answers of block PAY, the channel among them; they are sealed for who makes
    payments, and whoever wrote them cannot read them again. A case has one payee: every payment
    of it that has not left follows. Signatures given so far are void, a release is taken back,
    and for the rules' quiet hours a further person has to agree before the second signature.
    Refused once a payment of the case stands in a file or may be on its way.
    """
    with unit_of_work() as session:
        payment, application = locked(session, disbursement_id, request)
        way = payees.name_payee(session, application, payee)
        given = {"channel_allowed": True}
        fire(session, payment, application, "change_payee", actor, request, given, way)
        replan(session, actor, application, way)


def change_own_payee(actor: SignedIn, payee: Sequence[AnswerText], request: Request) -> None:
    """Let an applicant say anew where the money of their case goes, while none has left.

    payee: the answers of block PAY, all of them anew; sealed for who makes payments before
    anybody is asked. What follows is what follows from change_payee, and who leads the case is
    told that something has changed. Raises Refused: money_on_its_way (no payment waits here any
    more, or one may be out), channel_forbidden, on_hold; Unknown, cases.Closed.
    """
    with unit_of_work() as session:
        application = cases.open_case_of(session, actor)
        payments = _waiting_payments(session, application)
        if not payments:
            raise Refused("money_on_its_way", {"state": application.state})
        once = Request(request.id)  # the step its page showed is the case's, not the payment's
        take(session, Disbursement, payments[0].id, once)
        intake.save(actor, payee)
        vault.grant(actor.ring, application.id, Compartment.PAYOUT, *offers.payers(session))
        details = {each.question: each.text for each in payee}
        receipt = channels.told(details, application.region)
        way = Way(details[offers.CHANNEL], payee_details.digest(details), receipt.region)
        given = {"channel_allowed": channels.is_allowed(session, receipt, way.channel)}
        for payment in payments:
            asked = once if payment is payments[0] else INTERNAL
            fire(session, payment, application, "change_payee", actor, asked, given, way)


def replan(session: Session, actor: Actor, application: Application, way: Way) -> None:
    """Let every payment of a case that has not left go to who is named; the caller locked it.

    What goes there already stays as it is. Raises Refused once one of them may be on its way.
    """
    for payment in _waiting_payments(session, application):
        if Way(payment.channel, payment.payee_hash, payment.receipt_region) != way:
            given = {"channel_allowed": True}
            fire(session, payment, application, "change_payee", actor, given=given, data=way)


def may_be_renamed(session: Session, application_id: str) -> bool:
    """Whether a payment of a case has not left, so that it can still go to somebody else."""
    statement = select(Disbursement.id).where(
        Disbursement.application_id == application_id, Disbursement.state.in_(NOT_LEFT)
    )
    return session.scalar(statement.limit(1)) is not None


def _waiting_payments(session: Session, application: Application) -> list[Disbursement]:
    """Lock and return the payments of a case that have not left and can still go elsewhere."""
    statement = select(Disbursement).where(
        Disbursement.application_id == application.id, Disbursement.state.in_(NOT_LEFT)
    )
    return list(session.scalars(statement.order_by(Disbursement.id).with_for_update()))


def agree_difference(actor: Actor, disbursement_id: str, paid: int, request: Request) -> None:
    """Agree to the amount the bank took for a payment abroad, as treasurer or board.

    paid: minor units, as on the statement. Whoever agrees does not record the bank's line.
    """
    if type(paid) is not int or paid <= 0:
        raise TypeError("an amount must be a positive int of minor units")
    with unit_of_work() as session:
        payment, application = locked(session, disbursement_id, request)
        fire(session, payment, application, "agree_difference", actor, request, data=paid)
