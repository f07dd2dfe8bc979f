"""Casework: how every use case on an application carries out its one step."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy.orm import Session

from fund_app.adapters.clock import now
from fund_app.models.applications import Application
from fund_app.services import application_facts, countersignatures
from fund_app.services.transition import INTERNAL, Request, Step, Unknown, step, take
from fund_app.services.unit import unit_of_work
from workflows.catalogue import workflow
from workflows.engine import Option, Refused, options
from workflows.guards import GUARDS
from workflows.roles import SYSTEM, Actor, Role

Prepare = Callable[[Session, Application], None]
SECOND_PERSON = "second_person_missing"
FOR_BOTH = frozenset({"wrong_state", "on_hold", "already_held", "not_held", "recused"})
"""Reasons against a step that hold for whoever signs first as well as for whoever acts."""


@dataclass(frozen=True, slots=True)
class Deed:
    """What somebody wants to do to an application, and what goes with it.

    `facts` are those only the use case knows; `prepare` writes what belongs to the step before
    it is weighed (it is rolled back with it when the step is refused).
    """

    action: str
    facts: Mapping[str, Any] = field(default_factory=dict)
    reason_code: str | None = None
    data: Any = field(default=None, repr=False)
    prepare: Prepare | None = None


def carry_out(actor: Actor, application_id: str, deed: Deed, request: Request) -> None:
    """Take one step of an application in one unit of work.

    Raises Unknown (also for somebody else's case, when an applicant asks), Conflict for a
    stale page, Refused with the reasons. The same request twice does the thing once.
    """
    with unit_of_work() as session:
        application = take(session, Application, application_id, request)
        require_own(actor, application)
        if deed.prepare is not None:
            deed.prepare(session, application)
        facts = application_facts.gather(session, application, deed.action, actor, deed.facts)
        wish = Step(deed.action, actor, facts, request, deed.reason_code, deed.data)
        seen, for_two = application.step, _asks_for_two(application, deed.action)
        step(session, application, wish)
        if for_two:
            countersignatures.use(session, application.id, deed.action, actor, seen)
        application.touched_on = now().date()


def _asks_for_two(application: Application, action: str) -> bool:
    """Whether a guard of this step looks for a first signature."""
    definition = workflow(application.workflow, application.workflow_version)
    row = definition.step_of.get((action, application.state))
    return row is not None and any("co_signer" in GUARDS[name].reads for name in row.guards)


def propose(
    actor: Actor, application_id: str, action: str, request: Request, reason_code: str | None = None
) -> None:
    """Sign first for an action two people must agree on; the case itself does not move.

    Raises Refused where the action does not exist in the case's state, where a hold stands against
    it or it would lift what is not in force, and for who has stepped back: nobody signs for what
    no page offers them. The rest is weighed when the second person acts.
    """
    with unit_of_work() as session:
        application = take(session, Application, application_id, Request(None, request.step_seen))
        codes = _weigh(session, application, actor, action, None)[action].refusals
        against = tuple(code for code in codes if code in FOR_BOTH)
        if against:
            facts = {"action": action, "state": application.state}
            raise Refused(against[0], facts, against)
        countersignatures.propose(session, application, action, actor, reason_code)


def by_system(session: Session, application: Application, deed: Deed) -> None:
    """Take a step that follows from another one, in the caller's unit of work."""
    facts = application_facts.gather(session, application, deed.action, SYSTEM, deed.facts)
    step(
        session,
        application,
        Step(deed.action, SYSTEM, facts, INTERNAL, deed.reason_code, deed.data),
    )


def run_out(session: Session, application_id: str, action: str, clock: str) -> None:
    """Do what an application's clock asks for when it has run out; Refused if it cannot be."""
    application = take(session, Application, application_id, INTERNAL)
    by_system(session, application, Deed(action, {"ran_out": (clock,)}))


def offered_to(
    session: Session,
    application: Application,
    actor: Actor,
    given: Mapping[str, Any] | None = None,
) -> tuple[Option, ...]:
    """Return every action of a case as this person meets it, with why it is refused.

    `given` are facts only the use case knows, as for a step.
    """
    weighed = _weigh(session, application, actor, "", given)
    # Whether somebody else has signed first is another answer for each action.
    signed = {each.action for each in countersignatures.waiting(session, application)}
    anew = {action: _weigh(session, application, actor, action, given)[action] for action in signed}
    return tuple({**weighed, **anew}.values())


def _weigh(
    session: Session,
    application: Application,
    actor: Actor,
    action: str,
    given: Mapping[str, Any] | None,
) -> dict[str, Option]:
    """Weigh every action with the facts of one."""
    definition = workflow(application.workflow, application.workflow_version)
    facts = application_facts.gather(session, application, action, actor, given)
    return {each.action: each for each in options(definition, application, actor, facts)}


def require_own(actor: Actor, application: Application) -> None:
    """Let an applicant reach their own case only; anything else looks like no case at all."""
    if Role.APPLICANT in actor.roles and application.holder_id != actor.ref:
        raise Unknown(application.id)
