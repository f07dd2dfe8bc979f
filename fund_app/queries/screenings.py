"""Reads of the list check: the versions of the lists, and which payments are to be screened."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from sqlalchemy import and_, exists, func, select
from sqlalchemy.orm import Session

from fund_app.models.applications import Application
from fund_app.models.disbursements import Disbursement
from fund_app.models.screenings import OfficialList, Screening, ScreeningList
from fund_app.queries.pages import Page, after, page

BEFORE_LEAVING = ("payee_checked", "part_authorised", "authorised")
"""States of a payment that has been checked and has not left."""
MOST = 100


@dataclass(frozen=True, slots=True)
class ToScreen:
    """A payment whose last screening no longer counts."""

    id: str
    reference: str
    designation: str
    state: str
    step: int


def listing(session: Session, code: str, text: str, cursor: str | None) -> Page[OfficialList]:
    """Return versions of lists, the newest first; `text` is looked for in version and digest."""
    statement = select(OfficialList)
    if code:
        statement = statement.where(OfficialList.code == code)
    if text:
        statement = statement.where(
            OfficialList.version.icontains(text, autoescape=True)
            | OfficialList.sha256.startswith(text.lower(), autoescape=True)
        )
    column, key = OfficialList.published_on, OfficialList.id
    ordered = after(statement, column, key, cursor, date.fromisoformat, descending=True)
    found = session.scalars(ordered).all()
    return page(found, lambda row: (row.published_on.isoformat(), row.id))


def to_screen(session: Session) -> list[ToScreen]:
    """Return the payments that have not left and were not screened in every list in use.

    The oldest first, at most MOST. One statement; needs no key.
    """
    last = (
        select(Screening.disbursement_id, func.max(Screening.number).label("number"))
        .group_by(Screening.disbursement_id)
        .subquery()
    )
    misses_a_list = exists(
        select(OfficialList.id).where(
            OfficialList.is_newest.is_(True),
            ~exists(
                select(ScreeningList.list_id).where(
                    ScreeningList.screening_id == Screening.id,
                    ScreeningList.list_id == OfficialList.id,
                )
            ),
        )
    )
    statement = (
        select(
            Disbursement.id,
            Disbursement.reference,
            Application.designation,
            Disbursement.state,
            Disbursement.step,
        )
        .join(Application, Application.id == Disbursement.application_id)
        .outerjoin(last, last.c.disbursement_id == Disbursement.id)
        .outerjoin(
            Screening,
            and_(
                Screening.disbursement_id == Disbursement.id,
                Screening.number == last.c.number,
            ),
        )
        .where(Disbursement.state.in_(BEFORE_LEAVING))
        .where(Screening.id.is_(None) | misses_a_list)
        .order_by(Disbursement.due_at, Disbursement.id)
        .limit(MOST)
    )
    return [ToScreen(*row) for row in session.execute(statement)]
