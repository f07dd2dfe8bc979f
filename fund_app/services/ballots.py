"""Ballots: a panel drawn by lot, conflicts declared first, votes hidden until the count.

Locks are always taken in one order, the application before its ballot, so that two people
acting at once wait for each other instead of for ever.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from fund_app.models.applications import Application
from fund_app.models.ballots import Ballot, Seat
from fund_app.models.sealed import Compartment
from fund_app.models.types import new_ref
from fund_app.queries import people
from fund_app.services import countersignatures, holds, rules, vault, votes
from fund_app.services.facts import Facts
from fund_app.services.lot import draw
from fund_app.services.transition import INTERNAL, Request, Step, Unknown, begin, step, take
from fund_app.services.unit import unit_of_work
from fund_app.services.vault import SignedIn
from workflows import counting
from workflows.roles import SYSTEM, Actor, Role

LIVE = ("prepared", "open", "counting", "chair_vote", "no_quorum")
UNSETTLED = {counting.Result.NO_QUORUM: "short", counting.Result.TIE: "tie"}
"""What a closed ballot does when its votes decide nothing."""

DECISION, RATIFICATION = "decision", "ratification"


class PanelTooSmall(Exception):
    """Fewer people without a conflict are left than the quorum asks for."""


def open_for(
    session: Session,
    application: Application,
    actor: SignedIn,
    *,
    kind: str = DECISION,
    excluded: frozenset[str] = frozenset(),
) -> Ballot:
    """Prepare a ballot on an application and draw its panel by lot.

    Everybody with the role of reviewer may be drawn, apart from who leads the case, who has
    stepped back from it before, and `excluded`. The panel and the chairs get the key of the
    review compartment from the actor, who must hold it; what is in it stays shut for them
    until they have said that they are free of conflicts. Raises PanelTooSmall.
    """
    numbers = rules.of(session, application)
    ballot = Ballot(
        id=new_ref(),
        application_id=application.id,
        kind=kind,
        quorum=numbers.quorum,
        panel_size=numbers.panel_size,
    )
    if kind == RATIFICATION:
        ballot.panel_size = numbers.ratification_panel_size
    left = eligible(session, application, excluded=excluded)
    if len(left) < numbers.quorum:
        raise PanelTooSmall
    begin(session, ballot, "ballot", SYSTEM, _facts(session, ballot, application, SYSTEM))
    seated = draw(left, ballot.panel_size)
    chairs = _holding(session, Role.CHAIR)
    vault.grant(actor.ring, application.id, Compartment.REVIEW, *seated, *chairs)
    _seat(session, ballot, seated)
    return ballot


def eligible(
    session: Session, application: Application, *, excluded: frozenset[str] = frozenset()
) -> list[str]:
    """Return the ids of reviewers who may still be drawn, ordered by handle."""
    statement = (
        select(Seat.reviewer_id)
        .join(Ballot, Ballot.id == Seat.ballot_id)
        .where(
            Ballot.application_id == application.id,
            (Seat.status == "recused") | (Ballot.state.in_(LIVE)),
        )
    )
    out = {*session.scalars(statement), application.lead_id, *excluded}
    return [
        person.id for person in people.with_role(session, Role.REVIEWER) if person.id not in out
    ]


def may_read_for(session: Session, ballot: Ballot) -> set[str]:
    """Return the ids of all whom a ballot may have let read the file, coordinators aside."""
    deciding = {seat.reviewer_id for seat in ballot.seats}
    deciding |= _holding(session, Role.CHAIR) | _holding(session, Role.BOARD_MEMBER)
    return deciding - _holding(session, Role.COORDINATOR)


def still_reading(session: Session, ended: Ballot) -> set[str]:
    """Return the ids of those whom another live ballot of the same case lets read the file."""
    others = session.scalars(
        select(Ballot).where(
            Ballot.application_id == ended.application_id,
            Ballot.id != ended.id,
            Ballot.state.in_(LIVE),
        )
    ).all()
    seated = {
        seat.reviewer_id for other in others for seat in other.seats if seat.status != "recused"
    }
    return seated | (_holding(session, Role.CHAIR) if others else set())


def _holding(session: Session, role: Role) -> set[str]:
    return {person.id for person in people.with_role(session, role)}


def declare_free(actor: Actor, ballot_id: str, request: Request) -> None:
    """Record that a drawn reviewer knows of no conflict; the file opens for them.

    The ballot opens by itself once as many have declared as the quorum asks for. Raises
    Unknown without a seat, Conflict, Refused.
    """
    with unit_of_work() as session:
        ballot, application = locked(session, ballot_id, request)
        _fire(session, ballot, application, "declare_free", actor, request=request)
        facts = _facts(session, ballot, application, SYSTEM)
        if ballot.state == "prepared" and facts["declared_free"] >= ballot.quorum:
            _fire(session, ballot, application, "open", SYSTEM)


def declare_conflict(actor: SignedIn, ballot_id: str, request: Request) -> None:
    """Step back from a ballot: access ends at once, a vote already cast is void.

    A substitute is drawn by lot where too few people are left to reach the quorum, and gets
    the key from the one who leaves, whose own is taken away in the same step.
    """
    with unit_of_work() as session:
        ballot, application = locked(session, ballot_id, request)
        _fire(session, ballot, application, "declare_conflict", actor, request=request)


def cast(actor: SignedIn, ballot_id: str, given: votes.Cast, request: Request) -> None:
    """Cast or change a vote while the ballot is open.

    Raises counting.InvalidVote for amounts that do not fit the lines, Refused otherwise. When
    no vote still to come can change the result the ballot closes and is counted.
    """
    with unit_of_work() as session:
        ballot, application = locked(session, ballot_id, request)
        _require_countable(session, application, actor, given)
        complete = {"vote_complete": votes.is_complete(given)}
        _fire(
            session, ballot, application, "cast", actor, request=request, given=complete, data=given
        )
        if votes.is_settled(session, ballot):
            _fire(
                session, ballot, application, "close_early", SYSTEM, given={"result_settled": True}
            )
            _conclude(session, ballot, application)


def chair_decides(actor: SignedIn, ballot_id: str, given: votes.Cast, request: Request) -> None:
    """Break a tie with the chair's vote and reason; Refused unless the votes are equal."""
    with unit_of_work() as session:
        ballot, application = locked(session, ballot_id, request)
        _require_countable(session, application, actor, given)
        complete = votes.is_complete(given) and given.choice is not counting.Choice.ABSTAIN
        verdict = None
        if complete and ballot.state == "chair_vote":
            verdict = votes.verdict_of_chair(session, ballot, actor, given)
        _settle(
            session, ballot, application, "chair_decides", actor, verdict=verdict, request=request
        )


