"""Gifts on their way back: asked for by finance, agreed to by the board, sent once.

The agreed amount is written down before the provider is asked, under a key of its own, and what
is booked is the provider's line (or the bank's), never our wish. Whatever gets lost on the way,
a return is sent once: before it is tried again, the provider is asked what has gone back.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from fund_app.adapters.clock import now
from fund_app.adapters.payments import Payment, ProviderRefused
from fund_app.extensions import db
from fund_app.models.donations import Donation, Method
from fund_app.models.events import Event
from fund_app.models.gift_returns import GiftReturn
from fund_app.models.jobs import Lane
from fund_app.models.ledger_accounts import GENERAL
from fund_app.models.monthly_gifts import MonthlyInvoice
from fund_app.models.stripe import PspObject
from fund_app.queries import gift_returns as reads
from fund_app.queries import ledger
from fund_app.services import donation_progress, gift_shares, jobs
from fund_app.services.donation_effects import BankLine
from fund_app.services.donation_rows import wait_for_turn
from fund_app.services.ledger_banks import AT_BANK, Through
from fund_app.services.notifications import notify_role
from fund_app.services.stripe_inbox import provider
from fund_app.services.transition import INTERNAL, Request, Step, Unknown, step, take
from fund_app.services.unit import unit_of_work
from workflows import gift_policy
from workflows.catalogue import workflow
from workflows.engine import Refused, fire
from workflows.roles import Actor, Role

JOB = "gift_return"
"""Kind of the job that asks the provider to give an amount back; its payload is {"return": id}."""
REASONS = ("donor_asked", "given_twice", "source_doubtful", "wrong_amount", "other")
"""Codes of why a gift goes back."""
DEAD = frozenset({"failed", "canceled"})

Complete = Callable[[Session], None]


class TooMuch(Exception):
    """More would go back than is left of the gift; `left` says how much that is."""

    def __init__(self, left: int) -> None:
        """Keep what is left, in minor units."""
        super().__init__("too_much")
        self.left = left


class UnderWay(Exception):
    """Another return of the same gift is under way; one at a time."""


class LineTaken(Exception):
    """The bank's line with this number is recorded already."""


@dataclass(frozen=True, slots=True)
class Wish:
    """What is to go back: positive minor units, and the code of why."""

    amount: int
    reason_code: str


def accept(actor: Actor, donation_id: str, request: Request, *, is_source_known: bool) -> None:
    """Accept a gift that was held, after somebody has looked into it; Refused otherwise.

    A gift from a hostile source is never accepted: the board gives it back.
    """
    with unit_of_work() as session:
        gift = take(session, Donation, donation_id, request)
        if _under_way(session, gift.id) is not None:
            raise UnderWay
        is_clean = is_source_known and not _is_hostile(session, gift)
        step(session, gift, Step("accept", actor, {"gift_clean": is_clean}, request))


def ask(actor: Actor, donation_id: str, wish: Wish, request: Request) -> str:
    """Ask the board to agree that an amount of an accepted gift goes back; returns the id.

    The very same wish again is the same return. Raises Unknown, Conflict, Refused (the gift is
    not accepted, or somebody else's office), TooMuch, UnderWay.
    """
    with unit_of_work() as session:
        gift = take(session, Donation, donation_id, Request(None, request.step_seen))
        known = _under_way(session, gift.id)
        if known is not None:
            return _same(known, actor, wish)
        left = reads.left_of(session, gift.id)
        if not 0 < wish.amount <= left:
            raise TooMuch(left)
        _require_step(gift, _action(wish.amount, left), actor)
        row = _new(gift, "refund", wish, actor, "asked")
        session.add(row)
        notify_role(session, Role.BOARD_MEMBER)
        return row.id


def agree(actor: Actor, return_id: str) -> None:
    """Agree, as a member of the board who is not who asked; what was agreed is sent now.

    Refused where the workflow refuses the step: no second person, no office, or the fund has
    spent the money already. Doing it twice changes nothing.
    """
    with unit_of_work() as session:
        row, gift = _locked(session, return_id)
        if row.state == "agreed" and row.answered_by == actor.ref:
            return
        _require_state(row, "asked")
        left = reads.left_of(session, gift.id)
        if row.amount > left:
            raise TooMuch(left)
        facts = {"co_signer": actor, "refund_covered": _is_covered(gift, row.amount)}
        definition = workflow(gift.workflow, gift.workflow_version)
        fire(definition, gift, _action(row.amount, left), _asker(row), facts)
        row.state, row.answered_by, row.answered_on = "agreed", actor.ref, now().date()
        _hand_over(session, gift, row)


