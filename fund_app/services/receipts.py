"""Tax receipts asked for: name and address sealed for the treasury, and gone when not needed.

Only who wants a receipt gives a name, here and nowhere else; the payment provider never has it.
Each request has its own key, wrapped for treasurers and finance officers alone; two of them share
it with who joins later, as they share the keys of cases (services/sharing.py). It is destroyed
when the donor withdraws it or asks anew; once a receipt has been issued, the law wants it kept,
and then it is destroyed after KEEP_YEARS. A receipt that was made void leaves its request open
again. Making and numbering receipts is done in receipt_issuing.py.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from fund_app.adapters.clock import now
from fund_app.models.donations import Donor
from fund_app.models.receipts import Receipt, ReceiptRequest
from fund_app.models.sealed import Compartment, NoKey
from fund_app.models.types import new_ref
from fund_app.services import audit, brakes, looks, offers, vault
from fund_app.services.transition import Unknown
from fund_app.services.unit import unit_of_work
from fund_app.services.vault import SignedIn
from workflows.roles import Actor, Role

TREASURY = (Role.TREASURER, Role.FINANCE_OFFICER)
"""In which roles it is opened; whoever holds one of them is sealed for (services/holdings.py)."""
LOOK = "receipt_details_opened"
CHAIN = "receipt"
"""The chain of the audit trail in which each request and each receipt has its own."""
ASKED, WITHDRAWN = "receipt_asked", "receipt_withdrawn"
KEEP_YEARS = 10
"""Whole calendar years after the one of issue that an issued receipt's data are kept."""


class NobodyToSealFor(Exception):
    """The fund has neither treasurer nor finance officer, so nobody could make the receipt."""


class AlreadyIssued(Exception):
    """The receipt has been issued; from then on its data are kept as the law wants it."""


@dataclass(frozen=True, slots=True)
class Details:
    """For whom a receipt is made out."""

    name: str = field(repr=False)
    address: str = field(repr=False)


def ask(donor: Actor, details: Details, *, year: int, country: str) -> None:
    """Ask for a receipt for a year's gifts, or change what was asked for that year.

    `country` is the code of the country whose form is wanted. What an earlier request for the
    same year held is destroyed. Raises Unknown for somebody without a gift, AlreadyIssued,
    NobodyToSealFor.
    """
    with unit_of_work() as session:
        row = _donor(session, donor)
        earlier = _for_year(session, row.id, year)
        request = ReceiptRequest(
            id=new_ref(), donor_id=row.id, year=year, country=country, asked_day=now().date()
        )
        keys = vault.open_case(request.id, {Compartment.PAYOUT: treasury(session)})
        if earlier is not None:
            _note(session, earlier, WITHDRAWN)
            _destroy(session, earlier)
        request.name.seal(keys, details.name)
        request.address.seal(keys, details.address)
        session.add(request)
        _note(session, request, ASKED)


def withdraw(donor: Actor, request_id: str) -> None:
    """Take a request back: its key is destroyed first, then the row.

    Raises Unknown for somebody else's, AlreadyIssued.
    """
    with unit_of_work() as session:
        row = _donor(session, donor)
        request = session.get(ReceiptRequest, request_id, with_for_update=True)
        if request is None or request.donor_id != row.id:
            raise Unknown(request_id)
        _require_open(session, request)
        _note(session, request, WITHDRAWN)
        _destroy(session, request)


def look(actor: SignedIn, request_id: str) -> Details:
    """Open a request with the actor's own key and write the look down; the donor sees it.

    Raises Unknown, and NoKey where the person holds no key of it (then nothing is written). Names
    of donors are under the brake like those of cases: raises brakes.Slowed, brakes.Stopped.
    """
    with brakes.watched(actor), unit_of_work() as session:
        request = session.get(ReceiptRequest, request_id)
        role = next((each for each in TREASURY if each in actor.roles), None)
        if request is None or role is None:
            raise Unknown(request_id)
        if not actor.ring.opens(request.id, Compartment.PAYOUT):
            raise NoKey
        looks.write_down(session, actor, request.id, LOOK, role)
        return Details(request.name.open(actor.ring), request.address.open(actor.ring))


def record_issue(session: Session, request_id: str, on: date) -> None:
    """Note that the receipt was issued, in the caller's unit of work; from now on it is kept.

    Raises Unknown, AlreadyIssued.
    """
    request = session.get(ReceiptRequest, request_id, with_for_update=True)
    if request is None:
        raise Unknown(request_id)
    _require_open(session, request)
    request.issued_day = on


def part_with(session: Session, donor_id: str) -> None:
    """Destroy a donor's open requests and cut issued ones loose, in the caller's unit of work."""
    mine = select(ReceiptRequest).where(ReceiptRequest.donor_id == donor_id).with_for_update()
    for request in session.scalars(mine).all():
        if request.issued_day is None:
            _destroy(session, request)
        else:
            request.donor_id = None
    session.flush()


def destroy_due() -> int:
    """Destroy what issued receipts held when KEEP_YEARS are over; returns how many there were."""
    last_kept = date(now().year - KEEP_YEARS, 1, 1)
    with unit_of_work() as session:
        due = select(ReceiptRequest).where(ReceiptRequest.issued_day < last_kept)
        found: Sequence[ReceiptRequest] = session.scalars(due.with_for_update()).all()
        for request in found:
            _destroy(session, request)
        return len(found)


def _note(session: Session, request: ReceiptRequest, action: str) -> None:
    """Write down that its donor asked for it or took it back, by the day.

    Under the request's own random id, as who acted too: a chain cannot forget, and once the
    request is gone nothing may say which gifts and which receipts were one donor's.
    """
    donor = Actor(request.id, frozenset({Role.DONOR}))
    audit.record(session, CHAIN, request.id, action, actor=donor, role=Role.DONOR)


def _destroy(session: Session, request: ReceiptRequest) -> None:
    vault.erase_case(request.id)
    mine = update(Receipt).where(Receipt.request_id == request.id)
    session.execute(mine.values(request_id=None))
    session.delete(request)
    session.flush()


def _require_open(session: Session, request: ReceiptRequest) -> None:
    if request.issued_day is None:
        return
    query = select(Receipt.voided_day).where(Receipt.request_id == request.id)
    voided = session.scalars(query).all()
    if not voided or None in voided:
        raise AlreadyIssued


def _donor(session: Session, donor: Actor) -> Donor:
    row = session.scalar(select(Donor).where(Donor.holder_id == donor.ref).with_for_update())
    if row is None:
        raise Unknown(donor.ref)
    return row


def _for_year(session: Session, donor_id: str, year: int) -> ReceiptRequest | None:
    request = session.scalar(
        select(ReceiptRequest)
        .where(ReceiptRequest.donor_id == donor_id, ReceiptRequest.year == year)
        .with_for_update()
    )
    if request is not None:
        _require_open(session, request)
    return request


def treasury(session: Session) -> Sequence[str]:
    """Return who makes receipts and reads the bank's words: treasury and finance of today.

    Raises NobodyToSealFor.
    """
    found = offers.payers(session)
    if not found:
        raise NobodyToSealFor
    return found
