"""What follows from the steps of an application, in the transaction of the step."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from fund_app.models.applications import CHECKS, Answer, Application, VerificationCheck
from fund_app.models.ballots import Ballot, Seat
from fund_app.models.clocks import Clock
from fund_app.models.documents import Document
from fund_app.models.ledger import GrantCommitment, Tranche, TrancheState
from fund_app.models.messages import Message
from fund_app.services import (
    application_facts,
    ballots,
    budgets,
    clocks,
    disbursement_ends,
    disbursements,
    jobs,
    ledger_grants,
    messages,
    sessions,
    vault,
)
from fund_app.services.ledger import Overspent
from fund_app.services.ledger_facts import Origin
from fund_app.services.notifications import Audience, Pace, notify_people, notify_role
from fund_app.services.transition import Context
from workflows.engine import Refused
from workflows.erasures import due_on
from workflows.roles import Role

MAKE_LETTER = "make_letter"
SOURCE = "application"


@dataclass(frozen=True, slots=True)
class CheckResult:
    """What a verification check found: kind, status, level (V0 to V4)."""

    kind: str
    status: str
    level: int
    note: str = ""


def pin_rules(context: Context) -> None:
    """Remember the day the case came; the rules it is bound to were written with the step."""
    context.subject.submitted_on = context.moment.date()


def notify_duty(context: Context) -> None:
    """Tell the desk that something waits, without content."""
    notify_role(context.session, Role.COORDINATOR, pace=Pace.URGENT)


def tell_coordinator(context: Context) -> None:
    """Tell the desk that a promise is being broken."""
    notify_role(context.session, Role.COORDINATOR, pace=Pace.URGENT)


def tell_board(context: Context) -> None:
    """Tell the board that there is something for it to look at."""
    notify_role(context.session, Role.BOARD_MEMBER)


def alert_security_lead(context: Context) -> None:
    """Tell the security lead, without content."""
    notify_role(context.session, Role.SECURITY_LEAD, pace=Pace.URGENT)


def notify_lead(context: Context) -> None:
    """Tell who leads the case, or the desk while nobody does."""
    application = application_of(context)
    if application.lead_id is None:
        notify_role(context.session, Role.COORDINATOR)
    else:
        notify_people(context.session, [application.lead_id], Audience.DESK)


def notify_applicant(context: Context) -> None:
    """Leave the neutral sign on the return page that something is new there.

    Nothing is sent: applicants come to the fund, the fund does not come to them.
    """
    application_of(context).touched_on = context.moment.date()


def application_of(context: Context) -> Application:
    """Return the case a step belongs to, be it its own or a child's."""
    if isinstance(context.subject, Application):
        return context.subject
    return context.session.get_one(Application, context.subject.application_id)


def shred_draft(context: Context) -> None:
    """Destroy the draft's keys first, then what they sealed; a row without answers stays."""
    application: Application = context.subject
    vault.erase_case(application.id)
    for model in (Answer, Document, Message):
        for row in context.session.scalars(
            select(model).where(model.application_id == application.id)
        ):
            context.session.delete(row)


def assign_lead(context: Context) -> None:
    """Make the coordinator named, or the one acting, the case lead."""
    context.subject.lead_id = context.data or context.actor.ref


def set_band(context: Context) -> None:
    """Record the urgency band; a case decided again after an event is about a life."""
    if context.event.action == "directive_redecide":
        context.subject.band = "life_threat"


def retime_clocks(context: Context) -> None:
    """Let the clocks whose length depends on the band count by the new one."""
    facts = application_facts.gather(
        context.session, context.subject, context.event.action, context.actor
    )
    clocks.retime(context.session, context.subject, facts, ("triage", "decide"))


def link_surviving_case(context: Context) -> None:
    """Let the surviving case keep the earliest of both cases' due moments."""
    application: Application = context.subject
    survivor = context.session.get_one(Application, application.merged_into_id)
    earlier = {clock.name: clock for clock in _all_clocks(context.session, application.id)}
    live = clocks.of(context.session, survivor.id)
    for clock in live:
        other = earlier.get(clock.name)
        if other is not None and other.started_at < clock.started_at:
            clock.due_at -= clock.started_at - other.started_at
            clock.started_at = other.started_at
    clocks.show_nearest(survivor, live)


def _all_clocks(session: Session, subject_id: str) -> list[Clock]:
    return list(session.scalars(select(Clock).where(Clock.subject_id == subject_id)))


def open_referral(context: Context) -> None:
    """Ask the desk to carry the person to somebody who can help, with the consent on record."""
    notify_role(context.session, Role.COORDINATOR)


def plan_verification(context: Context) -> None:
    """Plan the four tests; those recorded already stay as they are."""
    application: Application = context.subject
    known = {check.kind for check in application.checks}
    for kind in CHECKS:
        if kind not in known:
            application.checks.append(VerificationCheck(kind=kind))