def decline(actor: Actor, return_id: str) -> None:
    """Do not agree; the gift stays as it is. Refused for who asked: they take it back instead."""
    with unit_of_work() as session:
        row, _gift = _locked(session, return_id)
        if row.state == "declined" and row.answered_by == actor.ref:
            return
        _require_state(row, "asked")
        if actor.ref == row.asked_by or not actor.has_any(frozenset({Role.BOARD_MEMBER})):
            raise Refused("second_person_missing", {"action": "decline"})
        row.state, row.answered_by, row.answered_on = "declined", actor.ref, now().date()
        notify_role(session, Role.FINANCE_OFFICER)


def withdraw(actor: Actor, return_id: str) -> None:
    """Take a wish back that nobody has agreed to yet; anybody of finance may."""
    with unit_of_work() as session:
        row, _gift = _locked(session, return_id)
        if row.state == "withdrawn":
            return
        _require_state(row, "asked")
        if not actor.has_any(frozenset({Role.FINANCE_OFFICER})):
            raise Refused("wrong_role", {"action": "withdraw"})
        row.state = "withdrawn"


def refuse(actor: Actor, donation_id: str, reason_code: str, request: Request) -> str:
    """Refuse a held gift, as the board: all that is left of it goes back. Returns the id.

    The gift is refused once the money has gone; until then it stays held. Raises Unknown,
    Conflict, UnderWay, TooMuch (nothing is left), Refused without a reason of REASONS.
    """
    kept = reason_code if reason_code in REASONS else None
    with unit_of_work() as session:
        gift = take(session, Donation, donation_id, Request(None, request.step_seen))
        left = reads.left_of(session, gift.id)
        wish = Wish(left, kept or "other")
        known = _under_way(session, gift.id)
        if known is not None:
            return _same(known, actor, wish)
        definition = workflow(gift.workflow, gift.workflow_version)
        fire(definition, gift, "refuse", actor, {"reason_given": kept is not None})
        if left <= 0:
            raise TooMuch(left)
        row = _new(gift, "refuse", wish, actor, "agreed")
        session.add(row)
        session.flush()
        _hand_over(session, gift, row)
        return row.id


def record_sent(
    actor: Actor, return_id: str, *, line: str, day: date, through: Through = AT_BANK
) -> None:
    """Record the bank's line by which an agreed amount of a bank gift went back, and book it.

    Raises Unknown, LineTaken, Refused where nothing waits to be sent back by bank.
    """
    with unit_of_work() as session:
        wait_for_turn(session, GENERAL)
        row, gift = _locked(session, return_id)
        if row.state == "done" and row.bank_line == line:
            return
        _require_state(row, "agreed")
        if gift.method != Method.BANK_TRANSFER or not actor.has_any(
            frozenset({Role.FINANCE_OFFICER})
        ):
            raise Refused("wrong_role", {"action": "record_sent"})
        if session.scalar(select(GiftReturn.id).where(GiftReturn.bank_line == line)) is not None:
            raise LineTaken(line)
        action = _action(row.amount, reads.left_of(session, gift.id))
        row.state, row.bank_line, row.done_on = "done", line, day
        session.flush()
        data = BankLine(row.amount, row.currency, day, line, through)
        who, facts = donation_progress.decided_by(row)
        if row.kind == "refuse":
            action = "refuse"
        wish = Step(action, who, facts, INTERNAL, reason_code=row.reason_code, data=data)
        step(session, gift, wish)


def send(return_id: str, complete: Complete | None = None) -> None:
    """Ask the provider to give an agreed amount back, once, and book what it has done.

    For the worker, outside any transaction; may run again after any failure. complete: called
    in the last transaction. Raises ProviderUnavailable when the answer was lost.
    """
    row = db.session.get(GiftReturn, return_id, populate_existing=True)
    payment = None
    if row is not None and row.state == "agreed":
        payment = _give_back(row)
    with unit_of_work() as session:
        if payment is not None:
            donation_progress.follow(session, payment)
        if complete is not None:
            complete(session)


