"""Channels that are stopped: after a freeze at a recipient, until two people lift the stop.

A stop is for a group of countries: the exact country is sealed, and a freeze in one country is a
warning for its neighbours. Whatever was to go this way there and has not left is held.
"""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import select
from sqlalchemy.orm import Session

from fund_app.adapters.clock import now
from fund_app.models.applications import Application
from fund_app.models.batches import PayoutBatch, PayoutLine
from fund_app.models.channels import ChannelStop
from fund_app.models.disbursements import Disbursement
from fund_app.models.events import HOUSE, HOUSE_ID
from fund_app.models.types import new_ref
from fund_app.services import audit, batch_locks, channels, disbursements
from fund_app.services.notifications import Pace, notify_role
from fund_app.services.transition import INTERNAL
from fund_app.services.unit import unit_of_work
from workflows.channels import ANY, UNKNOWN
from workflows.roles import SYSTEM, Actor, Role

BEFORE = ("ready", "payee_checked", "part_authorised")
"""States in which a payment is put on hold; one signed by two is called back."""
RELEASED, IN_A_FILE = "authorised", "exported"
OUT = ("exported", "sent")
"""States in which money may be on its way: what goes there is called back."""
REACHED = (*BEFORE, RELEASED, *OUT)
"""All that a stop reaches: their cases are locked at once, before anything is written."""
TREASURY = frozenset({Role.FINANCE_OFFICER, Role.TREASURER})
SECURITY = frozenset({Role.SECURITY_LEAD})
SIGNERS = TREASURY | SECURITY


class ChannelRefused(Exception):
    """A word about a channel cannot be signed; `code` says why, for the page to explain."""

    def __init__(self, code: str) -> None:
        """Carry a code only."""
        super().__init__(code)
        self.code = code


def stop(session: Session, actor: Actor, region: str, channel: str) -> ChannelStop:
    """Stop a way in a group of countries, in the caller's step; already stopped stays so.

    Payments that have not left are held, those that may be out are called back. Their case
    leads are told that something waits, and no more; finance and the security lead look.
    """
    _take_cases(session, _going(session, region, channel, REACHED))
    statement = select(ChannelStop).where(
        ChannelStop.region == region,
        ChannelStop.channel == channel,
        ChannelStop.state == "stopped",
    )
    row = session.scalar(statement)
    if row is None:
        row = ChannelStop(
            id=new_ref(),
            region=region,
            channel=channel,
            stopped_by_id=actor.ref,
            stopped_on=now().date(),
        )
        session.add(row)
        session.flush()
        note(session, actor, "channel_stopped", f"{region}:{channel}")
    row.held += hold(session, actor, region, channel)
    call_back(session, actor, region, channel)
    for role in (Role.SECURITY_LEAD, Role.FINANCE_OFFICER):
        notify_role(session, role)
    return row


def hold(session: Session, actor: Actor, region: str, channel: str) -> int:
    """Hold what is to go a way in a group of countries and has not left; return how many.

    region: a group, or ANY for everywhere; a payment of which nobody knows where it is
    received counts to each group. The reason is `way_unsafe`; signatures are void. What stands
    in a file that has not left this house is taken out of it, so that the file can only be
    refused; its other payments wait again then.
    """
    stopper, held = Actor(actor.ref, SECURITY), 0
    ids = _going(session, region, channel, (*BEFORE, RELEASED, IN_A_FILE))
    _take_cases(session, ids)
    here = _in_files_here(session, ids)
    for payment_id in ids:
        payment, application = disbursements.locked(session, payment_id, INTERNAL)
        if payment.state == IN_A_FILE and payment_id in here:
            never = {"file_never_taken": True}
            disbursements.fire(session, payment, application, "take_back", SYSTEM, given=never)
        if payment.state not in {*BEFORE, RELEASED}:
            continue
        action = "recall" if payment.state == RELEASED else "safety_block"
        _stop_payment(session, payment, application, action, stopper)
        held += 1
    return held


def call_back(session: Session, actor: Actor, region: str, channel: str) -> int:
    """Call back what has left on a way, or may have, and no bank has shown; return how many.

    Each becomes `unknown`: finance asks the bank, the partner or the agent within the look-up's
    time whether it can be stopped, and nothing is sent again meanwhile. It is left on the bank's
    word, by two people, or on the word of the person, whom the money may have reached.
    """
    stopper, called = Actor(actor.ref, SECURITY), 0
    for payment_id in _going(session, region, channel, OUT):
        payment, application = disbursements.locked(session, payment_id, INTERNAL)
        if payment.state in OUT and payment.confirmed_on is None:
            _stop_payment(session, payment, application, "recall", stopper)
            called += 1
    if called:
        notify_role(session, Role.FINANCE_OFFICER, pace=Pace.URGENT)
    return called


def take_cases(session: Session, disbursement_id: str) -> None:
    """Lock the cases a stop of a payment's way would reach, its own among them, in one order.

    Whoever locks a case and then reports a freeze in it asks for this first; of an unknown
    payment nothing is locked.
    """
    payment = session.get(Disbursement, disbursement_id)
    if payment is not None:
        ids = _going(session, payment.receipt_region, payment.channel, REACHED)
        _take_cases(session, [*ids, disbursement_id])


