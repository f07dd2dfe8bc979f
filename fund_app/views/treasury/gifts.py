"""Gifts for finance: the list, recording a bank transfer, messages a person has to look at."""

from __future__ import annotations

from collections.abc import Callable

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from forms.donations import BankGiftForm
from fund_app.adapters.clock import now
from fund_app.models.types import new_ref
from fund_app.queries import donation_labels, donations, ledger
from fund_app.services import donations as giving
from fund_app.services import stripe_inbox
from fund_app.services.donations import BankGift, LineTaken, PurposeClosed, SourceUnknown
from fund_app.services.transition import Request
from fund_app.services.vault import SignedIn
from fund_app.views import session
from fund_app.views.access import allow, not_found
from workflows.roles import Role

READERS = (Role.FINANCE_OFFICER, Role.TREASURER, Role.AUDITOR)


@allow(*READERS)
def index() -> ResponseReturnValue:
    """Show all gifts: searched by reference or fund, sorted, a page at a time."""
    search = request.args.get("q", "")[:40]
    sort = request.args.get("sort", "-day")
    found = donations.gifts(search, sort, request.args.get("after"))
    following = found.following and _address(search, sort, found.following)
    return render_template(
        "treasury/gifts/index.html",
        page=found,
        search=search,
        sort=sort,
        sort_url=_sorter(search),
        first_url=_address(search, sort) if request.args.get("after") else None,
        following_url=following,
        parked=donations.parked_messages(),
        words=donation_labels,
        may_record=_me().has_any(frozenset({Role.FINANCE_OFFICER})),
        request_id=new_ref(),
    )


@allow(Role.FINANCE_OFFICER)
def new() -> ResponseReturnValue:
    """Show the form for a bank transfer."""
    form = _form()
    form.request_id.data = new_ref()
    return _page(form)


@allow(Role.FINANCE_OFFICER)
def record() -> ResponseReturnValue:
    """Record a gift seen on the bank account."""
    form = _form()
    if not form.validate_on_submit():
        return _page(form), 422
    if form.day.data > now().date():
        return _page(form, _("This day has not come yet.")), 422
    try:
        giving.record_bank_gift(_me(), _gift(form), Request(form.request_id.data or None))
    except SourceUnknown:
        return _page(
            form,
            _(
                "For 10,000 euro and more, please look first into where the money comes from,"
                " then tick the box."
            ),
        ), 422
    except LineTaken:
        return _page(form, _("This line of the bank is recorded already.")), 409
    except PurposeClosed:
        return _page(form, _("There is no such fund.")), 422
    flash(_("The gift is recorded and in the ledger."), "success")
    return redirect(url_for("treasury.gifts"), 303)


@allow(Role.FINANCE_OFFICER)
def take_up(event_id: str) -> ResponseReturnValue:
    """Let a message of the provider that a person has looked at be tried again."""
    try:
        stripe_inbox.reopen(event_id)
    except LookupError:
        not_found()
    flash(_("The message is tried again."), "info")
    return redirect(url_for("treasury.gifts"), 303)


def _me() -> SignedIn:
    return session.current() or not_found()


def _form() -> BankGiftForm:
    form = BankGiftForm()
    form.fund.choices = [(row.code, donation_labels.fund(row.code)) for row in ledger.funds()]
    return form


def _gift(form: BankGiftForm) -> BankGift:
    return BankGift(
        fund_code=form.fund.data,
        amount=form.minor_units,
        day=form.day.data,
        reference=form.reference.data or "",
        line=form.line.data.strip(),
        is_source_known=bool(form.is_source_known.data),
    )


def _page(form: BankGiftForm, refusal: str | None = None) -> str:
    refusals = () if refusal is None else (refusal,)
    return render_template("treasury/gifts/record.html", form=form, refusals=refusals)


def _sorter(search: str) -> Callable[[str], str]:
    return lambda key: _address(search, key)


def _address(search: str, sort: str, cursor: str | None = None) -> str:
    return url_for("treasury.gifts", q=search or None, sort=sort, after=cursor)