def record_check(context: Context) -> None:
    """Record what a check found, and the level the whole case has reached by it."""
    application: Application = context.subject
    result: CheckResult = context.data
    check = next((each for each in application.checks if each.kind == result.kind), None)
    if check is None:
        check = VerificationCheck(kind=result.kind, application_id=application.id)
        application.checks.append(check)
    check.status, check.level = result.status, result.level
    check.by_id, check.done_on = context.actor.ref, context.moment.date()
    if result.note:
        check.note.seal(context.person.ring, result.note)
    application.verification_level = max(
        (each.level for each in application.checks if each.status == "confirmed"), default=0
    )


def send_questions(context: Context) -> None:
    """Put all questions to the applicant in one bundle."""
    messages.add_questions(context.session, context.person.ring, context.subject.id, context.data)


def open_ballot(context: Context) -> None:
    """Start a ballot and draw its panel from people without a part in the case."""
    ballots.open_for(
        context.session, context.subject, context.person, excluded=_first_voters(context)
    )


def open_ratification_ballot(context: Context) -> None:
    """Start a ballot on what two officers did."""
    ballots.open_for(context.session, context.subject, context.person, kind=ballots.RATIFICATION)


def _first_voters(context: Context) -> frozenset[str]:
    """After an appeal, everybody who sat on an earlier panel of the case."""
    if context.event.action != "appeal_upheld":
        return frozenset()
    statement = (
        select(Seat.reviewer_id)
        .join(Ballot, Ballot.id == Seat.ballot_id)
        .where(Ballot.application_id == context.subject.id)
    )
    return frozenset(context.session.scalars(statement))


def void_ballot(context: Context) -> None:
    """End every vote that still runs on the case."""
    ballots.cancel(context.session, context.subject)


def encumber(context: Context) -> None:
    """Reserve the award in its fund, in one tranche, and take it from its budget lines.

    Refused when either does not hold it any more.
    """
    application: Application = context.subject
    try:
        commitment = ledger_grants.approve_grant(
            context.session,
            _origin(context, "encumber"),
            application.fund_code or "",
            [ledger_grants.Part(application.awarded or 0)],
            application.currency,
        )
        budgets.charge(context.session, application, commitment)
    except Overspent:
        raise Refused("budget_too_small", {"award": application.awarded}) from None


def release_encumbrance(context: Context) -> None:
    """Give back what is reserved and bound to no payment that is still alive."""
    session, application = context.session, context.subject
    statement = (
        select(Tranche)
        .join(GrantCommitment, GrantCommitment.id == Tranche.commitment_id)
        .where(
            GrantCommitment.source_type == SOURCE,
            GrantCommitment.source_id == application.id,
            Tranche.state == TrancheState.PLANNED,
        )
    )
    for tranche in session.scalars(statement.order_by(Tranche.id)):
        if not disbursements.is_bound(session, tranche.id):
            ledger_grants.cancel_commitment(
                session, _origin(context, f"release:{tranche.id}"), tranche.id
            )


def _origin(context: Context, effect: str) -> Origin:
    return Origin(
        key=context.key(effect),
        on=context.moment.date(),
        source=(SOURCE, context.subject.id),
        actor=context.actor.ref,
        at=context.moment,
    )


def make_letter(context: Context) -> None:
    """Have the letter made in the applicant's language; a job writes and seals it."""
    kind = "refusal_letter" if context.subject.state == "rejected" else "award_letter"
    jobs.enqueue(
        context.session,
        MAKE_LETTER,
        {"application": context.subject.id, "kind": kind, "action": context.event.action},
        key=context.key("make_letter"),
        order_key=context.subject.id,
    )


def plan_disbursement(context: Context) -> None:
    """Plan one payment for each tranche that has none."""
    disbursements.plan(context.session, context.subject, context.data)


def cancel_disbursements(context: Context) -> None:
    """Cancel each payment that has not left."""
    disbursement_ends.cancel_all(context.session, context.subject)


def follow_payouts(context: Context) -> None:
    """Move the case on when a payment has been confirmed before the case came to it."""
    disbursements.tell_application(context.session, context.subject)


def revoke_sessions(context: Context) -> None:
    """End every session on the case."""
    sessions.store().end_all(context.subject.holder_id)


def unfreeze_outbound(context: Context) -> None:
    """Let the person come in again: two people have found that it is safe.

    Messages and payments go on because the hold is lifted; a locked codename opens here.
    """
    vault.keystore().unlock_codename(context.subject.holder_id)


def start_retention(context: Context) -> None:
    """Say until which day what is sealed is kept."""
    application = context.subject
    day = context.moment.date()
    application.retention_on = due_on(None, day, shortest_wished=application.shortest_wished)


def kept_by_the_trail(_context: Context) -> None:
    """Do nothing more: the event of the step, which nobody can change, is the record asked for."""


def stands_while_held(_context: Context) -> None:
    """Do nothing more: the hold in force says it, and every step and job of the case obeys it."""
