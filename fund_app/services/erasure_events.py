"""The chain of a case's erasure: proposed, begun, done, kept longer; codes only."""

from __future__ import annotations

from sqlalchemy.orm import Session

from fund_app.models.erasures import CHAIN
from fund_app.services import audit
from workflows.roles import Actor, Role


def record(
    session: Session,
    application_id: str,
    action: str,
    by: tuple[Actor, Role],
    reason_code: str | None = None,
) -> None:
    """Append to the chain in the caller's unit of work; `by` is who, and in which role."""
    actor, role = by
    audit.record(
        session, CHAIN, application_id, action, actor=actor, role=role, reason_code=reason_code
    )
