"""Gift Aid: a UK taxpayer's declaration, given on a form with a version, cancelled at any time.

Name and home address are sealed for the treasury alone, like a request for a receipt; not even
the codename opens them. A declaration that was cancelled keeps its days: gifts it covered stay
covered, and the law wants it kept.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date

from sqlalchemy import select
from sqlalchemy.orm import Session

from fund_app.adapters.clock import now
from fund_app.models.donations import Donor
from fund_app.models.gift_aid import GiftAidDeclaration
from fund_app.models.sealed import Compartment
from fund_app.models.types import new_ref
from fund_app.services import audit, receipt_packs, receipts, vault
from fund_app.services.receipts import Details
from fund_app.services.transition import Unknown
from fund_app.services.unit import unit_of_work
from workflows.roles import Actor, Role

CHAIN = "gift_aid"
DECLARED, CANCELLED = "gift_aid_declared", "gift_aid_cancelled"
KEEP_YEARS = 6
"""Whole calendar years after its end that a declaration's name is kept for HMRC."""


def declare(donor: Actor, details: Details, *, with_past: bool) -> str:
    """Keep a donor's declaration on the newest form; one that held before ends today.

    with_past: it covers gifts of the form's years before as well. Raises Unknown for somebody
    without a gift, receipts.NobodyToSealFor.
    """
    form = receipt_packs.gift_aid_form()
    today = now().date()
    with unit_of_work() as session:
        row = _donor(session, donor)
        declaration = GiftAidDeclaration(
            id=new_ref(),
            donor_id=row.id,
            form_version=form.version,
            with_past=with_past,
            since=_years_before(today, form.past_years) if with_past else today,
            declared_day=today,
        )
        keys = vault.open_case(declaration.id, {Compartment.PAYOUT: receipts.treasury(session)})
        _end(session, row.id, donor)
        declaration.name.seal(keys, details.name)
        declaration.address.seal(keys, details.address)
        session.add(declaration)
        session.flush()
        audit.record(
            session, CHAIN, declaration.id, DECLARED, actor=donor, role=Role.DONOR, by_day=True
        )
        return declaration.id


def cancel(donor: Actor) -> None:
    """Cancel the declaration that holds: gifts from today on are not covered. Twice is once."""
    with unit_of_work() as session:
        _end(session, _donor(session, donor).id, donor)


def part_with(session: Session, donor_id: str, donor: Actor) -> None:
    """End a donor's declaration and cut all of them loose, in the caller's unit of work."""
    _end(session, donor_id, donor)
    mine = select(GiftAidDeclaration).where(GiftAidDeclaration.donor_id == donor_id)
    for declaration in session.scalars(mine.with_for_update()).all():
        declaration.donor_id = None
    session.flush()


def in_force(donor_id: str, session: Session) -> GiftAidDeclaration | None:
    """Return the declaration of a donor that holds now, or None."""
    query = select(GiftAidDeclaration).where(
        GiftAidDeclaration.donor_id == donor_id, GiftAidDeclaration.cancelled_day.is_(None)
    )
    return session.scalar(query)


def covering(session: Session, donor_id: str) -> Callable[[date], bool]:
    """Return a function that says whether any declaration of a donor covers a gift of a day."""
    query = select(GiftAidDeclaration).where(GiftAidDeclaration.donor_id == donor_id)
    spans = [(row.since, row.cancelled_day or date.max) for row in session.scalars(query)]
    return lambda day: any(since <= day < end for since, end in spans)


def destroy_due() -> int:
    """Destroy the names of declarations that ended KEEP_YEARS ago; returns how many."""
    last_kept = date(now().year - KEEP_YEARS, 1, 1)
    with unit_of_work() as session:
        due = select(GiftAidDeclaration).where(
            GiftAidDeclaration.cancelled_day < last_kept,
            GiftAidDeclaration.name_sealed.is_not(None),
        )
        found: Sequence[GiftAidDeclaration] = session.scalars(due.with_for_update()).all()
        for declaration in found:
            vault.erase_case(declaration.id)
            declaration.name.clear()
            declaration.address.clear()
        return len(found)


def _end(session: Session, donor_id: str, donor: Actor) -> None:
    declaration = in_force(donor_id, session)
    if declaration is None:
        return
    declaration.cancelled_day = now().date()
    session.flush()
    audit.record(
        session, CHAIN, declaration.id, CANCELLED, actor=donor, role=Role.DONOR, by_day=True
    )


def _years_before(day: date, years: int) -> date:
    is_leap_day = (day.month, day.day) == (2, 29)
    return date(day.year - years, day.month, 28 if is_leap_day else day.day)


def _donor(session: Session, donor: Actor) -> Donor:
    row = session.scalar(select(Donor).where(Donor.holder_id == donor.ref).with_for_update())
    if row is None:
        raise Unknown(donor.ref)
    return row
