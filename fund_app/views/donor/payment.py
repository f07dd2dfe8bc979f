"""Paying: the last page before the provider's, the bank transfer's details, and coming back."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from urllib.parse import urlsplit

from flask import current_app, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from config import Settings
from forms.receipts import CardForm
from fund_app.adapters.payments import (
    CheckoutPage,
    NotConfigured,
    ProviderRefused,
    ProviderUnavailable,
    ProviderUnknown,
)
from fund_app.queries import donation_labels
from fund_app.queries import donations as reads
from fund_app.queries.donations import GiftRow
from fund_app.services import card_checks, donations
from fund_app.services.donation_progress import CARD_COUNTRY
from fund_app.services.donations import CheckoutOver
from fund_app.views import errors, headers
from fund_app.views.access import allow, public
from fund_app.views.donor import card_warning, common
from workflows.engine import Refused
from workflows.roles import Role

CHECKOUT = "https://checkout.stripe.com"
LIVE_API = "api.stripe.com"


@allow(Role.DONOR)
def show() -> ResponseReturnValue:
    """Show what happens next: the payment page, or where to send a transfer."""
    gift = common.my_gift()
    if gift is None:
        return redirect(url_for("donor.statements"))
    return _page(gift, CardForm())


@allow(Role.DONOR)
def go_on() -> ResponseReturnValue:
    """Open the hosted payment page; asking again after a lost answer opens the same one.

    Not without the donor's word that the card is from none of the listed countries.
    """
    gift = common.my_gift()
    if gift is None:
        return redirect(url_for("donor.statements"), 303)
    form = CardForm()
    if card_checks.refused_countries() and not form.validate_on_submit():
        return _page(gift, form), 422
    try:
        page = hosted_page(partial(donations.check_out, common.me(), gift.id))
    except (CheckoutOver, Refused):
        return errors.refusal(_("This gift cannot be paid any more. Please begin a new one."))
    except ProviderUnavailable:
        headers.allow_form_to(checkout_origin())
        return render_template("donor/unreachable.html", address=url_for("donor.pay")), 503
    except (NotConfigured, ProviderRefused, ProviderUnknown):
        return errors.refusal(_("Cards cannot be taken at the moment. A bank transfer works."))
    return redirect(page.url or "", 303)


def hosted_page(check_out: Callable[..., CheckoutPage]) -> CheckoutPage:
    """Open a payment page that leads back to where the donor came from.

    It is asked for in the donor's own language: asked twice, the order has to be the same. A
    provider may take no address without https to lead back to, as an onion address is one; then
    it leads back to the public one.
    """
    language = common.my_row().language

    def leading_to(address: str) -> CheckoutPage:
        return check_out(
            success_url=address + url_for("donor.done", lang=language),
            cancel_url=address + url_for("donor.cancelled", lang=language),
        )

    usual, here = settings().base_url, headers.address(settings())
    try:
        return leading_to(here)
    except ProviderRefused:
        if here == usual:
            raise
    return leading_to(usual)


@public
def done() -> ResponseReturnValue:
    """Say how it stands; the provider leads here, and knows nothing more than this address."""
    gift = common.my_gift() if common.somebody() is not None else None
    monthly = common.my_monthly_gift() if common.somebody() is not None else None
    if monthly is not None and monthly.state == "refused":
        return render_template("donor/card_refused.html", countries=card_warning.countries())
    if gift is not None and gift.failed_because == CARD_COUNTRY:
        return render_template("donor/card_refused.html", countries=card_warning.countries())
    return render_template("donor/done.html", gift=gift, monthly=monthly, words=donation_labels)


@public
def cancelled() -> ResponseReturnValue:
    """Say that nothing was paid."""
    return render_template("donor/cancelled.html", countries=card_warning.countries())


def _page(gift: GiftRow, form: CardForm) -> str:
    headers.allow_form_to(checkout_origin())
    template = "donor/card.html" if gift.method == "card" else "donor/transfer.html"
    return render_template(
        template,
        gift=gift,
        form=form,
        fund=donation_labels.purpose(gift),
        shares=reads.shares(gift.id),
        words=donation_labels,
        account=bank_account(),
        countries=card_warning.countries(),
    )


def checkout_origin() -> str:
    """Return where the hosted payment page lives: the provider's own, or the double's."""
    parts = urlsplit(settings().stripe_api_base)
    return CHECKOUT if parts.hostname == LIVE_API else f"{parts.scheme}://{parts.netloc}"


def bank_account() -> tuple[str, str, str] | None:
    """Return holder, IBAN and BIC of the account gifts go to; None where none is set."""
    own = settings()
    if not own.bank_iban:
        return None
    return own.bank_holder, own.bank_iban, own.bank_bic


def settings() -> Settings:
    """Return the installation's settings."""
    found: Settings = current_app.extensions["fund.settings"]
    return found
