"""Giving: how much, for what, how; then the codename, shown until it is kept."""

from __future__ import annotations

from babel.numbers import format_currency
from flask import redirect, render_template, url_for
from flask import session as remembered
from flask.typing import ResponseReturnValue
from flask_babel import get_locale
from flask_babel import gettext as _

from forms.donations import CURRENCY, OWN, PRESETS, GiveForm
from fund_app.models.donations import Method
from fund_app.models.types import new_ref
from fund_app.queries import donation_labels
from fund_app.queries import donations as reads
from fund_app.services import donations, monthly_gifts
from fund_app.services.donations import AmountRefused, Begun, PurposeClosed, Wish
from fund_app.services.stripe_inbox import provider
from fund_app.views import acts, errors, session, throttle
from fund_app.views.access import allow, public
from fund_app.views.donor import card_warning, common, payment
from workflows.money import Money
from workflows.roles import Role


@public
def show() -> ResponseReturnValue:
    """Show the form for giving."""
    form = _form()
    form.request_id.data = new_ref()
    return _page(form)


@public
def begin() -> ResponseReturnValue:
    """Begin a gift, and give a codename to somebody who has none."""
    throttle.take("give", throttle.SUBMIT)
    form = _form()
    if not form.validate_on_submit():
        return _page(form), 422
    person = common.somebody()
    wish = Wish(form.fund.data, form.amount, Method(form.method.data), form.shared_with)
    begin_it = monthly_gifts.begin if form.is_monthly else donations.begin
    try:
        begun = begin_it(
            wish,
            language=str(get_locale() or "en"),
            request_id=acts.request_id(form.request_id.data),
            holder_id=person.ref if person else None,
        )
    except PurposeClosed:
        return _page(
            form, _("This purpose takes no gifts at the moment. Please choose another.")
        ), 422
    except AmountRefused as refused:
        return _page(form, _amount_sentence(refused.code)), 422
    return _go_on(begun, is_known=person is not None, is_monthly=form.is_monthly)


@allow(Role.DONOR)
def codename() -> ResponseReturnValue:
    """Show the fresh codename; once it is kept, it is gone from here too."""
    fresh = remembered.get(common.SHOWN_ONCE)
    if fresh is None:
        return redirect(_next())
    return render_template("donor/codename.html", fresh=fresh)


@allow(Role.DONOR)
def kept() -> ResponseReturnValue:
    """Forget the codename: the donor has it now."""
    remembered.pop(common.SHOWN_ONCE, None)
    return redirect(_next(), 303)


def _next() -> str:
    return url_for("donor.monthly_gift" if common.MONTHLY in remembered else "donor.payment")


def _go_on(begun: Begun, *, is_known: bool, is_monthly: bool) -> ResponseReturnValue:
    fresh = begun.codename
    if fresh is None and not is_known:
        return errors.refusal(
            _(
                "This form was sent twice and the first one counts."
                " Nothing has been paid: please begin anew."
            )
        )
    if fresh is not None:
        session.sign_in_donor(fresh.holder_id, fresh.private_key)
        remembered[common.SHOWN_ONCE] = {
            "words": list(fresh.words),
            "digits": fresh.grouped_digits.split(),
        }
    about, other = (common.MONTHLY, common.GIFT) if is_monthly else (common.GIFT, common.MONTHLY)
    remembered[about] = begun.donation_id
    remembered.pop(other, None)
    return redirect(url_for("donor.codename") if fresh else _next(), 303)


def _form() -> GiveForm:
    form = GiveForm()
    locale = str(get_locale() or "en")
    form.preset.choices = [(code, _whole(int(code), locale)) for code in PRESETS] + [
        (OWN, _("Another amount"))
    ]
    form.fund.choices = [(code, donation_labels.fund(code)) for code in reads.open_funds()]
    form.also.choices = form.fund.choices
    form.rhythm.choices = [("once", _("Once")), ("monthly", _("Every month"))]
    form.method.choices = [
        (method.value, donation_labels.method(method.value)) for method in _methods()
    ]
    if not form.is_submitted():
        form.fund.data = form.fund.choices[0][0] if form.fund.choices else None
        form.method.data = form.method.choices[0][0] if form.method.choices else None
    return form


def _methods() -> list[Method]:
    ways = [Method.CARD] if provider().is_configured else []
    return [*ways, Method.BANK_TRANSFER] if payment.bank_account() else ways


def _whole(minor: int, locale: str) -> str:
    value = Money(minor, CURRENCY).as_decimal()
    return str(
        format_currency(
            value,
            CURRENCY,
            format="¤#,##0" if locale == "en" else "#,##0 ¤",
            locale=locale,
            currency_digits=False,
        )
    )


def _page(form: GiveForm, refusal: str | None = None) -> str:
    return render_template(
        "donor/give.html",
        form=form,
        refusals=() if refusal is None else (refusal,),
        is_known=common.somebody() is not None,
        takes_cards=provider().is_configured,
        takes_transfers=payment.bank_account() is not None,
        countries=card_warning.countries(),
        is_loud=card_warning.is_loud(),
    )


def _amount_sentence(code: str) -> str:
    if code == "too_small":
        return _("Please give at least 1 euro; less would go to fees.")
    return _("For 10,000 euro and more please use a bank transfer.")
