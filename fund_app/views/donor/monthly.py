"""A donor's monthly gift: agreed before the provider's page, paused, resumed, stopped."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from flask import flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import force_locale
from flask_babel import gettext as _

from forms.receipts import CardForm
from fund_app.adapters.payments import (
    NotConfigured,
    ProviderRefused,
    ProviderUnavailable,
    ProviderUnknown,
)
from fund_app.queries import donation_labels
from fund_app.queries import monthly_gifts as reads
from fund_app.services import card_checks, monthly_gifts
from fund_app.services.donations import CheckoutOver, PurposeClosed
from fund_app.services.transition import Request, Unknown
from fund_app.views import acts, errors, headers
from fund_app.views.access import allow, not_found
from fund_app.views.donor import card_warning, common
from fund_app.views.donor.payment import checkout_origin, hosted_page
from workflows.engine import Refused
from workflows.roles import Actor, Role

Act = Callable[[Actor, str, Request], None]


@allow(Role.DONOR)
def show() -> ResponseReturnValue:
    """Show what is about to be agreed, and what stopping takes."""
    monthly = common.my_monthly_gift()
    if monthly is None:
        return redirect(url_for("donor.statements"))
    return _page(monthly, CardForm())


@allow(Role.DONOR)
def go_on() -> ResponseReturnValue:
    """Open the provider's page; asking again after a lost answer opens the same one."""
    monthly = common.my_monthly_gift()
    if monthly is None:
        return redirect(url_for("donor.statements"), 303)
    form = CardForm()
    if card_checks.refused_countries() and not form.validate_on_submit():
        return _page(monthly, form), 422
    with force_locale(common.my_row().language):
        note = _("The first month is taken within the hour, after a look at the card.")
    try:
        page = hosted_page(partial(monthly_gifts.check_out, common.me(), monthly.id, note=note))
    except (CheckoutOver, PurposeClosed, Refused):
        return errors.refusal(_("This gift has been agreed or given up. Please begin a new one."))
    except ProviderUnavailable:
        headers.allow_form_to(checkout_origin())
        return render_template("donor/unreachable.html", address=url_for("donor.agree")), 503
    except (NotConfigured, ProviderRefused, ProviderUnknown):
        return errors.refusal(_("Cards cannot be taken at the moment. A bank transfer works."))
    return redirect(page.url or "", 303)


@allow(Role.DONOR)
def pause(monthly_gift_id: str) -> ResponseReturnValue:
    """Let the coming months pass."""
    sentence = _("Paused. Nothing is collected until you go on.")
    return _act(monthly_gifts.pause, monthly_gift_id, sentence)


@allow(Role.DONOR)
def resume(monthly_gift_id: str) -> ResponseReturnValue:
    """Go on with a paused gift."""
    return _act(monthly_gifts.resume, monthly_gift_id, _("It goes on, on its usual day."))


@allow(Role.DONOR)
def stop(monthly_gift_id: str) -> ResponseReturnValue:
    """Stop for good."""
    sentence = _("Stopped. Nothing more is collected. Thank you for every month.")
    return _act(monthly_gifts.stop, monthly_gift_id, sentence)


def _act(act: Act, monthly_gift_id: str, sentence: str) -> ResponseReturnValue:
    if reads.own_monthly_gift(common.me().ref, monthly_gift_id) is None:
        not_found()
    try:
        act(common.me(), monthly_gift_id, acts.wish())
    except Refused:
        return errors.refusal(_("This gift has moved on. Please look at how it stands now."))
    except Unknown:
        not_found()
    flash(sentence, "success")
    return redirect(url_for("donor.statements"), 303)


def _page(monthly: reads.MonthlyRow, form: CardForm) -> str:
    headers.allow_form_to(checkout_origin())
    return render_template(
        "donor/monthly.html",
        monthly=monthly,
        form=form,
        fund=donation_labels.purpose(monthly),
        shares=reads.shares(monthly.id),
        words=donation_labels,
        countries=card_warning.countries(),
    )
