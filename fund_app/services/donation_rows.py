"""New gifts and their donors as rows: what every way to give shares."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import select
from sqlalchemy.orm import Session

from fund_app.adapters.clock import now
from fund_app.models.donations import Donation, Donor, Method
from fund_app.models.ledger import Fund
from fund_app.models.types import new_ref
from fund_app.services import lot
from workflows.catalogue import workflow
from workflows.money import split

CURRENCY = "EUR"
REFERENCE_ALPHABET = "ABCDEFGHJKLMNPQRSTUVWXYZ23456789"
REFERENCE_DIGITS = 10


def new(fund_code: str, amount: int, method: Method, donor: Donor | None) -> Donation:
    """Return a gift nobody has paid yet, with a reference of its own; not in any session."""
    definition = workflow("donation")
    return Donation(
        id=new_ref(),
        workflow=definition.name,
        workflow_version=definition.version,
        state=definition.initial,
        donor_id=donor.id if donor else None,
        fund_code=fund_code,
        amount=amount,
        currency=CURRENCY,
        method=method.value,
        reference=fresh_reference(),
        created_day=now().date(),
    )


def donor_of(session: Session, holder_id: str, language: str) -> Donor:
    """Return the donor of a codename's key holder, made on first use."""
    donor = session.scalar(select(Donor).where(Donor.holder_id == holder_id))
    if donor is None:
        donor = Donor(holder_id=holder_id, language=language, created_day=now().date())
        session.add(donor)
        session.flush()
    return donor


def wait_for_turn(session: Session, fund_code: str) -> None:
    """Let the same form sent twice at the same moment find what the other one has begun.

    Under the general fund's code: whatever there is only one of in the house.
    """
    fund = select(Fund.code).where(Fund.code == fund_code)
    session.scalar(fund.with_for_update(key_share=True))


def fresh_reference() -> str:
    """Draw a reference for a transfer's purpose line: random, and easy to read."""
    return lot.letters(REFERENCE_ALPHABET, REFERENCE_DIGITS)


def normal_reference(text: str) -> str:
    """Return a reference as typed by a sender in the form we keep: capitals, no spaces."""
    return "".join(each for each in text.upper() if each.isalnum() and each.isascii())


def even_parts(amount: int, count: int) -> list[int]:
    """Split minor units evenly into so many parts, to the cent, the larger ones first."""
    return split(amount, [1] * count)


def parts_by_fund(amount: int, funds: Sequence[str]) -> dict[str, int]:
    """Return what of a gift is for each of several funds; empty for one fund, which has it all."""
    if len(funds) == 1:
        return {}
    return dict(zip(funds, even_parts(amount, len(funds)), strict=True))
