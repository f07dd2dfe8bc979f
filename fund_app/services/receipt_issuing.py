"""Issuing a receipt: number and lines in one transaction, the PDF after it, once.

Only a person can do it whose key opens the name: the system holds none. First the rows are
written, with a number and everything the paper says, sealed. Then the page is laid out, outside
of any transaction, and kept. Who is interrupted between finds a receipt without its PDF and
prints it from what is sealed; nothing is numbered twice.
"""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from fund_app.adapters.clock import now
from fund_app.extensions import db
from fund_app.models.donations import Donation, Donor
from fund_app.models.events import VIEWS
from fund_app.models.receipts import Receipt, ReceiptIssuer, ReceiptLine, ReceiptRequest
from fund_app.models.sealed import Compartment, KeyRingProtocol, NoKey
from fund_app.models.types import new_ref
from fund_app.queries import receipt_gifts
from fund_app.queries.receipt_gifts import GiftToCertify
from fund_app.services import (
    audit,
    brakes,
    gift_aid,
    receipt_issuers,
    receipt_packs,
    receipt_papers,
    receipts,
    vault,
)
from fund_app.services.receipt_packs import Pack
from fund_app.services.receipt_papers import Paper, PaperLine
from fund_app.services.receipts import CHAIN, TREASURY, Details
from fund_app.services.transition import Step, Unknown, step
from fund_app.services.unit import unit_of_work
from fund_app.services.vault import SignedIn
from workflows.roles import SYSTEM, Role

ISSUED, PRINTED = "receipt_issued", "receipt_printed"
COPY_DAYS = 60
"""How long a donor's codename opens their copy, unless they close it earlier."""
TOKEN_BYTES = 16


MADE = "receipt_made"


class CannotIssue(Exception):
    """No receipt can be issued; `code` says why.

    year_not_over, no_gifts (none without a valid receipt), issuer_missing, notice_too_old,
    currency (the country's form is not made out in it).
    """

    def __init__(self, code: str) -> None:
        """Keep the reason."""
        super().__init__(code)
        self.code = code


@dataclass(frozen=True, slots=True)
class Certified:
    """A line to be written: which gift, on which receipt, in which place."""

    receipt_id: str
    line: int
    gift: GiftToCertify


def issue(actor: SignedIn, request_id: str) -> tuple[str, ...]:
    """Issue what a request asks for and return the receipts' ids: one for each currency.

    Every accepted gift of the year that no valid receipt covers is on it, with what the ledger
    holds of it; a single receipt for one gift, a collective one for more. No receipt mixes
    currencies; gifts in one that the country's form is not made out in stay without. Each opening
    of the name is written down as a look. Receipts that were interrupted before their PDF are
    printed first. Raises Unknown, NoKey (the actor's key does not open the name), CannotIssue.
    """
    role, request = _opened(actor, request_id)
    made = list(_unprinted(request_id))
    for receipt_id in made:
        print_out(actor, receipt_id, actor.ring)
    for currency in _currencies(request, is_more_needed=not made):
        receipt_id = new_ref()
        keys = vault.open_case(receipt_id, {Compartment.PAYOUT: _readers(request)})
        _write(actor, role, request_id, _Sheet(receipt_id, currency, keys))
        print_out(actor, receipt_id, keys)
        made.append(receipt_id)
    return tuple(made)


def require_ready(actor: SignedIn, request_id: str) -> None:
    """Raise what would keep a replacement from being issued, before anything is made void.

    That is Unknown, NoKey, and CannotIssue where nobody may issue for that country (any more).
    """
    _role, request = _opened(actor, request_id)
    with unit_of_work() as session:
        _issuer(session, receipt_packs.for_country(request.country))


def print_out(actor: SignedIn, receipt_id: str, ring: KeyRingProtocol) -> None:
    """Lay a receipt out from what is sealed and keep PDF and hash; twice changes nothing."""
    receipt = db.session.get(Receipt, receipt_id, populate_existing=True)
    if receipt is None:
        raise Unknown(receipt_id)
    if receipt.sha256 is not None:
        return
    printed = receipt_papers.as_pdf(receipt_papers.from_json(receipt.snapshot.open(ring)))
    with unit_of_work() as session:
        row = session.get_one(Receipt, receipt_id, with_for_update=True, populate_existing=True)
        if row.sha256 is None:
            row.pdf.seal(ring, printed)
            row.sha256 = hashlib.sha256(printed).hexdigest()
            role = next(each for each in TREASURY if each in actor.roles)
            audit.record(session, CHAIN, row.id, PRINTED, actor=actor, role=role)


