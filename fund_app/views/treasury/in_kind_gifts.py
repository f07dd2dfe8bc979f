"""Gifts in kind for finance: recorded, listed, struck; never part of the books."""

from __future__ import annotations

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from forms.pledges import InKindForm
from fund_app.adapters.clock import now
from fund_app.models.types import new_ref
from fund_app.queries import donation_labels
from fund_app.queries import in_kind_gifts as reads
from fund_app.queries import pledge_labels as words
from fund_app.services import in_kind_gifts
from fund_app.services.in_kind_gifts import InKind
from fund_app.views import acts
from fund_app.views.access import allow
from fund_app.views.treasury.fund_choices import fund_choices
from workflows.roles import Role


@allow(Role.FINANCE_OFFICER, Role.TREASURER, Role.BOARD_MEMBER, Role.AUDITOR)
def index() -> ResponseReturnValue:
    """Show all gifts in kind by day, a page at a time."""
    search, sort = request.args.get("q", "")[:40], request.args.get("sort", "-day")
    cursor = request.args.get("after")
    found = reads.in_kind_gifts(search, sort, cursor)
    return render_template(
        "treasury/in_kind_gifts/index.html",
        page=found,
        search=search,
        sort=sort,
        sort_url=lambda key: _address(search, key),
        first_url=_address(search, sort) if cursor else None,
        following_url=found.following and _address(search, sort, found.following),
        words=words,
        fund=donation_labels.fund,
        may_record=acts.me().has_any(frozenset({Role.FINANCE_OFFICER})),
        fresh=new_ref,
    )


@allow(Role.FINANCE_OFFICER)
def new() -> ResponseReturnValue:
    """Show the form for a gift in kind."""
    form = _form()
    form.request_id.data = new_ref()
    return _page(form)


@allow(Role.FINANCE_OFFICER)
def record() -> ResponseReturnValue:
    """Record a gift in kind."""
    form = _form()
    if not form.validate_on_submit():
        return _page(form), 422
    if form.day.data > now().date():
        form.day.errors = (_("This day has not come yet."),)
        return _page(form), 422
    gift = InKind(
        form.category.data, form.quantity.data, form.minor_units, form.fund.data, form.day.data
    )
    in_kind_gifts.record(acts.me(), gift, acts.wish(form))
    flash(_("Recorded. It stands beside the books, not in them."), "success")
    return redirect(url_for("treasury.in_kind_gifts"), 303)


@allow(Role.FINANCE_OFFICER)
def strike(in_kind_gift_id: str) -> ResponseReturnValue:
    """Strike a gift in kind that was recorded by mistake."""
    in_kind_gifts.strike(acts.me(), in_kind_gift_id)
    flash(_("Struck. It stays to be seen, crossed out."), "info")
    return redirect(url_for("treasury.in_kind_gifts"), 303)


def _form() -> InKindForm:
    form = InKindForm()
    form.category.choices = [(code, words.category(code)) for code in words.CATEGORIES]
    form.fund.choices = fund_choices()
    return form


def _page(form: InKindForm) -> str:
    return render_template("treasury/in_kind_gifts/record.html", form=form)


def _address(search: str, sort: str, cursor: str | None = None) -> str:
    return url_for("treasury.in_kind_gifts", q=search or None, sort=sort, after=cursor)
