"""Monthly gifts: begun by a donor, agreed on the provider's page, paused, resumed and stopped.

The donor's word counts at once here, or that of finance for them; the provider is told by a job,
which makes its agreement equal to ours and may run again after any failure. What the provider
reports of it is in monthly_progress.py.
"""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from datetime import timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from fund_app.adapters.clock import now
from fund_app.adapters.payments import (
    Agreement,
    CheckoutOrder,
    CheckoutPage,
    ProviderRefused,
    ProviderUnknown,
)
from fund_app.extensions import db
from fund_app.models.donations import Method
from fund_app.models.jobs import Lane
from fund_app.models.monthly_gifts import MonthlyGift, MonthlyGiftPart
from fund_app.models.types import new_ref
from fund_app.services import (
    codenames,
    donation_rows,
    donations,
    jobs,
    monthly_progress,
    transition,
    vault,
)
from fund_app.services.donations import Begun, CheckoutOver, Wish
from fund_app.services.stripe_inbox import provider
from fund_app.services.transition import INTERNAL, Context, Request, Step, Unknown, step, take
from fund_app.services.unit import unit_of_work
from workflows.roles import Actor, Role

JOB = "monthly_gift"
"""Kind of the job that makes the provider's agreement equal to ours: {"monthly_gift": id}."""
REASONS = ("donor_asked", "given_twice", "other")
"""Codes of why finance ends one, of those a gift goes back for."""
COLLECTS = {"active": False, "overdue": False, "paused": True}

Complete = Callable[[Session], None]


def begin(wish: Wish, *, language: str, request_id: str, holder_id: str | None = None) -> Begun:
    """Begin a monthly gift by card or debit; a donor who is not signed in gets a codename.

    wish.amount: minor units of CURRENCY each month, shared evenly between wish.funds. The same
    request_id again returns the same gift, without the codename. Raises PurposeClosed,
    AmountRefused.
    """
    donations.require_amount(Wish(wish.fund_code, wish.amount, Method.CARD))
    with unit_of_work() as session:
        donations.require_open(session, wish.funds)
        if (known := _begun(session, request_id)) is not None:
            return known
    fresh = None if holder_id else codenames.donors().create(language)
    with unit_of_work() as session:
        donation_rows.wait_for_turn(session, wish.fund_code)
        if (known := _begun(session, request_id)) is not None:
            if fresh is not None:
                vault.keystore().remove_holder(fresh.holder_id)
            return known
        donor = donation_rows.donor_of(
            session, holder_id or str(fresh and fresh.holder_id), language
        )
        row = MonthlyGift(
            id=new_ref(),
            donor_id=donor.id,
            fund_code=wish.fund_code,
            amount=wish.amount,
            currency=donation_rows.CURRENCY,
            request_id=request_id,
            created_day=now().date(),
        )
        row.parts = [
            MonthlyGiftPart(fund_code=fund, amount=share)
            for fund, share in donation_rows.parts_by_fund(wish.amount, wish.funds).items()
        ]
        giver = Actor(donor.id, frozenset({Role.DONOR}))
        transition.begin(session, row, "monthly_gift", giver, {})
    return Begun(row.id, "", fresh)


def check_out(
    donor: Actor, monthly_id: str, *, success_url: str, cancel_url: str, note: str
) -> CheckoutPage:
    """Open the page on which a donor agrees, however often it is asked for.

    note: what the page says beside its button. Raises Unknown for anybody else's, CheckoutOver
    when it is past agreeing, PurposeClosed when one of its funds takes no gifts any more,
    NotConfigured, and ProviderUnavailable when no answer came.
    """
    with unit_of_work() as session:
        row = _own(session, donor, monthly_id, INTERNAL)
        if row.state != "initiated":
            raise CheckoutOver(row.id)
        donations.require_open(session, [part.fund_code for part in row.parts] or [row.fund_code])
        order = CheckoutOrder(
            row.id, row.amount, row.currency, row.donor.language, donations.LABEL,
            success_url, cancel_url, note,
        )  # fmt: skip
        began = row.created_day
    page = None
    if now().date() > began:
        # The provider forgets a key after a day, so from the next day on we look first.
        since = now() - timedelta(days=(now().date() - began).days + 1)
        page = provider().find_checkout_session(order.reference, since)
    page = page or provider().create_agreement_page(order)
    if page.url is None:
        raise CheckoutOver(monthly_id)
    with unit_of_work() as session:
        take(session, MonthlyGift, monthly_id, INTERNAL).session = page.id
    return page


