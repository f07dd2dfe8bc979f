"""Paying: the last page before the provider's, the bank transfer's details, and coming back."""

from __future__ import annotations

from urllib.parse import urlsplit

from flask import current_app, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from config import Settings
from fund_app.adapters.payments import (
    NotConfigured,
    ProviderRefused,
    ProviderUnavailable,
    ProviderUnknown,
)
from fund_app.queries import donation_labels
from fund_app.services import donations
from fund_app.services.donations import CheckoutOver
from fund_app.views import errors, headers
from fund_app.views.access import allow, public
from fund_app.views.donor import common
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
    headers.allow_form_to(checkout_origin())
    template = "donor/card.html" if gift.method == "card" else "donor/transfer.html"
    return render_template(
        template, gift=gift, fund=donation_labels.fund(gift.fund_code), account=bank_account()
    )


@allow(Role.DONOR)
def go_on() -> ResponseReturnValue:
    """Open the hosted payment page; asking again after a lost answer opens the same one."""
    gift = common.my_gift()
    if gift is None:
        return redirect(url_for("donor.statements"), 303)
    base = _settings().base_url
    try:
        page = donations.check_out(
            common.me(),
            gift.id,
            success_url=base + url_for("donor.done"),
            cancel_url=base + url_for("donor.cancelled"),
        )
    except (CheckoutOver, Refused):
        return errors.refusal(_("This gift cannot be paid any more. Please begin a new one."))
    except ProviderUnavailable:
        return render_template("donor/unreachable.html"), 503
    except (NotConfigured, ProviderRefused, ProviderUnknown):
        return errors.refusal(_("Cards cannot be taken at the moment. A bank transfer works."))
    return redirect(page.url or "", 303)


@public
def done() -> ResponseReturnValue:
    """Say thank you; the provider leads here, and knows nothing more than this address."""
    return render_template("donor/done.html")


@public
def cancelled() -> ResponseReturnValue:
    """Say that nothing was paid."""
    return render_template("donor/cancelled.html")


def checkout_origin() -> str:
    """Return where the hosted payment page lives: the provider's own, or the double's."""
    parts = urlsplit(_settings().stripe_api_base)
    return CHECKOUT if parts.hostname == LIVE_API else f"{parts.scheme}://{parts.netloc}"


def bank_account() -> tuple[str, str, str] | None:
    """Return holder, IBAN and BIC of the account gifts go to; None where none is set."""
    settings = _settings()
    if not settings.bank_iban:
        return None
    return settings.bank_holder, settings.bank_iban, settings.bank_bic


def _settings() -> Settings:
    settings: Settings = current_app.extensions["fund.settings"]
    return settings
