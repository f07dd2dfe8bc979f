"""Payments of a case that has ended: cancelled where nothing left, given up where it is back."""

from __future__ import annotations

from sqlalchemy import select
from sqlalchemy.orm import Session

from fund_app.models.applications import Application
from fund_app.models.disbursements import Disbursement
from fund_app.services.disbursements import NOT_LEFT, fire
from workflows.roles import SYSTEM, Actor, Role

BACK = ("failed", "returned")
"""States of a payment whose money is with the fund again while the debt still stands."""

FOR_THE_DESK = Actor(SYSTEM.ref, frozenset({Role.COORDINATOR}))
"""The system giving a payment up for the coordinators, because its case has ended."""


def cancel_all(session: Session, application: Application) -> None:
    """Cancel each payment of an application that has not left, and give up each that is back.

    Money that never left or has come back is owed no longer; it would lie reserved for ever.
    The caller has locked the application.
    """
    statement = select(Disbursement).where(
        Disbursement.application_id == application.id,
        Disbursement.state.in_((*NOT_LEFT, *BACK)),
    )
    ended = {"case_cancelled": True, "giving_up_agreed": True}
    for payment in session.scalars(statement.order_by(Disbursement.id).with_for_update()):
        if payment.state in BACK:
            fire(session, payment, application, "give_up", FOR_THE_DESK, given=ended)
        else:
            fire(session, payment, application, "cancel", SYSTEM, given=ended)
