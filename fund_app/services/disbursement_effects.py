"""What follows from the steps of a payment, in the transaction of the step."""

from __future__ import annotations

from datetime import date

from sqlalchemy import select

from fund_app.models.advances import PayoutAdvance
from fund_app.models.applications import Application
from fund_app.models.batches import PayoutLine
from fund_app.models.disbursements import Disbursement, ExchangeTerms
from fund_app.models.ledger import Tranche, TrancheState
from fund_app.services import (
    cases,
    channel_stops,
    disbursement_facts,
    disbursements,
    ledger_advances,
    ledger_facts,
    ledger_grants,
)
from fund_app.services.channels import Way
from fund_app.services.disbursement_changes import Terms, replan
from fund_app.services.disbursements import BankLine
from fund_app.services.ledger import Overspent
from fund_app.services.ledger_banks import AT_BANK, Through
from fund_app.services.ledger_facts import Origin
from fund_app.services.ledger_grants import Foreign
from fund_app.services.notifications import notify_role
from fund_app.services.transition import Context
from workflows.channels import ADVANCED
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
                context.session, origin_of(context, "release"), payment.tranche_id
            )
        except Overspent:
            raise Refused("budget_too_small", {"amount": payment.amount}) from None


def reverse_release(context: Context) -> None:
    """Take the debt back; the promise stands again."""
    tranche = context.session.get_one(Tranche, context.subject.tranche_id)
    if tranche.state == TrancheState.RELEASED:
        ledger_grants.recall_release(context.session, origin_of(context, "recall"), tranche.id)


def record_sending(context: Context) -> None:
    """Keep the day from which on money may be on its way, and by whose hands it goes."""
    payment: Disbursement = context.subject
    payment.sent_on = context.moment.date()
    if payment.channel in ADVANCED:
        _advance_to(context, context.data.partner_code)


def _advance_to(context: Context, partner_code: str) -> None:
    """Open what a partner will account for; once called back and sent again it is the same."""
    payment: Disbursement = context.subject
    before = disbursement_facts.advance_of(context.session, payment.id)
    if before is not None:
        if before.partner_code != partner_code:
            raise Refused("other_partner", {"state": payment.state})
        return
    context.session.add(
        PayoutAdvance(
            disbursement_id=payment.id,
            partner_code=partner_code,
            amount=payment.amount,
            currency=payment.currency,
            opened_on=context.moment.date(),
        )
    )


def record_not_sent(context: Context) -> None:
    """Take the payment out of its file: the line stays and says that it never left."""
    context.subject.sent_on = None
    statement = select(PayoutLine).where(
        PayoutLine.disbursement_id == context.subject.id, PayoutLine.answer.is_(None)
    )
    for line in context.session.scalars(statement):
        line.answer = "taken_back"


def record_terms(context: Context) -> None:
    """Keep what the payment is worth in another currency; earlier terms are replaced."""
    terms: Terms = context.data
    row = context.subject.terms or ExchangeTerms(disbursement_id=context.subject.id)
    row.foreign_amount, row.foreign_currency = terms.amount, terms.currency
    row.rate_text, row.rate_source, row.rate_on = terms.rate_text, terms.source, terms.day
    context.session.add(row)


def record_difference(context: Context) -> None:
    """Keep which amount of the bank somebody else than who records it has agreed to."""
    terms: ExchangeTerms = context.subject.terms
    terms.agreed_paid, terms.agreed_by_id = context.data, context.actor.ref


def replace_payee(context: Context) -> None:
    """Bind the payment to the payee's new details, and to the way they ask for."""
    payment: Disbursement = context.subject
    way: Way = context.data
    payment.channel, payment.payee_hash, payment.receipt_region = (
        way.channel, way.payee_hash, way.region,
    )  # fmt: skip


def replan_payments(context: Context) -> None:
    """Send what has not left to the payee of the directive, once the hold is lifted."""
    if context.data is not None:
        replan(context.session, context.actor, context.subject, context.data)


def post_executed(context: Context) -> None:
    """Post the payment once, when it is seen at the bank (ledger, step 8 executed)."""
    payment: Disbursement = context.subject
    line: BankLine | None = context.data
    if payment.confirmed_on is not None or line is None:
        return
    payment.confirmed_on = line.day or context.moment.date()
    execute(context, line.amount, line.fee, on=line.day, through=line.through)


def execute(
    context: Context, paid: int, fee: int = 0, *, on: date | None = None,
    through: Through = AT_BANK,
) -> None:  # fmt: skip
    """Post that money left the bank: to the person, or to who will account for it."""
    session, payment = context.session, context.subject
    origin = origin_of(context, "executed", on, through)
    advance = disbursement_facts.advance_of(session, payment.id)
    if advance is not None:
        ledger_advances.advance_executed(
            session, origin, payment.tranche_id, advance.partner_code, paid=paid, fee=fee
        )
        return
    foreign = None if payment.terms is None else _foreign(payment.terms)
    ledger_grants.bank_executed(
        session, origin, payment.tranche_id, paid=paid, fee=fee, foreign=foreign
    )


def _foreign(terms: ExchangeTerms) -> Foreign:
    rate = f"{terms.rate_text} {terms.rate_source} {terms.rate_on.isoformat()}"
    return Foreign(terms.foreign_amount, terms.foreign_currency, rate)


def post_returned(context: Context) -> None:
    """Post the money that came back; what the way cost is the fund's loss, not the person's.

    Money that comes back before anybody saw it leave did leave: the bank shows both lines.
    """
    payment: Disbursement = context.subject
    line: BankLine = context.data
    session, tranche_id = context.session, payment.tranche_id
    tranche = session.get_one(Tranche, tranche_id)
    if tranche.state == TrancheState.RELEASED:
        execute(context, payment.amount, through=line.through.account)
    origin = origin_of(context, "returned", line.day, line.through)
    advance = disbursement_facts.advance_of(session, payment.id)
    if advance is not None:
        ledger_advances.advance_returned(
            session, origin, tranche_id, advance.partner_code, received=line.amount, fee=line.fee
        )
        return
    ledger_grants.payment_returned(session, origin, tranche_id, received=line.amount, fee=line.fee)


def post_reversed(context: Context) -> None:
    """Post nothing but a fee: a payment that never left the bank is owed as before."""
    line: BankLine | None = context.data
    _post_fee(context, line.fee if line else 0)


def _post_fee(context: Context, fee: int) -> None:
    payment: Disbursement = context.subject
    if fee:
        origin = origin_of(context, "fee")
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
        ledger_grants.cancel_commitment(context.session, origin_of(context, "freed"), tranche.id)


def stop_channel(context: Context) -> None:
    """Stop the way for the group of countries, and hold what was to go it, until two lift it."""
    payment: Disbursement = context.subject
    channel_stops.stop(context.session, context.actor, payment.receipt_region, payment.channel)


def origin_of(
    context: Context, effect: str, day: date | None = None, through: Through = AT_BANK
) -> Origin:
    """Return where an entry of a step comes from, under the effect's own key."""
    return Origin(
        key=context.key(effect),
        on=day or context.moment.date(),
        source=("application", context.subject.application_id),
        actor=context.actor.ref,
        at=context.moment,
        through=through,
    )
