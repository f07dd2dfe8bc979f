"""What follows from the steps of a ballot, in the transaction of the step."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import delete
from sqlalchemy.orm import Session

from fund_app.models.applications import Application, AwardLine
from fund_app.models.ballots import Ballot
from fund_app.models.sealed import Compartment
from fund_app.queries import coverage
from fund_app.services import ballots, decisions, vault, votes
from fund_app.services.notifications import Audience, notify_people, notify_role
from fund_app.services.transition import Context
from workflows import counting
from workflows.roles import Role


def record_declaration(context: Context) -> None:
    """Open the file for the reviewer who knows of no conflict."""
    seat = ballots.seat_of(context.subject, context.actor.ref)
    if seat is not None:
        seat.status = "free"


def recuse(context: Context) -> None:
    """End the reviewer's part at once; a vote already cast is void and stays on record."""
    seat = ballots.seat_of(context.subject, context.actor.ref)
    if seat is not None:
        seat.status = "recused"
        if seat.vote is not None:
            seat.vote.is_void = True


def draw_substitute(context: Context) -> None:
    """Draw as many by lot as the quorum lacks.

    Who stepped back hands the key on to the substitutes and then loses it.
    """
    ballot: Ballot = context.subject
    session = context.session
    application = session.get_one(Application, ballot.application_id)
    session.flush()
    drawn = ballots.add_substitutes(session, ballot, application, context.person, _lacking(context))
    if context.event.action == "declare_conflict":
        vault.revoke(application.id, Compartment.REVIEW, context.actor.ref)
    notify_people(session, drawn, Audience.PANEL)


def _lacking(context: Context) -> int:
    ballot: Ballot = context.subject
    if context.event.action == "substitutes":
        return max(1, ballot.quorum - len(votes.valid_votes(context.session, ballot)))
    return max(0, ballot.quorum - sum(seat.status != "recused" for seat in ballot.seats))


def grant_review(context: Context) -> None:
    """Tell the panel that the file is open; they hold its key since they were drawn."""
    ballot: Ballot = context.subject
    ballot.opened_on = ballot.opened_on or context.moment.date()
    seated = [seat.reviewer_id for seat in ballot.seats if seat.status != "recused"]
    notify_people(context.session, seated, Audience.PANEL)


def record_vote(context: Context) -> None:
    """Put the vote into the box; the chair's word on a tie is kept with the verdict instead."""
    ballot: Ballot = context.subject
    seat = ballots.seat_of(ballot, context.actor.ref)
    if seat is not None and context.event.action == "cast":
        votes.put_vote(context.session, ballot, seat, context.data, context.person)


def record_result(context: Context) -> None:
    """Write what was decided: amounts per line, and for a refusal its reason's code."""
    ballot: Ballot = context.subject
    verdict: votes.Verdict = context.data
    ballot.decided_on = context.moment.date()
    if verdict.given is not None:
        ballot.closing_reason.seal(context.person.ring, verdict.given.reason)
    application = context.session.get_one(Application, ballot.application_id)
    if ballot.kind == ballots.DECISION:
        _write_award(context.session, application, verdict.count, verdict.requested)
        application.reason_code = verdict.refusal
    context.session.flush()


def _write_award(
    session: Session,
    application: Application,
    count: counting.Count,
    requested: Sequence[int],
) -> None:
    session.execute(delete(AwardLine).where(AwardLine.application_id == application.id))
    if count.result is counting.Result.REJECT:
        return
    for number, (asked, given) in enumerate(zip(requested, count.lines, strict=True), start=1):
        session.add(
            AwardLine(
                application_id=application.id,
                line=number,
                category=_categories(application)[number - 1],
                requested=asked,
                awarded=given,
                currency=application.currency,
            )
        )
    application.awarded = count.award
    application.fund_code = coverage.fund_with(
        session, application.programme, count.award, application.currency
    )
    session.flush()
    session.expire(application, ["award_lines"])


def _categories(application: Application) -> list[str]:
    return (application.line_categories or "").split(",")


def end_review(context: Context) -> None:
    """Take the review key away from all who decide: panel, chairs, board. Coordinators keep it.

    Whoever another vote on the same case still needs keeps it until that one ends.
    """
    ballot: Ballot = context.subject
    deciding = ballots.may_read_for(context.session, ballot)
    needed = ballots.still_reading(context.session, ballot)
    for holder_id in vault.holders_of(ballot.application_id, Compartment.REVIEW):
        if holder_id in deciding and holder_id not in needed:
            vault.revoke(ballot.application_id, Compartment.REVIEW, holder_id)


def tell_case(context: Context) -> None:
    """Hand the outcome to the case the ballot belongs to."""
    decisions.hear(context.session, context.subject)


def ask_chair(context: Context) -> None:
    """Tell the chairs, who hold the key since the ballot was prepared."""
    notify_role(context.session, Role.CHAIR)


def replace_ballot(context: Context) -> None:
    """Leave the case in review; its lead prepares a new ballot."""
    notify_people(context.session, _lead(context), Audience.DESK)


def _lead(context: Context) -> list[str]:
    application = context.session.get_one(Application, context.subject.application_id)
    return [application.lead_id] if application.lead_id else []
