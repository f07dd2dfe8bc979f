"""What an applicant does with an offer and afterwards, on their own case."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from fund_app.adapters.clock import now
from fund_app.models.applications import Application
from fund_app.models.documents import letter_id
from fund_app.models.events import Event
from fund_app.models.people import Person, RoleGrant
from fund_app.models.sealed import Compartment
from fund_app.services import (
    applications,
    cases,
    casework,
    clocks,
    disbursements,
    documents,
    intake,
    messages,
    vault,
)
from fund_app.services.documents import Opened
from fund_app.services.intake import AnswerText
from fund_app.services.transition import Request
from fund_app.services.unit import unit_of_work
from fund_app.services.vault import SignedIn
from workflows.engine import Refused
from workflows.roles import Role

PAYERS = (Role.FINANCE_OFFICER, Role.TREASURER)
CHANNEL = "payout_channel"
REFUSED = "rejected"
TOO_LATE = "appeal_too_late"
NO_APPEAL = frozenset({TOO_LATE, "appeal_not_allowed"})
"""The refusals of an appeal that are told beforehand; a hold must not show on the page."""


@dataclass(frozen=True, slots=True)
class AppealOutlook:
    """What a refused person can expect: an appeal, or the code of why there is none."""

    refusal: str | None = None


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


def read_letter(actor: SignedIn, document_id: str, request: Request) -> Opened:
    """Return a letter; the first look at the letter of a standing refusal notes its arrival.

    From that moment the time to appeal runs. No other document starts it. Raises Unknown
    where the letter is not the actor's.
    """
    opened = documents.read(actor, document_id)
    with unit_of_work() as session:
        application = cases.own(session, actor)
        if document_id == _standing_refusal(session, application):
            with suppress(Refused):  # it reached the person before
                applications.notice_reached(actor, application.id, Request(request.id))
    return opened


def appeal(actor: SignedIn, text: str, request: Request) -> None:
    """Appeal against the refusal of one's own case; a text is sealed as a message.

    text: may be empty, no reasons are needed. Raises Refused where the rules offer no appeal
    or its time is over, Conflict, Unknown.
    """
    with unit_of_work() as session:
        application = cases.own(session, actor)
        if _has_lapsed(session, application):
            raise Refused(TOO_LATE, {"state": application.state})
        applications.appeal(actor, application.id, request)
        if text.strip():
            messages.add_note(session, actor.ring, application.id, text, sender=messages.APPLICANT)


def appeal_outlook(session: Session, application: Application, actor: SignedIn) -> AppealOutlook:
    """Return whether an appeal is open to a person whose case was refused, or why it is not."""
    if _has_lapsed(session, application):
        return AppealOutlook(TOO_LATE)
    late = clocks.overdue(session, application.id)
    options = casework.offered_to(session, application, actor, {"ran_out": late})
    found = next(option for option in options if option.action == "appeal")
    return AppealOutlook(next((code for code in found.refusals if code in NO_APPEAL), None))


def may_ask_for_appeal(session: Session, application: Application) -> bool:
    """Whether a refusal stands, or has become final because nobody appealed in time."""
    return application.state == REFUSED or _has_lapsed(session, application)


def _has_lapsed(session: Session, application: Application) -> bool:
    last = select(Event.action).where(
        Event.chain == application.workflow, Event.subject_id == application.id
    )
    action = session.scalar(last.order_by(Event.step.desc()).limit(1))
    return application.state == "rejected_final" and action == "appeal_window_over"


def _standing_refusal(session: Session, application: Application) -> str | None:
    """Return the id of the letter of the refusal a case stands at, or None where it has none."""
    if application.state != REFUSED:
        return None
    steps = select(Event.step).where(
        Event.chain == application.workflow,
        Event.subject_id == application.id,
        Event.dest == REFUSED,
        Event.source != REFUSED,
    )
    step = session.scalar(steps.order_by(Event.step.desc()).limit(1))
    return letter_id(f"{application.id}:{step}:make_letter", "refusal_letter")