def certify(session: Session, line: Certified) -> None:
    """Write one line of a receipt, in the caller's unit of work; before the receipt's own row."""
    session.add(
        ReceiptLine(
            receipt_id=line.receipt_id,
            line=line.line,
            donation_id=line.gift.donation_id,
            day=line.gift.day,
            amount=line.gift.amount,
            currency=line.gift.currency,
        )
    )


@dataclass(frozen=True, slots=True)
class _Sheet:
    """An empty sheet: the receipt's id, its currency, and the keys it is sealed with."""

    id: str
    currency: str
    keys: KeyRingProtocol


def _opened(actor: SignedIn, request_id: str) -> tuple[Role, ReceiptRequest]:
    """Return in which role the actor issues a request, and the request their key opens."""
    role = next((each for each in TREASURY if each in actor.roles), None)
    request = db.session.get(ReceiptRequest, request_id, populate_existing=True)
    if request is None or role is None:
        raise Unknown(request_id)
    if not actor.ring.opens(request.id, Compartment.PAYOUT):
        raise NoKey
    return role, request


def _currencies(request: ReceiptRequest, *, is_more_needed: bool) -> list[str]:
    """Return the currencies to issue in; none is a reason to refuse where more is needed."""
    if not is_more_needed and request.donor_id is None:
        return []
    if request.year >= now().year:
        raise CannotIssue("year_not_over")
    gifts = (
        receipt_gifts.to_certify(db.session(), request.donor_id, request.year)
        if request.donor_id is not None
        else ()
    )
    found = sorted({gift.currency for gift in gifts})
    allowed = receipt_packs.for_country(request.country).currencies
    fitting = [code for code in found if not allowed or code in allowed]
    if not fitting and is_more_needed:
        raise CannotIssue("currency" if found else "no_gifts")
    return fitting


def _readers(request: ReceiptRequest) -> Sequence[str]:
    holder_id = db.session.scalar(select(Donor.holder_id).where(Donor.id == request.donor_id))
    return [*receipts.treasury(db.session()), *([holder_id] if holder_id else [])]


def _unprinted(request_id: str) -> tuple[str, ...]:
    query = select(Receipt.id).where(
        Receipt.request_id == request_id, Receipt.sha256.is_(None), Receipt.voided_day.is_(None)
    )
    return tuple(db.session.scalars(query))


def _write(actor: SignedIn, role: Role, request_id: str, sheet: _Sheet) -> None:
    """Write lines, receipt and steps of the gifts; the gifts are locked first, as everywhere."""
    with unit_of_work() as session:
        request = session.get_one(
            ReceiptRequest, request_id, with_for_update=True, populate_existing=True
        )
        if request.donor_id is None:
            raise CannotIssue("no_gifts")
        gifts = _locked_gifts(session, request, sheet.currency)
        pack = receipt_packs.for_country(request.country)
        issuer = _issuer(session, pack)
        brakes.require_released(session, actor)
        details = Details(request.name.open(actor.ring), request.address.open(actor.ring))
        # Nobody is shown the name: it goes from one seal into another, and counts for no brake.
        audit.record(session, VIEWS, request.id, MADE, actor=actor, role=role)
        receipt = _receipt(session, request, issuer, pack, gifts)
        receipt.id, receipt.issued_by = sheet.id, actor.ref
        paper = _paper(session, receipt, issuer, details, gifts)
        receipt.snapshot.seal(sheet.keys, paper.as_json())
        _certify_all(session, receipt.id, gifts)
        session.add(receipt)
        if request.issued_day is None:
            receipts.record_issue(session, request.id, receipt.issued_day)
        audit.record(session, CHAIN, receipt.id, ISSUED, actor=actor, role=role)


