"""Gifts for finance and the board: the list, one gift with all that may be done, bank transfers."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from forms.donations import CURRENCY, BankGiftForm
from forms.gift_returns import AcceptForm, RefuseForm, ReturnForm, SentForm
from fund_app.adapters.clock import now
from fund_app.extensions import db
from fund_app.models.types import new_ref
from fund_app.queries import (
    corrections,
    donation_labels,
    donations,
    gift_returns,
    pledge_labels,
)
from fund_app.services import donations as giving
from fund_app.services import gift_returns as returning
from fund_app.services import stripe_inbox
from fund_app.services.donations import BankGift, LineTaken, PurposeClosed
from fund_app.services.transition import Request
from fund_app.services.vault import SignedIn
from fund_app.views import acts, errors, session
from fund_app.views.access import allow, confirmed, not_found
from fund_app.views.treasury import bank_choices
from fund_app.views.treasury.fund_choices import fund_choices
from workflows.roles import Role

READERS = (Role.FINANCE_OFFICER, Role.TREASURER, Role.AUDITOR, Role.BOARD_MEMBER)
REFUNDABLE = ("accepted", "receipted")
Forms = dict[str, Any]


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
        sent = Request(acts.request_id(form.request_id.data))
        gift_id = giving.record_bank_gift(_me(), _gift(form), sent)
    except LineTaken:
        return _page(form, _("This line of the bank is recorded already.")), 409
    except PurposeClosed:
        return _page(form, _("There is no such fund.")), 422
    found = donations.gift(gift_id)
    if found is not None and found.state == "held":
        sentence = _("The gift is in the ledger and held until somebody has looked into it.")
        return _back(gift_id, sentence)
    flash(_("The gift is recorded and in the ledger."), "success")
    return redirect(url_for("treasury.gifts"), 303)


@allow(*READERS)
def show(donation_id: str) -> ResponseReturnValue:
    """Show one gift and what the person may do with it."""
    return gift_page(donation_id)


@allow(Role.FINANCE_OFFICER)
def accept(donation_id: str) -> ResponseReturnValue:
    """Accept a held gift that somebody has looked into."""
    form = AcceptForm(prefix="accept")
    if not form.validate_on_submit():
        return gift_page(donation_id, {"accept": form}), 422
    try:
        returning.accept(_me(), donation_id, acts.wish(form), is_source_known=True)
    except returning.UnderWay:
        return under_way()
    return _back(donation_id, _("The gift is accepted, and its money can be used."))


@allow(Role.BOARD_MEMBER)
@confirmed
def refuse(donation_id: str) -> ResponseReturnValue:
    """Refuse a held gift; what is left of it goes back."""
    form = reasons_of(RefuseForm(prefix="refuse"))
    if not form.validate_on_submit():
        return gift_page(donation_id, {"refuse": form}), 422
    try:
        returning.refuse(_me(), donation_id, form.reason.data, acts.wish(form))
    except returning.UnderWay:
        return under_way()
    except returning.TooMuch:
        return errors.refusal(_("Nothing is left of this gift that could go back."))
    return _back(donation_id, _("The gift is refused. Its money goes back now."))


@allow(Role.FINANCE_OFFICER)
def take_up(event_id: str) -> ResponseReturnValue:
    """Let a message of the provider that a person has looked at be tried again."""
    try:
        stripe_inbox.reopen(event_id)
    except LookupError:
        not_found()
    flash(_("The message is tried again."), "info")
    return redirect(url_for("treasury.gifts"), 303)


def gift_page(donation_id: str, bound: Forms | None = None) -> str:
    """Render the page of a gift; `bound` replaces a form by one that was sent, by action."""
    gift = donations.gift(donation_id) or not_found()
    returns = gift_returns.of_gift(db.session(), gift.id)
    return render_template(
        "treasury/gifts/show.html",
        gift=gift,
        left=gift.kept,
        shares=donations.shares(gift.id),
        returns=returns,
        forms_of={**_forms(gift, returns), **(bound or {})},
        mine=_me().ref,
        slip_entry=corrections.entry_of_gift(gift.id)
        if gift.state == "accepted" and gift.kept
        else None,
        may={role.value: _me().has_any(frozenset({role})) for role in READERS},
        words=donation_labels,
        fresh=new_ref,
    )


def reasons_of(form: Any) -> Any:
    """Hand a form the reasons why a gift goes back."""
    form.reason.choices = [(code, donation_labels.reason(code)) for code in returning.REASONS]
    return form


def under_way() -> ResponseReturnValue:
    """Say that another return of the same gift comes first."""
    return errors.refusal(
        _("Another return of this gift is under way. Please look at how it stands first.")
    )


def _forms(gift: donations.GiftRow, returns: tuple[gift_returns.ReturnRow, ...]) -> Forms:
    """Return the forms of what the gift's state has open, whoever looks."""
    open_one = next((row for row in returns if row.state in {"asked", "agreed"}), None)
    found: Forms = {}
    if gift.state == "held" and open_one is None:
        found = {
            "accept": AcceptForm(formdata=None, prefix="accept"),
            "refuse": reasons_of(RefuseForm(formdata=None, prefix="refuse")),
        }
    elif gift.state in REFUNDABLE and open_one is None and gift.kept > 0:
        found = {"ask": reasons_of(ReturnForm(formdata=None, prefix="ask"))}
    elif open_one is not None and open_one.state == "agreed" and gift.method == "bank_transfer":
        found = {"sent": SentForm(formdata=None, prefix="sent")}
        bank_choices.offer(found["sent"], gift.currency)
    for form in found.values():
        form.request_id.data, form.step_seen.data = new_ref(), str(gift.step)
    return found


def _back(donation_id: str, sentence: str) -> ResponseReturnValue:
    flash(sentence, "success")
    return redirect(url_for("treasury.gift", donation_id=donation_id), 303)


def _me() -> SignedIn:
    return session.current() or not_found()


def _form() -> BankGiftForm:
    form = BankGiftForm()
    form.fund.choices = fund_choices()
    bank_choices.offer(form, CURRENCY)
    form.source.choices = [(code, pledge_labels.source(code)) for code in pledge_labels.SOURCES]
    return form


def _gift(form: BankGiftForm) -> BankGift:
    return BankGift(
        fund_code=form.fund.data,
        amount=form.minor_units,
        day=form.day.data,
        reference=form.reference.data or "",
        line=form.line.data.strip(),
        is_source_known=bool(form.is_source_known.data),
        source=form.source.data or "unknown",
        country=(form.country.data or "").upper() or None,
        through=bank_choices.through(form),
    )


def _page(form: BankGiftForm, refusal: str | None = None) -> str:
    refusals = () if refusal is None else (refusal,)
    return render_template("treasury/gifts/record.html", form=form, refusals=refusals)


def _sorter(search: str) -> Callable[[str], str]:
    return lambda key: _address(search, key)


def _address(search: str, sort: str, cursor: str | None = None) -> str:
    return url_for("treasury.gifts", q=search or None, sort=sort, after=cursor)
