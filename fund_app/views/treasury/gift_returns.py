"""Gifts on their way back: finance asks, the board answers, finance records the bank's line."""

from __future__ import annotations

from flask import flash, redirect, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from forms.gift_returns import ReturnForm, SentForm
from fund_app.adapters.clock import now
from fund_app.extensions import db
from fund_app.queries import gift_returns as reads
from fund_app.services import donation_rows, gift_returns
from fund_app.services.gift_returns import LineTaken, TooMuch, UnderWay, Wish
from fund_app.views import acts, errors, formats
from fund_app.views.access import allow, confirmed, not_found
from fund_app.views.treasury import bank_choices
from fund_app.views.treasury.gifts import gift_page, reasons_of, under_way
from workflows.roles import Role


@allow(Role.FINANCE_OFFICER)
def ask(donation_id: str) -> ResponseReturnValue:
    """Ask the board to agree that an amount goes back."""
    form = reasons_of(ReturnForm(prefix="ask"))
    if not form.validate_on_submit():
        return gift_page(donation_id, {"ask": form}), 422
    try:
        wish = Wish(form.minor_units, form.reason.data)
        gift_returns.ask(acts.me(), donation_id, wish, acts.wish(form))
    except TooMuch as refused:
        left = formats.money(refused.left, "EUR")
        form.amount.errors = (_("At most %(left)s is left of this gift.", left=left),)
        return gift_page(donation_id, {"ask": form}), 422
    except UnderWay:
        return under_way()
    return _back(donation_id, _("Asked. A member of the board has to agree first."))


@allow(Role.BOARD_MEMBER)
@confirmed
def agree(return_id: str) -> ResponseReturnValue:
    """Agree as the second of two; the money goes back now."""
    donation_id = _gift(return_id)
    try:
        gift_returns.agree(acts.me(), return_id)
    except TooMuch:
        return errors.refusal(_("Less than this is left of the gift by now. Please decline."))
    return _back(donation_id, _("Agreed. The money goes back now."))


@allow(Role.BOARD_MEMBER)
def decline(return_id: str) -> ResponseReturnValue:
    """Do not agree."""
    donation_id = _gift(return_id)
    gift_returns.decline(acts.me(), return_id)
    return _back(donation_id, _("Declined. The gift stays as it is."))


@allow(Role.FINANCE_OFFICER)
def withdraw(return_id: str) -> ResponseReturnValue:
    """Take a wish back that nobody has agreed to."""
    donation_id = _gift(return_id)
    gift_returns.withdraw(acts.me(), return_id)
    return _back(donation_id, _("Taken back. The gift stays as it is."))


@allow(Role.FINANCE_OFFICER)
def record(return_id: str) -> ResponseReturnValue:
    """Record the bank's line by which the amount went back."""
    donation_id = _gift(return_id)
    form = SentForm(prefix="sent")
    bank_choices.offer(form, donation_rows.CURRENCY)
    if not form.validate_on_submit():
        return gift_page(donation_id, {"sent": form}), 422
    if form.day.data > now().date():
        form.day.errors = (_("This day has not come yet."),)
        return gift_page(donation_id, {"sent": form}), 422
    line = form.line.data.strip()
    try:
        gift_returns.record_sent(
            acts.me(), return_id, line=line, day=form.day.data, through=bank_choices.through(form)
        )
    except LineTaken:
        form.line.errors = (_("This line of the bank is recorded already."),)
        return gift_page(donation_id, {"sent": form}), 409
    return _back(donation_id, _("Recorded, and in the ledger."))


def _gift(return_id: str) -> str:
    return reads.gift_of(db.session(), return_id) or not_found()


def _back(donation_id: str, sentence: str) -> ResponseReturnValue:
    flash(sentence, "success")
    return redirect(url_for("treasury.gift", donation_id=donation_id), 303)
