"""What an applicant does with an offer and afterwards, on their own case."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import select
from sqlalchemy.orm import Session

from fund_app.adapters.clock import now
from fund_app.models.people import Person, RoleGrant
from fund_app.models.sealed import Compartment
from fund_app.services import applications, cases, disbursements, intake, messages, vault
from fund_app.services.intake import AnswerText
from fund_app.services.transition import Request
from fund_app.services.unit import unit_of_work
from fund_app.services.vault import SignedIn
from workflows.roles import Role

PAYERS = (Role.FINANCE_OFFICER, Role.TREASURER)
CHANNEL = "payout_channel"


def accept(actor: SignedIn, payee: Sequence[AnswerText], request: Request) -> None:
    """Accept the offer: seal who is paid and how, let finance read that, take the step.

    payee: the answers of block PAY, the channel among them. Raises what applications.accept
    refuses (a channel that is not allowed, money under way), Conflict, Unknown.
    """
    with unit_of_work() as session:
        application = cases.open_case_of(session, actor)
        intake.save(actor, payee)
        vault.grant(actor.ring, application.id, Compartment.PAYOUT, *payers(session))
        channel = next(each.text for each in payee if each.question == CHANNEL)
        details = {each.question: each.text for each in payee}
        disbursements.choose_channel(actor, application.id, channel, details, request)


def payers(session: Session) -> list[str]:
    """Return the ids of everybody who makes payments and still works here."""
    statement = (
        select(Person.id)
        .join(RoleGrant, RoleGrant.person_id == Person.id)
        .where(RoleGrant.role.in_(PAYERS), Person.disabled_on.is_(None))
        .distinct()
        .order_by(Person.id)
    )
    return list(session.scalars(statement))


def decline(actor: SignedIn, request: Request) -> None:
    """Decline the offer; the case ends and the money is free again."""
    with unit_of_work() as session:
        applications.decline_offer(actor, cases.own(session, actor).id, request)


def withdraw(actor: SignedIn, request: Request) -> None:
    """End the case at the person's wish; no reason is asked for."""
    with unit_of_work() as session:
        applications.withdraw(actor, cases.own(session, actor).id, request)


def confirm_receipt(
    actor: SignedIn, disbursement_id: str, code_word: str, request: Request
) -> None:
    """Confirm with the word only the person knows that the money has come."""
    with unit_of_work() as session:
        application = cases.own(session, actor)
        application.touched_on = now().date()
        disbursements.confirm_receipt(actor, application.id, disbursement_id, code_word, request)


def report(actor: SignedIn, text: str, request: Request) -> None:
    """Send the light report as a sealed message and take the step."""
    with unit_of_work() as session:
        application = cases.open_case_of(session, actor)
        messages.add_note(session, actor.ring, application.id, text, sender=messages.APPLICANT)
        application.touched_on = now().date()
        applications.submit_report(actor, application.id, given=True, request=request)
