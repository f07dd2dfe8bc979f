"""Appeals: two members of the board say whether a refusal stands; a coordinator carries it out.

Who sat on the first panel has no part in the second one.
"""

from __future__ import annotations

from sqlalchemy.orm import Session

from fund_app.models.applications import Application
from fund_app.models.countersignatures import Countersignature
from fund_app.services import countersignatures
from fund_app.services.casework import Deed, carry_out, propose
from fund_app.services.transition import Request, take
from fund_app.services.unit import unit_of_work
from fund_app.services.vault import SignedIn
from workflows.engine import Refused
from workflows.roles import Actor, Role

ACTIONS = {
    "upheld": "appeal_upheld",
    "dismissed": "appeal_dismissed",
    "inadmissible": "appeal_dismissed",
    "settled": "appeal_dismissed",
}
"""The step each outcome of an appeal takes."""

MEMBERS_NEEDED = 2


def sign(actor: Actor, application_id: str, outcome: str, request: Request) -> None:
    """Sign for an outcome (one of ACTIONS) as a member of the board; the case does not move.

    Who signs for another outcome later takes the earlier signature back.
    Raises Refused for anybody else and where no appeal is open, KeyError for another outcome.
    """
    action = ACTIONS[outcome]
    if Role.BOARD_MEMBER not in actor.roles:
        raise Refused("wrong_role", {"action": action})
    with unit_of_work() as session:
        application = take(session, Application, application_id, Request(None, request.step_seen))
        _take_back(session, application, actor, outcome)
        propose(actor, application_id, action, request, outcome)


def agreed(session: Session, application: Application) -> tuple[str, ...]:
    """Return the outcomes that enough members of the board have signed for, in their order."""
    return tuple(
        outcome
        for outcome in ACTIONS
        if len(_members(_signed(session, application, outcome))) >= MEMBERS_NEEDED
    )


def decide(actor: SignedIn, application_id: str, outcome: str, request: Request) -> None:
    """Carry out what two members of the board have signed for.

    Upheld: a new panel is drawn without those who sat before, with the key of the coordinator
    who acts. Otherwise the refusal is final. Raises Refused while a signature is missing,
    Unknown, Conflict.
    """
    action = ACTIONS[outcome]
    with unit_of_work() as session:
        application = take(session, Application, application_id, request)
        _use_signatures(session, application, outcome)
        # The step is the board's; the coordinator only lends it a hand and a key.
        hand = SignedIn(actor.ref, frozenset({Role.SYSTEM}), actor.ring)
        deed = Deed(action, {"appeal_outcome": outcome}, reason_code=outcome)
        carry_out(hand, application_id, deed, request)


def _take_back(session: Session, application: Application, actor: Actor, outcome: str) -> None:
    for each in countersignatures.waiting(session, application):
        is_appeal = each.action in ACTIONS.values()
        if is_appeal and each.person_id == actor.ref and each.reason_code != outcome:
            each.is_used = True
    session.flush()


def _signed(session: Session, application: Application, outcome: str) -> list[Countersignature]:
    return [
        each
        for each in countersignatures.waiting(session, application)
        if (each.action, each.reason_code) == (ACTIONS[outcome], outcome)
        and Role.BOARD_MEMBER in each.person.roles
    ]


def _members(signed: list[Countersignature]) -> set[str]:
    return {each.person_id for each in signed}


def _use_signatures(session: Session, application: Application, outcome: str) -> None:
    signed = _signed(session, application, outcome)
    if len(_members(signed)) < MEMBERS_NEEDED:
        raise Refused("second_person_missing", {"action": ACTIONS[outcome]})
    for each in signed:
        each.is_used = True
