"""What follows where money went by other hands, or was lost, in the transaction of the step."""

from __future__ import annotations

from dataclasses import replace

from fund_app.models.advances import AdvancePart, PayoutAdvance
from fund_app.models.disbursements import Disbursement
from fund_app.services import disbursement_facts, ledger_advances, ledger_grants
from fund_app.services.advances import Part
from fund_app.services.disbursement_effects import execute, origin_of
from fund_app.services.transition import Context
from workflows.roles import Actor

LOST = "payment_lost"


def record_trace(context: Context) -> None:
    """Post what the trace has shown: the money left the bank and did not come back."""
    payment: Disbursement = context.subject
    if payment.confirmed_on is None and context.data is not None:
        payment.confirmed_on = context.moment.date()
        execute(context, context.data.amount, context.data.fee)


def post_settlement(context: Context) -> None:
    """Post what a partner handed over or gave back, once per part."""
    payment: Disbursement = context.subject
    part: Part = context.data
    advance = _advance(context)
    _keep(
        context,
        advance,
        AdvancePart(
            kind=part.kind,
            amount=part.amount,
            evidence=part.evidence,
            paper=part.paper or None,
            recorded_by_id=context.actor.ref,
        ),
    )
    ledger_grants.settle_advance(
        context.session,
        origin_of(context, "settled"),
        payment.fund_code,
        advance.partner_code,
        handed_out=part.amount if part.kind == "handed_over" else 0,
        returned=part.amount if part.kind == "returned" else 0,
        currency=payment.currency,
    )


def post_shortfall(context: Context) -> None:
    """Post all that a partner cannot account for as a loss, which two people have agreed on."""
    _write_off_open(context, _advance(context), context.data)


def post_loss(context: Context) -> None:
    """Write off what helped nobody; the fund that bears losses makes the other one whole.

    With a replacement to follow, the same amount is promised anew.
    """
    advance = disbursement_facts.advance_of(context.session, context.subject.id)
    if advance is not None and advance.open_amount:
        _write_off_open(context, advance, LOST)
        return
    origin = replace(origin_of(context, "loss"), reason_code=LOST)
    ledger_advances.payment_lost(
        context.session,
        origin,
        context.subject.tranche_id,
        is_replaced=context.outcome.state == "reissued",
    )


def _write_off_open(context: Context, advance: PayoutAdvance, reason_code: str) -> None:
    session, payment, amount = context.session, context.subject, advance.open_amount
    first: Actor = context.facts["co_signer"]
    _keep(
        context,
        advance,
        AdvancePart(
            kind="written_off",
            amount=amount,
            reason_code=reason_code,
            recorded_by_id=first.ref,
            agreed_by_id=context.actor.ref,
        ),
    )
    origin = replace(origin_of(context, "loss"), reason_code=reason_code)
    code, currency = advance.partner_code, payment.currency
    ledger_grants.write_off(
        session, origin, payment.fund_code, code, amount=amount, currency=currency
    )


def _keep(context: Context, advance: PayoutAdvance, part: AdvancePart) -> None:
    part.advance_id, part.number = advance.id, len(advance.parts) + 1
    part.recorded_on = context.moment.date()
    context.session.add(part)
    context.session.flush()
    context.session.refresh(advance, ["parts"])


def _advance(context: Context) -> PayoutAdvance:
    advance = disbursement_facts.advance_of(context.session, context.subject.id)
    if advance is None:  # the guard has made sure of it
        raise RuntimeError("no partner holds money of this payment")
    return advance
