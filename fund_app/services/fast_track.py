"""The fast track: two officers help within hours, the panel says afterwards whether rightly.

What they give stands whatever the panel says; only the officers answer for it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from sqlalchemy import delete, func, select
from sqlalchemy.orm import Session

from fund_app.models.applications import Application, AwardLine
from fund_app.models.events import Event
from fund_app.models.sealed import Compartment
from fund_app.queries import coverage
from fund_app.services import payees, votes
from fund_app.services.casework import Deed, carry_out
from fund_app.services.intake import AnswerText
from fund_app.services.transition import Request, take
from fund_app.services.unit import unit_of_work
from fund_app.services.vault import SignedIn
from workflows.engine import Refused
from workflows.roles import Actor

PROPOSE = "propose_fast_track"


@dataclass(frozen=True, slots=True)
class Grant:
    """What is given at once: minor units per line of the redacted file, and who is paid how."""

    amounts: tuple[int, ...]
    payee: Sequence[AnswerText] = field(repr=False)


def propose(actor: Actor, application_id: str, amount: int, request: Request) -> None:
    """Sign first for an amount (minor units); the case does not move yet.

    Refused above the cap, outside of danger to life, without any sign that supports the account.
    """
    deed = Deed(PROPOSE, {"amount": amount}, reason_code=_code(amount))
    carry_out(actor, application_id, deed, request)


def decide(actor: SignedIn, application_id: str, grant: Grant, request: Request) -> None:
    """Sign second for the amount proposed: reserve it, plan its payment, call the panel.

    The lines are those of the redacted file, which must be written; what is not given now stays
    to be decided. Raises Refused (another amount than proposed counts as no first signature),
    ValueError for amounts that do not fit the lines, Unknown, Conflict.
    """
    with unit_of_work() as session:
        application = take(session, Application, application_id, request)
        if not actor.ring.opens(application.id, Compartment.REVIEW):
            raise Refused("redaction_missing", {"action": "fast_track"})
        _write_award(session, application, actor, grant.amounts)
        amount = sum(grant.amounts)
        facts = {"officers": _officers(session, application, actor, amount)}
        way = payees.name_payee(session, application, grant.payee)
        deed = Deed("fast_track", facts, reason_code=_code(amount), data=way)
        carry_out(actor, application_id, deed, request)


def _code(amount: int) -> str:
    return f"amount_{amount}"


def _officers(
    session: Session, application: Application, actor: Actor, amount: int
) -> frozenset[str]:
    """Return who acts and one other who has proposed exactly this amount.

    What was proposed before the case was last opened again was about another danger.
    """
    reopened = select(func.coalesce(func.max(Event.step), 0)).where(
        Event.chain == application.workflow,
        Event.subject_id == application.id,
        Event.action == "reopen",
    )
    statement = select(Event.actor_ref).where(
        Event.chain == application.workflow,
        Event.subject_id == application.id,
        Event.action == PROPOSE,
        Event.reason_code == _code(amount),
        Event.actor_ref != actor.ref,
        Event.step > reopened.scalar_subquery(),
    )
    first = session.scalar(statement.order_by(Event.step).limit(1))
    return frozenset({actor.ref} if first is None else {actor.ref, first})


def _write_award(
    session: Session, application: Application, actor: SignedIn, amounts: Sequence[int]
) -> None:
    lines = votes.file_lines(session, application.id, actor)
    pairs = list(zip(lines, amounts, strict=True))
    if any(not 0 <= amount <= line["amount"] for line, amount in pairs):
        raise ValueError("an amount does not fit its line")
    session.execute(delete(AwardLine).where(AwardLine.application_id == application.id))
    for number, (line, amount) in enumerate(pairs, start=1):
        session.add(
            AwardLine(
                application_id=application.id,
                line=number,
                category=line["category"],
                requested=line["amount"],
                awarded=amount,
                currency=application.currency,
            )
        )
    application.awarded = sum(amounts)
    application.fund_code = coverage.fund_with(
        session, application.programme, application.awarded, application.currency
    )
    session.flush()
    session.expire(application, ["award_lines"])