def substitutes(actor: SignedIn, ballot_id: str, request: Request) -> None:
    """Draw substitutes by lot after a vote short of its quorum; they get the extra hours."""
    with unit_of_work() as session:
        ballot, application = locked(session, ballot_id, request)
        _fire(session, ballot, application, "substitutes", actor, request=request)


def written_board(actor: SignedIn, ballot_id: str, given: votes.Cast, request: Request) -> None:
    """Decide in writing, as the second of two board members, when nobody is left to draw."""
    with unit_of_work() as session:
        ballot, application = locked(session, ballot_id, request)
        _require_countable(session, application, actor, given)
        verdict = None
        if votes.is_complete(given) and ballot.state == "no_quorum":
            verdict = votes.verdict_of_board(session, ballot, actor, given)
        seen = ballot.step
        _settle(
            session, ballot, application, "written_board", actor, verdict=verdict, request=request
        )
        countersignatures.use(session, ballot.id, "written_board", actor, seen)


def cancel(session: Session, application: Application) -> None:
    """End every live ballot of an application that is not to be decided any more."""
    statement = select(Ballot).where(
        Ballot.application_id == application.id, Ballot.state.in_(LIVE)
    )
    for ballot in session.scalars(statement.order_by(Ballot.id).with_for_update()):
        _fire(session, ballot, application, "cancel", SYSTEM)


def run_out(session: Session, ballot_id: str, action: str, clock: str) -> None:
    """Do what a ballot's clock asks for; a vote whose time is over is counted."""
    ballot, application = locked(session, ballot_id, INTERNAL)
    _fire(session, ballot, application, action, SYSTEM, given={"ran_out": (clock,)})
    if ballot.state == "counting":
        _conclude(session, ballot, application)


