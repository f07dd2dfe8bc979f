"""Copies of issued receipts: the donor's own, the treasury's, and how long each lasts.

The donor's codename opens their copy for some weeks, or until they say that they have kept it:
afterwards whoever finds the codename finds amounts, and no name. What the treasury takes away is
marked as a copy, with who took it. When the law's years are over the keys go, then the words;
numbers, days and amounts stay, so that no series ever shows a gap.
"""

from __future__ import annotations

from datetime import date

from sqlalchemy import select
from sqlalchemy.orm import Session

from fund_app.adapters.clock import now
from fund_app.adapters.files import MediaType
from fund_app.extensions import db
from fund_app.models.donations import Donor
from fund_app.models.receipts import Receipt
from fund_app.models.sealed import Compartment, NoKey
from fund_app.services import brakes, looks, vault
from fund_app.services.documents import Opened
from fund_app.services.receipt_issuing import number_of
from fund_app.services.receipt_voids import close_copy
from fund_app.services.receipts import KEEP_YEARS, TREASURY
from fund_app.services.transition import Unknown
from fund_app.services.unit import unit_of_work
from fund_app.services.vault import SignedIn
from workflows.roles import Actor

OPENED = "receipt_opened"


class NotPrinted(Exception):
    """The receipt has its number and not yet its PDF: who issued it was interrupted."""


def read(actor: SignedIn, receipt_id: str) -> Opened:
    """Open a receipt with the actor's own key, for the treasury; the look is written down.

    What is returned carries the look's mark, to be stamped on it. Raises Unknown (also when its
    years are over), NotPrinted, NoKey; then nothing is written. Names of donors are under the
    brake: raises brakes.Slowed, brakes.Stopped.
    """
    with brakes.watched(actor), unit_of_work() as session:
        receipt = session.get(Receipt, receipt_id)
        role = next((each for each in TREASURY if each in actor.roles), None)
        if receipt is None or role is None or receipt.snapshot_sealed is None:
            raise Unknown(receipt_id)
        if receipt.sha256 is None:
            raise NotPrinted
        if not actor.ring.opens(receipt.id, Compartment.PAYOUT):
            raise NoKey
        event = looks.write_down(session, actor, receipt.id, OPENED, role)
        return Opened(
            MediaType.PDF,
            _file_name(receipt),
            receipt.pdf.open_bytes(actor.ring),
            looks.mark_of(event),
        )


def own(donor: SignedIn, receipt_id: str) -> Opened:
    """Open a donor's own copy with their codename's key, as it was issued.

    Raises Unknown for anybody else's, a void one, and one whose copy is closed.
    """
    receipt = db.session.get(Receipt, receipt_id)
    row = db.session.scalar(select(Donor).where(Donor.holder_id == donor.ref))
    if receipt is None or row is None or receipt.donor_id != row.id or not _is_open(receipt):
        raise Unknown(receipt_id)
    try:
        content = receipt.pdf.open_bytes(donor.ring)
    except NoKey:
        raise Unknown(receipt_id) from None
    return Opened(MediaType.PDF, _file_name(receipt), content)


def put_away(donor: Actor, receipt_id: str) -> None:
    """Close a donor's copy, on their word that they have kept it; twice changes nothing."""
    with unit_of_work() as session:
        row = session.scalar(select(Donor).where(Donor.holder_id == donor.ref))
        receipt = session.get(Receipt, receipt_id, with_for_update=True)
        if receipt is None or row is None or receipt.donor_id != row.id:
            raise Unknown(receipt_id)
        close_copy(session, receipt)


def part_with(session: Session, donor_id: str) -> None:
    """Cut a donor's receipts loose, in the caller's unit of work; the law wants them kept."""
    mine = select(Receipt).where(Receipt.donor_id == donor_id).with_for_update()
    for receipt in session.scalars(mine).all():
        close_copy(session, receipt)
        receipt.donor_id = None
    session.flush()


def close_due() -> int:
    """Close the donors' copies whose time is over; returns how many there were."""
    with unit_of_work() as session:
        due = select(Receipt).where(Receipt.copy_until < now().date()).with_for_update()
        found = session.scalars(due).all()
        for receipt in found:
            close_copy(session, receipt)
        return len(found)


def destroy_due() -> int:
    """Destroy what receipts say of people when KEEP_YEARS are over; returns how many."""
    last_kept = date(now().year - KEEP_YEARS, 1, 1)
    with unit_of_work() as session:
        due = select(Receipt).where(
            Receipt.issued_day < last_kept, Receipt.snapshot_sealed.is_not(None)
        )
        found = session.scalars(due.with_for_update()).all()
        for receipt in found:
            vault.erase_case(receipt.id)
            receipt.snapshot.clear()
            receipt.pdf.clear()
            receipt.copy_until = None
        return len(found)


def _is_open(receipt: Receipt) -> bool:
    return receipt.copy_until is not None and receipt.sha256 is not None


def _file_name(receipt: Receipt) -> str:
    return f"{number_of(receipt.series, receipt.year, receipt.number)}.pdf"
