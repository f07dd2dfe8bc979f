"""The rules a case is judged by: the version in force when it was submitted."""

from __future__ import annotations

from sqlalchemy import select
from sqlalchemy.orm import Session

from fund_app.adapters.clock import now
from fund_app.models.applications import Application
from fund_app.models.rules import RulesVersion
from workflows.rules import BOOTSTRAP, RulesParameters


def seed(session: Session) -> None:
    """Write the versions a new installation starts with; those already there stay as they are."""
    known = set(session.scalars(select(RulesVersion.code)))
    for version in BOOTSTRAP:
        code = f"v{version.number}"
        if code not in known:
            session.add(
                RulesVersion(
                    code=code,
                    in_force_from=version.in_force_from,
                    parameters=version.parameters.to_mapping(),
                )
            )
    session.flush()


def in_force(session: Session) -> RulesVersion:
    """Return the version in force now; LookupError where none was ever adopted."""
    statement = (
        select(RulesVersion)
        .where(RulesVersion.in_force_from <= now())
        .order_by(RulesVersion.in_force_from.desc())
        .limit(1)
    )
    version = session.scalar(statement)
    if version is None:
        raise LookupError("no rules are in force: run 'fund init'")
    return version


def of(session: Session, application: Application) -> RulesParameters:
    """Return the numbers an application is judged by; before it is submitted, today's."""
    if application.rules_code is None:
        return RulesParameters.from_mapping(in_force(session).parameters)
    version = session.get_one(RulesVersion, application.rules_code)
    return RulesParameters.from_mapping(version.parameters)