def locked(session: Session, ballot_id: str, request: Request) -> tuple[Ballot, Application]:
    """Lock an application and then its ballot; raises Unknown, Conflict."""
    application_id = session.scalar(select(Ballot.application_id).where(Ballot.id == ballot_id))
    if application_id is None:
        raise Unknown(ballot_id)
    application = take(session, Application, application_id, INTERNAL)
    return take(session, Ballot, ballot_id, request), application


def seat_of(ballot: Ballot, person_id: str) -> Seat | None:
    """Return the person's seat in a ballot, also one they have left, or None."""
    return next((seat for seat in ballot.seats if seat.reviewer_id == person_id), None)


def _require_countable(
    session: Session, application: Application, actor: SignedIn, given: votes.Cast
) -> None:
    """Weigh amounts where the file is open to the voter; without its key the step says why not."""
    if actor.ring.opens(application.id, Compartment.REVIEW):
        votes.require_countable(session, application.id, actor, given)


def _conclude(session: Session, ballot: Ballot, application: Application) -> None:
    """Take a closed ballot to its result, to the chair, or to the search for substitutes."""
    verdict = votes.verdict_of_panel(session, ballot)
    action = UNSETTLED.get(verdict.count.result)
    if action is None:
        _settle(session, ballot, application, "count", SYSTEM, verdict=verdict)
    else:
        _fire(session, ballot, application, action, SYSTEM)


def _settle(
    session: Session,
    ballot: Ballot,
    application: Application,
    action: str,
    actor: Actor,
    *,
    verdict: votes.Verdict | None,
    request: Request = INTERNAL,
) -> None:
    """Decide a ballot: the result is written first, since a decided ballot must have one."""
    if verdict is not None:
        ballot.result = verdict.count.result
    _fire(
        session,
        ballot,
        application,
        action,
        actor,
        request=request,
        given={"vote_complete": verdict is not None},
        data=verdict,
    )


def _fire(
    session: Session,
    ballot: Ballot,
    application: Application,
    action: str,
    actor: Actor,
    *,
    request: Request = INTERNAL,
    given: Mapping[str, Any] | None = None,
    data: Any = None,
) -> None:
    facts = _facts(session, ballot, application, actor, action=action, given=given)
    step(session, ballot, Step(action, actor, facts, request, data=data))


def _facts(
    session: Session,
    ballot: Ballot,
    application: Application,
    actor: Actor,
    *,
    action: str = "",
    given: Mapping[str, Any] | None = None,
) -> Facts:
    def seats(*statuses: str) -> frozenset[str]:
        return frozenset(each.reviewer_id for each in ballot.seats if each.status in statuses)

    return Facts(
        given or {},
        {
            "holds": lambda: holds.active(session, application.id),
            "rules": lambda: rules.of(session, application),
            "panel": lambda: seats("drawn", "free", "recused"),
            "declared": lambda: seats("free"),
            "declared_free": lambda: len(seats("free")),
            "recused": lambda: seats("recused"),
            "quorum": lambda: ballot.quorum,
            "votes_cast": lambda: len(votes.valid_votes(session, ballot)),
            "tied": lambda: votes.is_tied(session, ballot),
            "pool": lambda: len(eligible(session, application)),
            "decision_acted_on": lambda: application.state != "review",
            "co_signer": lambda: countersignatures.co_signer(session, ballot, action, actor),
            "reason_given": lambda: False,
            "ran_out": tuple,
        },
    )


def _seat(
    session: Session, ballot: Ballot, people_ids: Sequence[str], *, as_substitutes: bool = False
) -> None:
    taken = len(ballot.seats)
    for position, person_id in enumerate(people_ids, start=taken + 1):
        ballot.seats.append(
            Seat(
                id=new_ref(),
                reviewer_id=person_id,
                position=position,
                status="drawn",
                is_substitute=as_substitutes,
            )
        )
    session.flush()


def add_substitutes(
    session: Session, ballot: Ballot, application: Application, actor: SignedIn, count: int
) -> list[str]:
    """Draw up to `count` substitutes by lot, hand them the review key, give them their seats."""
    drawn = draw(eligible(session, application), count)
    if drawn:
        vault.grant(actor.ring, application.id, Compartment.REVIEW, *drawn)
        _seat(session, ballot, drawn, as_substitutes=True)
    return drawn