def _give_back(row: GiftReturn) -> Payment | None:
    """Send the money unless it has gone already; None where the provider will not."""
    return_id, amount = row.id, row.amount
    objects = _objects(row.donation_id)
    charge, since = objects["charge"], _note_sending(return_id)
    taken = set(db.session.scalars(select(GiftReturn.provider_id)))
    gone = [
        refund
        for refund in provider().refunds_of(charge)
        if refund.amount == amount
        and refund.created >= since - donation_progress.CLOCKS_DIFFER
        and refund.id not in taken
        and refund.status not in DEAD
    ]
    if not gone:
        try:
            provider().create_refund(charge, amount, return_id)
        except ProviderRefused:
            _fail(return_id)
            return None
    return provider().retrieve_payment(objects["home"])


def _note_sending(return_id: str) -> datetime:
    """Write down when the provider was first asked, before it is asked."""
    with unit_of_work() as session:
        row, _gift = _locked(session, return_id)
        row.sent_at = row.sent_at or now()
        return row.sent_at


def _fail(return_id: str) -> None:
    with unit_of_work() as session:
        row, _gift = _locked(session, return_id)
        if row.state == "agreed":
            row.state = "failed"
            notify_role(session, Role.FINANCE_OFFICER)


def _objects(donation_id: str) -> dict[str, str]:
    query = select(PspObject.kind, PspObject.id).where(
        PspObject.donation_id == donation_id, PspObject.kind.in_(("charge", "checkout.session"))
    )
    found = {row.kind: row.id for row in db.session.execute(query)}
    month = select(MonthlyInvoice.id).where(MonthlyInvoice.donation_id == donation_id)
    home = found.get("checkout.session") or db.session.scalar(month)
    return {**found, "home": str(home)}


def _hand_over(session: Session, gift: Donation, row: GiftReturn) -> None:
    if gift.method == Method.CARD:
        jobs.enqueue(session, JOB, {"return": row.id}, key=f"return:{row.id}", lane=Lane.STRIPE)
    notify_role(session, Role.FINANCE_OFFICER)


def _locked(session: Session, return_id: str) -> tuple[GiftReturn, Donation]:
    """Lock the gift first and its return second, as everybody does."""
    known = session.scalar(select(GiftReturn.donation_id).where(GiftReturn.id == return_id))
    if known is None:
        raise Unknown(return_id)
    gift = take(session, Donation, known, INTERNAL)
    row = session.get_one(GiftReturn, return_id, with_for_update=True, populate_existing=True)
    return row, gift


def _under_way(session: Session, donation_id: str) -> GiftReturn | None:
    query = select(GiftReturn).where(
        GiftReturn.donation_id == donation_id, GiftReturn.state.in_(("asked", "agreed"))
    )
    return session.scalar(query.with_for_update())


def _same(known: GiftReturn, actor: Actor, wish: Wish) -> str:
    if (known.asked_by, known.amount, known.reason_code) != (
        actor.ref, wish.amount, wish.reason_code,
    ):  # fmt: skip
        raise UnderWay
    return known.id


def _new(gift: Donation, kind: str, wish: Wish, actor: Actor, state: str) -> GiftReturn:
    if wish.reason_code not in REASONS:
        raise Refused("reason_missing", {"action": kind})
    return GiftReturn(
        donation_id=gift.id,
        kind=kind,
        amount=wish.amount,
        currency=gift.currency,
        reason_code=wish.reason_code,
        state=state,
        asked_by=actor.ref,
        asked_on=now().date(),
    )


def _action(amount: int, left: int) -> str:
    return "refund" if amount >= left else "refund_partly"


def _require_step(gift: Donation, action: str, actor: Actor) -> None:
    definition = workflow(gift.workflow, gift.workflow_version)
    row = definition.step_of.get((action, gift.state))
    if row is None:
        raise Refused("wrong_state", {"action": action, "state": gift.state})
    if not actor.has_any(frozenset(row.by_roles)):
        raise Refused("wrong_role", {"action": action, "state": gift.state})


def _require_state(row: GiftReturn, state: str) -> None:
    if row.state != state:
        raise Refused("wrong_state", {"action": "return", "state": row.state})


def _is_hostile(session: Session, gift: Donation) -> bool:
    held = select(Event.id).where(
        Event.chain == "donation",
        Event.subject_id == gift.id,
        Event.action == "screen_hit",
        Event.reason_code == gift_policy.HOSTILE,
    )
    return session.scalar(held) is not None


def _is_covered(gift: Donation, amount: int) -> bool:
    shares = gift_shares.going_back(gift, amount)
    return all(
        ledger.position(fund, gift.currency).available >= share for fund, share in shares.items()
    )


def _asker(row: GiftReturn) -> Actor:
    return Actor(row.asker.id, row.asker.roles)
