"""Cases as their owners meet them: one's own, still open, and each request once."""

from __future__ import annotations

import hashlib

from sqlalchemy import select
from sqlalchemy.orm import Session

from fund_app.models.applications import Application
from fund_app.services.transition import Request, Unknown
from workflows.catalogue import workflow
from workflows.roles import Actor


class Closed(Exception):
    """The case has ended; nothing more is added to it."""


def own(session: Session, actor: Actor) -> Application:
    """Return the actor's own application, locked; raises Unknown where there is none."""
    statement = (
        select(Application)
        .where(Application.holder_id == actor.ref)
        .with_for_update()
        .execution_options(populate_existing=True)
    )
    application = session.scalar(statement)
    if application is None:
        raise Unknown(actor.ref)
    return application


def open_case_of(session: Session, actor: Actor) -> Application:
    """Return the actor's own application, locked; raises Unknown, or Closed once it has ended."""
    application = own(session, actor)
    if has_ended(application):
        raise Closed
    return application


def has_ended(application: Application) -> bool:
    """Whether the case is in a state nobody waits in any more."""
    definition = workflow(application.workflow, application.workflow_version)
    return any(state.final for state in definition.states if state.code == application.state)


def once(application_id: str, request: Request) -> str:
    """Return the id a request's row gets, so that the same request finds it already there."""
    named = f"{application_id}:{request.id or ''}".encode()
    return hashlib.sha256(named).hexdigest()[:32]