def _locked_gifts(
    session: Session, request: ReceiptRequest, currency: str
) -> tuple[GiftToCertify, ...]:
    mine = select(Donation.id).where(Donation.donor_id == request.donor_id).order_by(Donation.id)
    session.execute(mine.with_for_update())
    found = receipt_gifts.to_certify(session, str(request.donor_id), request.year)
    gifts = tuple(gift for gift in found if gift.currency == currency)
    if not gifts:
        raise CannotIssue("no_gifts")
    return gifts


def _issuer(session: Session, pack: Pack) -> ReceiptIssuer:
    issuer = receipt_issuers.lock_numbers(session, pack.code)
    if issuer is None:
        raise CannotIssue("issuer_missing")
    if not receipt_issuers.has_valid_notice(pack, issuer.facts, now().date()):
        raise CannotIssue("notice_too_old")
    return issuer


def _receipt(
    session: Session,
    request: ReceiptRequest,
    issuer: ReceiptIssuer,
    pack: Pack,
    gifts: Sequence[GiftToCertify],
) -> Receipt:
    today = now().date()
    last = select(func.coalesce(func.max(Receipt.number), 0)).where(
        Receipt.issuer_code == pack.code,
        Receipt.series == pack.series,
        Receipt.year == today.year,
    )
    return Receipt(
        request_id=request.id,
        donor_id=request.donor_id,
        issuer_id=issuer.id,
        issuer_code=pack.code,
        series=pack.series,
        year=today.year,
        number=1 + (session.scalar(last) or 0),
        pack_version=pack.version,
        kind="single" if len(gifts) == 1 else "collective",
        gifts_year=request.year,
        currency=gifts[0].currency,
        total=sum(gift.amount for gift in gifts),
        line_count=len(gifts),
        issued_day=today,
        replaces_id=_voided_before(session, request, gifts[0].currency),
        copy_until=today + timedelta(days=COPY_DAYS),
    )


def _voided_before(session: Session, request: ReceiptRequest, currency: str) -> str | None:
    """Return the void receipt of the same donor and year that nothing replaces yet, or None."""
    replaced = select(Receipt.replaces_id).where(Receipt.replaces_id.is_not(None))
    query = select(Receipt.id).where(
        Receipt.donor_id == request.donor_id,
        Receipt.gifts_year == request.year,
        Receipt.currency == currency,
        Receipt.voided_day.is_not(None),
        Receipt.id.not_in(replaced),
    )
    return session.scalars(query.order_by(Receipt.year, Receipt.number)).first()


def _paper(
    session: Session,
    receipt: Receipt,
    issuer: ReceiptIssuer,
    details: Details,
    gifts: Sequence[GiftToCertify],
) -> Paper:
    donor = session.get_one(Donor, receipt.donor_id)
    pack = receipt_packs.by_code(receipt.issuer_code, receipt.pack_version)
    before = session.get(Receipt, receipt.replaces_id) if receipt.replaces_id else None
    covers = gift_aid.covering(session, donor.id)
    return Paper(
        pack=pack.code,
        version=pack.version,
        number=number_of(receipt.series, receipt.year, receipt.number),
        kind=receipt.kind,
        language=receipt_papers.language_of(pack, donor.language),
        issuer=dict(issuer.facts),
        name=details.name,
        address=details.address,
        lines=tuple(PaperLine(gift.day, gift.amount, covers(gift.day)) for gift in gifts),
        currency=receipt.currency,
        total=receipt.total,
        since=date(receipt.gifts_year, 1, 1),
        until=date(receipt.gifts_year, 12, 31),
        issued_day=receipt.issued_day,
        replaces=number_of(before.series, before.year, before.number) if before else None,
        token=secrets.token_hex(TOKEN_BYTES),
    )


def number_of(series: str, year: int, number: int) -> str:
    """Return a receipt's number as it is printed: series, year, five digits."""
    return f"{series}-{year}-{number:05d}"


def _certify_all(session: Session, receipt_id: str, gifts: Sequence[GiftToCertify]) -> None:
    for place, gift in enumerate(gifts, start=1):
        line = Certified(receipt_id, place, gift)
        donation = session.get_one(Donation, gift.donation_id, populate_existing=True)
        if donation.state == "accepted":
            facts = {"donor_data_complete": True}
            step(session, donation, Step("receipt", SYSTEM, facts, data=line))
        else:
            certify(session, line)
    session.flush()
