"""What follows from the steps of a payment, in the transaction of the step."""

from __future__ import annotations

from fund_app.models.applications import Application
from fund_app.models.disbursements import Disbursement
from fund_app.models.ledger import Tranche, TrancheState
from fund_app.services import (
    cases,
    channel_stops,
    disbursements,
    ledger_facts,
    ledger_grants,
)
from fund_app.services.disbursements import BankLine
from fund_app.services.ledger import Overspent
from fund_app.services.ledger_facts import Origin
from fund_app.services.notifications import notify_role
from fund_app.services.transition import Context
from workflows.engine import Refused
from workflows.roles import Role


def record_screening(context: Context) -> None:
    """Keep who checked, bound to what was checked; which list said what is not kept."""
    disbursements.sign(
        context.session, context.subject, context.actor, "safety_check", context.event.actor_role
    )


def record_first_signature(context: Context) -> None:
    """Keep the first signature and tell who signs second."""
    disbursements.sign(
        context.session, context.subject, context.actor, "first", context.event.actor_role
    )
    notify_role(context.session, Role.TREASURER)


def void_signatures(context: Context) -> None:
    """Begin a new round: what was signed before is about another state of things."""
    context.subject.signatures_round += 1


def post_release(context: Context) -> None:
    """Keep the second signature; the promise becomes a debt (ledger, step 8)."""
    payment: Disbursement = context.subject
    disbursements.sign(context.session, payment, context.actor, "second", context.event.actor_role)
    tranche = context.session.get_one(Tranche, payment.tranche_id)
    if tranche.state == TrancheState.PLANNED:
        try:
            ledger_grants.release_tranche(
                context.session, _origin(context, "release"), payment.tranche_id
            )
        except Overspent:
            raise Refused("budget_too_small", {"amount": payment.amount}) from None


def reverse_release(context: Context) -> None:
    """Take the debt back; the promise stands again."""
    tranche = context.session.get_one(Tranche, context.subject.tranche_id)
    if tranche.state == TrancheState.RELEASED:
        ledger_grants.recall_release(context.session, _origin(context, "recall"), tranche.id)


def record_sending(context: Context) -> None:
    """Keep the day from which on money may be on its way."""
    context.subject.sent_on = context.moment.date()


def post_executed(context: Context) -> None:
    """Post the payment once, when it is seen at the bank (ledger, step 8 executed)."""
    payment: Disbursement = context.subject
    line: BankLine | None = context.data
    if payment.confirmed_on is not None or line is None:
        return
    payment.confirmed_on = context.moment.date()
    ledger_grants.bank_executed(
        context.session,
        _origin(context, "executed"),
        payment.tranche_id,
        paid=line.amount,
        fee=line.fee,
    )


def post_returned(context: Context) -> None:
    """Post the money that came back; what the way cost is the fund's loss, not the person's.

    Money that comes back before anybody saw it leave did leave: the bank shows both lines.
    """
    payment: Disbursement = context.subject
    line: BankLine = context.data
    tranche = context.session.get_one(Tranche, payment.tranche_id)
    if tranche.state == TrancheState.RELEASED:
        ledger_grants.bank_executed(context.session, _origin(context, "executed"), tranche.id)
    ledger_grants.payment_returned(
        context.session,
        _origin(context, "returned"),
        tranche.id,
        received=line.amount,
        fee=line.fee,
    )


def post_reversed(context: Context) -> None:
    """Post nothing but a fee: a payment that never left the bank is owed as before."""
    line: BankLine | None = context.data
    _post_fee(context, line.fee if line else 0)


def _post_fee(context: Context, fee: int) -> None:
    payment: Disbursement = context.subject
    if fee:
        origin = _origin(context, "fee")
        ledger_facts.bank_fee(context.session, origin, payment.fund_code, fee, payment.currency)


def tell_application(context: Context) -> None:
    """Let the case go on where this is its first confirmed payment."""
    application = context.session.get_one(Application, context.subject.application_id)
    context.session.flush()
    disbursements.tell_application(context.session, application)


def plan_replacement(context: Context) -> None:
    """Create the next attempt, once this one is over."""
    disbursements.replace(context.session, context.subject, context.data)


def release_payout(context: Context) -> None:
    """Leave the amount in the award's reserve; where the case has ended, free it for its fund."""
    payment: Disbursement = context.subject
    application = context.session.get_one(Application, payment.application_id)
    tranche = context.session.get_one(Tranche, payment.tranche_id)
    if cases.has_ended(application) and tranche.state == TrancheState.PLANNED:
        ledger_grants.cancel_commitment(context.session, _origin(context, "freed"), tranche.id)


def stop_channel(context: Context) -> None:
    """Stop the way for the group of countries, and hold what was to go it, until two lift it."""
    payment: Disbursement = context.subject
    channel_stops.stop(context.session, context.actor, payment.receipt_region, payment.channel)


def _origin(context: Context, effect: str) -> Origin:
    return Origin(
        key=context.key(effect),
        on=context.moment.date(),
        source=("application", context.subject.application_id),
        actor=context.actor.ref,
        at=context.moment,
    )
