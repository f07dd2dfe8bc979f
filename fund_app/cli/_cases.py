"""How commands find a case: by the two words it goes by, or by its id."""

from __future__ import annotations

import click
from sqlalchemy import func, or_, select

from fund_app.extensions import db
from fund_app.models.applications import Application


def find(case: str) -> tuple[str, str]:
    """Return id and designation of a case; a usage error where there is none of that name."""
    wanted = case.strip().lower()
    statement = select(Application.id, Application.designation).where(
        or_(func.lower(Application.designation) == wanted, Application.id == wanted)
    )
    found = db.session.execute(statement).one_or_none()
    db.session.rollback()
    if found is None:
        raise click.BadParameter("there is no such case", param_hint="CASE")
    return found.id, found.designation
