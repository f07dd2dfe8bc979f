"""Monthly gifts for finance and the board: the list, one with its months, ending one."""

from __future__ import annotations

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from forms.gift_returns import StopForm
from fund_app.models.types import new_ref
from fund_app.queries import donation_labels
from fund_app.queries import monthly_gifts as reads
from fund_app.services import monthly_gifts
from fund_app.services.monthly_progress import STOPPABLE
from fund_app.views import acts
from fund_app.views.access import allow, not_found
from workflows.roles import Role

READERS = (Role.FINANCE_OFFICER, Role.TREASURER, Role.AUDITOR, Role.BOARD_MEMBER)
LONGEST_SEARCH = 40


@allow(*READERS)
def index() -> ResponseReturnValue:
    """Show all monthly gifts, searched, sorted, a page at a time, and what they come to."""
    search = request.args.get("q", "")[:LONGEST_SEARCH]
    sort, cursor = request.args.get("sort", "-day"), request.args.get("after")
    found = reads.monthly_gifts(search, sort, cursor)
    return render_template(
        "treasury/monthly_gifts/index.html",
        page=found,
        search=search,
        sort=sort,
        sort_url=lambda key: _address(search, key),
        first_url=_address(search, sort) if cursor else None,
        following_url=found.following and _address(search, sort, found.following),
        running=reads.running(),
        words=donation_labels,
    )


@allow(*READERS)
def show(monthly_gift_id: str) -> ResponseReturnValue:
    """Show one monthly gift with the months collected, and what the person may do."""
    return _page(monthly_gift_id, _form())


@allow(Role.FINANCE_OFFICER)
def stop(monthly_gift_id: str) -> ResponseReturnValue:
    """End a monthly gift on its donor's wish."""
    form = _form()
    if not form.validate_on_submit():
        return _page(monthly_gift_id, form), 422
    monthly_gifts.stop_for_donor(acts.me(), monthly_gift_id, form.reason.data, acts.wish(form))
    flash(_("Ended. Nothing more is collected; the payment provider is told at once."), "success")
    return redirect(url_for("treasury.monthly_gift", monthly_gift_id=monthly_gift_id), 303)


def _form() -> StopForm:
    form = StopForm(prefix="stop")
    form.reason.choices = [(code, donation_labels.reason(code)) for code in monthly_gifts.REASONS]
    return form


def _page(monthly_gift_id: str, form: StopForm) -> str:
    row = reads.monthly_gift(monthly_gift_id) or not_found()
    if not form.is_submitted():
        form.request_id.data, form.step_seen.data = new_ref(), str(row.step)
    is_finance = acts.me().has_any(frozenset({Role.FINANCE_OFFICER}))
    return render_template(
        "treasury/monthly_gifts/show.html",
        row=row,
        shares=reads.shares(row.id),
        months=reads.months(row.id),
        ended_because=reads.ended_because(row.id),
        form=form if is_finance and row.state in STOPPABLE else None,
        words=donation_labels,
    )


def _address(search: str, sort: str, cursor: str | None = None) -> str:
    return url_for("treasury.monthly_gifts", q=search or None, sort=sort, after=cursor)