def pause(donor: Actor, monthly_id: str, request: Request) -> None:
    """Let the coming months pass, until the donor resumes; Unknown for anybody else's."""
    _act(donor, monthly_id, "pause", request)


def resume(donor: Actor, monthly_id: str, request: Request) -> None:
    """Go on with a paused gift; the next month is collected on its usual day."""
    _act(donor, monthly_id, "resume", request)


def stop(donor: Actor, monthly_id: str, request: Request) -> None:
    """Stop for good. What has been given stays given."""
    _act(donor, monthly_id, "stop", request)


def stop_for_donor(actor: Actor, monthly_id: str, reason_code: str, request: Request) -> None:
    """End a gift for a donor who asked finance to; the provider is told at once.

    reason_code: one of REASONS. What has been given stays given; giving a month back is the way
    of any gift (gift_returns.py). Raises Unknown, Conflict, Refused where it is over already,
    without a reason, and for anybody outside finance.
    """
    kept = reason_code if reason_code in REASONS else None
    with unit_of_work() as session:
        row = take(session, MonthlyGift, monthly_id, request)
        facts = {"reason_given": kept is not None}
        step(session, row, Step("stop_for_donor", actor, facts, request, reason_code=kept))


def stop_all(session: Session, donor: Actor, donor_id: str) -> list[MonthlyGift]:
    """Stop whatever a donor gives monthly, in the caller's unit; returns all their rows."""
    query = select(MonthlyGift).where(MonthlyGift.donor_id == donor_id).with_for_update()
    rows = list(session.scalars(query))
    for row in rows:
        if row.state in monthly_progress.STOPPABLE:
            step(session, row, Step("stop", donor, {}))
    return rows


def tell_provider(context: Context) -> None:
    """Have the provider's agreement made equal to ours, by a job of its own (the effect)."""
    row: MonthlyGift = context.subject
    jobs.enqueue(
        context.session, JOB, {"monthly_gift": row.id}, key=f"monthly:{context.key('tell')}",
        lane=Lane.STRIPE,
    )  # fmt: skip


def tell(monthly_id: str, key: str, complete: Complete | None = None) -> None:
    """Make the provider's agreement equal to ours, then record how it stands.

    For the worker, outside any transaction; may run again. key: of the job, handed on. complete:
    called in the last transaction. Raises ProviderUnavailable when the answer was lost.
    """
    row = db.session.get(MonthlyGift, monthly_id, populate_existing=True)
    agreement = None
    if row is not None and row.subscription is not None:
        subscription, state = row.subscription, row.state
        db.session.rollback()
        # Refused or unknown: it has moved on, and what counts is how it stands now.
        with suppress(ProviderUnknown, ProviderRefused):
            if state == "stopping":
                provider().stop_collecting(subscription)
            elif state in COLLECTS:
                provider().set_collecting(subscription, paused=COLLECTS[state], key=key)
        agreement = provider().retrieve(subscription)
    with unit_of_work() as session:
        if isinstance(agreement, Agreement):
            monthly_progress.follow(session, agreement)
        if complete is not None:
            complete(session)


def _act(donor: Actor, monthly_id: str, action: str, request: Request) -> None:
    with unit_of_work() as session:
        row = _own(session, donor, monthly_id, request)
        step(session, row, Step(action, donor, {}, request))


def _begun(session: Session, request_id: str) -> Begun | None:
    known = session.scalar(select(MonthlyGift.id).where(MonthlyGift.request_id == request_id))
    return None if known is None else Begun(known, "", None)


def _own(session: Session, donor: Actor, monthly_id: str, request: Request) -> MonthlyGift:
    found = session.get(MonthlyGift, monthly_id)
    if found is None or found.donor.holder_id != donor.ref:
        raise Unknown(monthly_id)
    return take(session, MonthlyGift, monthly_id, request)
