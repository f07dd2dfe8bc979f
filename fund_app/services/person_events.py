"""What happens to a person: an arrest, a hospital, a death; and what they wished for that case.

The first signature under a continuation or an end is given through applications.sign_first, by
a member of the panel or of the board; here the coordinator who leads the case acts.
"""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy.orm import Session

from fund_app.models.applications import Application
from fund_app.queries import answers
from fund_app.services import disbursement_changes, payees
from fund_app.services.casework import Deed, carry_out
from fund_app.services.intake import AnswerText
from fund_app.services.transition import Request, take
from fund_app.services.unit import unit_of_work
from fund_app.services.vault import SignedIn
from workflows.roles import Actor

DIRECTIVE = "will_pay"
"""The answer that says who is to receive the help."""

BEFORE_ACCEPTANCE = ("approved", "offered")


def record(actor: Actor, application_id: str, *, sources: int, request: Request) -> None:
    """Note that something has happened to the person, as at least two sources report.

    The case stands still, apart from what the person wished for such a moment.
    """
    carry_out(actor, application_id, Deed("person_event", {"sources": sources}), request)


def continue_as_wished(
    actor: SignedIn, application_id: str, payee: Sequence[AnswerText], request: Request
) -> None:
    """Go on as the directive says, as the second person beside a member of the panel.

    payee: the answers of block PAY as the directive names them, not looked at where
    `needs_payee` says so. Before an offer was accepted they make the payment; later every
    payment that has not left goes to them, checked and signed anew. Refused without a directive,
    and (money_on_its_way) while a payment of the case may be out: it is called back first.
    """
    with unit_of_work() as session:
        application = take(session, Application, application_id, request)
        facts = told(session, application_id)
        way = None
        if needs_payee(session, application):
            way = payees.name_payee(session, application, payee)
        carry_out(actor, application_id, Deed("directive_continue", facts, data=way), request)


def decide_again(actor: SignedIn, application_id: str, request: Request) -> None:
    """Put a case to a new panel, as urgent as a life, where the person left no directive."""
    with unit_of_work() as session:
        take(session, Application, application_id, request)
        facts = told(session, application_id)
        carry_out(actor, application_id, Deed("directive_redecide", facts), request)


def end(actor: Actor, application_id: str, *, confirmed: bool, request: Request) -> None:
    """End a case after a death or at the family's wish, beside a member of the board.

    Nothing is ever sent to the person again; what was reserved is free.
    """
    deed = Deed("directive_close", {"stop_confirmed": confirmed})
    carry_out(actor, application_id, deed, request)


def needs_payee(session: Session, application: Application) -> bool:
    """Whether going on as wished asks who is paid: money of the case has yet to leave."""
    if application.state in BEFORE_ACCEPTANCE:
        return True
    return disbursement_changes.may_be_renamed(session, application.id)


def told(session: Session, application_id: str) -> dict[str, bool]:
    """Return what steps about a person event ask for; needs no key, the wish stays sealed."""
    return {"directive_exists": DIRECTIVE in answers.given(session, application_id)}
