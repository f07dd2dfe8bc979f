"""What the donors' pages share: who is there, and the gift they are about to make."""

from __future__ import annotations

from flask import session as remembered

from fund_app.queries import donations, monthly_gifts
from fund_app.queries.donations import DonorRow, GiftRow
from fund_app.queries.monthly_gifts import MonthlyRow
from fund_app.services.vault import SignedIn
from fund_app.views import session
from fund_app.views.access import not_found
from workflows.roles import Role

SHOWN_ONCE = "codename"
"""Where the session keeps a fresh codename until the donor says they have kept it."""
GIFT = "gift"
"""Where the session keeps which gift is about to be paid."""
MONTHLY = "monthly_gift"
"""Where the session keeps which monthly gift is about to be agreed."""


def somebody() -> SignedIn | None:
    """Return the donor signed in, or None for everybody else."""
    person = session.current()
    return person if person is not None and Role.DONOR in person.roles else None


def me() -> SignedIn:
    """Return the donor signed in; 404 for everybody else."""
    return somebody() or not_found()


def my_row() -> DonorRow:
    """Return the signed-in donor's row; 404 where there is none (a codename without a gift)."""
    return donations.donor_by_holder(me().ref) or not_found()


def my_gift() -> GiftRow | None:
    """Return the gift about to be paid, if it is this donor's."""
    return donations.own_gift(me().ref, str(remembered.get(GIFT, "")))


def my_monthly_gift() -> MonthlyRow | None:
    """Return the monthly gift about to be agreed, if it is this donor's."""
    return monthly_gifts.own_monthly_gift(me().ref, str(remembered.get(MONTHLY, "")))
