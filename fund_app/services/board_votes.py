"""The board's word on a case for which nobody is left to draw: two members, in writing.

A coordinator hands them the file, the first one signs, the second one decides
(ballots.written_board).
"""

from __future__ import annotations

from fund_app.models.sealed import Compartment
from fund_app.queries import people
from fund_app.services import ballots, countersignatures, vault
from fund_app.services.transition import Request
from fund_app.services.unit import unit_of_work
from fund_app.services.vault import SignedIn
from workflows.engine import Refused
from workflows.roles import Actor, Role

ACTION = "written_board"
WAITING = "no_quorum"


def hand_over(actor: SignedIn, ballot_id: str, request: Request) -> None:
    """Let the board read the redacted file of a vote without a quorum, by who holds its key.

    Refused while somebody could still be drawn, and in any other state.
    """
    with unit_of_work() as session:
        ballot, application = ballots.locked(session, ballot_id, request)
        if ballot.state != WAITING:
            raise Refused("wrong_state", {"action": ACTION, "state": ballot.state})
        if ballots.eligible(session, application):
            raise Refused("pool_has_people", {"action": ACTION})
        members = [person.id for person in people.with_role(session, Role.BOARD_MEMBER)]
        vault.grant(actor.ring, application.id, Compartment.REVIEW, *members)


def sign_first(actor: Actor, ballot_id: str, request: Request) -> None:
    """Put the first of two signatures under a decision in writing; the ballot does not move."""
    if Role.BOARD_MEMBER not in actor.roles:
        raise Refused("wrong_role", {"action": ACTION})
    with unit_of_work() as session:
        ballot, _ = ballots.locked(session, ballot_id, Request(None, request.step_seen))
        if ballot.state != WAITING:
            raise Refused("wrong_state", {"action": ACTION, "state": ballot.state})
        countersignatures.propose(session, ballot, ACTION, actor)
