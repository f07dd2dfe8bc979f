"""A donor's own record: ended for good, on the donor's word, while the gifts stay as amounts."""

from __future__ import annotations

from datetime import date

from sqlalchemy import select
from sqlalchemy.orm import Session

from fund_app.adapters.clock import now
from fund_app.models.donations import Donation, Donor, Method
from fund_app.models.types import new_ref
from fund_app.services import (
    gift_aid,
    monthly_gifts,
    receipt_copies,
    receipts,
    sessions,
    vault,
)
from fund_app.services.unit import unit_of_work
from workflows.roles import Actor


def end(donor: Actor) -> None:
    """End a donor's record: names and their keys, the record, the codename, every session.

    The codename opens nothing from now on. Each gift stays with its amount, its day and its
    fund, but stands for nobody and beside no other. What a receipt was issued for is kept as
    long as the law wants it. A codename without a gift has no record, and ends just so.
    """
    with unit_of_work() as session:
        row = session.scalar(select(Donor).where(Donor.holder_id == donor.ref).with_for_update())
        if row is not None:
            _part_with(session, row, donor)
    # Last, so that whoever is interrupted can come in again and end it: it opens nothing here.
    vault.keystore().remove_holder(donor.ref)
    sessions.store().end_all(donor.ref)


def _part_with(session: Session, row: Donor, donor: Actor) -> None:
    receipts.part_with(session, row.id)
    receipt_copies.part_with(session, row.id)
    gift_aid.part_with(session, row.id, donor)
    for monthly in monthly_gifts.stop_all(session, donor, row.id):
        monthly.donor = _nobody(session, monthly.created_day)
    gifts = select(Donation).where(Donation.donor_id == row.id).with_for_update()
    for gift in session.scalars(gifts).all():
        gift.donor = _nobody(session, gift.created_day) if _needs_somebody(gift) else None
    session.flush()
    session.delete(row)


def _needs_somebody(gift: Donation) -> bool:
    return gift.method == Method.CARD


def _nobody(session: Session, day: date) -> Donor:
    """Make somebody a card gift can stand for: one for each, so that no two look alike."""
    nobody = Donor(id=new_ref(), holder_id=new_ref(), created_day=day, ended_on=now().date())
    session.add(nobody)
    return nobody