def _take_cases(session: Session, payment_ids: Sequence[str]) -> None:
    cases = select(Disbursement.application_id).where(Disbursement.id.in_(payment_ids))
    batch_locks.take_cases(session, cases)


def hold_again(
    session: Session, actor: Actor, payment: Disbursement, application: Application
) -> bool:
    """Hold a released payment whose way is not safe any more; return whether it was.

    For what was called back or stood in a file and, as is known by now, never left: it would
    wait for ever to be sent. Its lead is told, and two people release it or another way is named.
    """
    if payment.state != RELEASED or channels.is_allowed(
        session, channels.kept(payment), payment.channel
    ):
        return False
    _stop_payment(session, payment, application, "recall", Actor(actor.ref, SECURITY))
    return True


def _stop_payment(
    session: Session, payment: Disbursement, application: Application, action: str, actor: Actor
) -> None:
    given = {"reason_given": True, "case_is_held": True}
    disbursements.fire(
        session, payment, application, action, actor, given=given, reason_code="way_unsafe"
    )


def _going(session: Session, region: str, channel: str, states: Sequence[str]) -> list[str]:
    """Return the payments of a way in a group of countries, in the order of locks."""
    statement = select(Disbursement.id).where(
        Disbursement.channel == channel, Disbursement.state.in_(states)
    )
    if region != ANY:
        statement = statement.where(Disbursement.receipt_region.in_((region, UNKNOWN)))
    order = (Disbursement.application_id, Disbursement.id)
    return list(session.scalars(statement.order_by(*order)))


def _in_files_here(session: Session, payment_ids: Sequence[str]) -> set[str]:
    """Lock the files of these payments that have not left, and return which stand in one."""
    lines = select(PayoutLine.batch_id).where(
        PayoutLine.disbursement_id.in_(payment_ids), PayoutLine.answer.is_(None)
    )
    batches = select(PayoutBatch).where(
        PayoutBatch.id.in_(lines), PayoutBatch.state.in_(("prepared", "released"))
    )
    locked = batches.order_by(PayoutBatch.id).with_for_update()
    found = session.scalars(locked.execution_options(populate_existing=True))
    return {line.disbursement_id for batch in found for line in batch.lines}


def propose_lift(actor: Actor, stop_id: str) -> None:
    """Propose to lift a stop, as the first of two.

    Raises LookupError for an unknown stop, ChannelRefused: not_a_signer, lifted, proposed.
    """
    with unit_of_work() as session:
        require_signer(actor)
        row = _open_stop(session, stop_id)
        if row.proposed_by_id is not None:
            raise ChannelRefused("proposed")
        row.proposed_by_id, row.proposed_on = actor.ref, now().date()
        note(session, actor, "channel_lift_proposed", f"{row.region}:{row.channel}")
        for role in (Role.SECURITY_LEAD, Role.FINANCE_OFFICER):
            notify_role(session, role)


def lift(actor: Actor, stop_id: str) -> None:
    """Lift a stop, as the second of two; what was held stays held until it is released.

    The treasury signs one half and the security lead the other. Raises LookupError,
    ChannelRefused: not_a_signer, lifted, not_proposed, same_person, other_side.
    """
    with unit_of_work() as session:
        require_signer(actor)
        row = _open_stop(session, stop_id)
        if row.proposed_by is None:
            raise ChannelRefused("not_proposed")
        require_other_half(actor, row.proposed_by.id, row.proposed_by.roles)
        row.state, row.lifted_by_id, row.lifted_on = "lifted", actor.ref, now().date()
        note(session, actor, "channel_lifted", f"{row.region}:{row.channel}")


def take_back_lift(actor: Actor, stop_id: str) -> None:
    """Withdraw a proposal to lift a stop; raises as above."""
    with unit_of_work() as session:
        require_signer(actor)
        row = _open_stop(session, stop_id)
        row.proposed_by_id = row.proposed_on = None
        note(session, actor, "channel_lift_withdrawn", f"{row.region}:{row.channel}")


def _open_stop(session: Session, stop_id: str) -> ChannelStop:
    row = session.get(ChannelStop, stop_id, with_for_update=True)
    if row is None:
        raise LookupError(stop_id)
    if row.state != "stopped":
        raise ChannelRefused("lifted")
    return row


def require_signer(actor: Actor) -> None:
    """Want somebody of the treasury or the security lead."""
    if not actor.has_any(SIGNERS):
        raise ChannelRefused("not_a_signer")


def require_other_half(actor: Actor, first: str, first_roles: frozenset[Role]) -> None:
    """Want another person, so that treasury and security have signed one half each."""
    if actor.ref == first:
        raise ChannelRefused("same_person")
    across = (first_roles & TREASURY and actor.has_any(SECURITY)) or (
        first_roles & SECURITY and actor.has_any(TREASURY)
    )
    if not across:
        raise ChannelRefused("other_side")


def note(session: Session, actor: Actor, action: str, about: str) -> None:
    """Record a word about a channel in the house's chain."""
    role = min(actor.roles & SIGNERS or actor.roles)
    audit.record(session, HOUSE, HOUSE_ID, action, actor=actor, role=role, reason_code=about)
