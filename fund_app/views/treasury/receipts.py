"""Tax receipts asked for: a list without names; each name is opened by hand, and logged."""

from __future__ import annotations

from collections.abc import Callable

from flask import render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from fund_app.models.sealed import NoKey
from fund_app.models.types import new_ref
from fund_app.queries import receipts as reads
from fund_app.queries import receipts_issued
from fund_app.services import looks, receipts
from fund_app.services.receipts import Details
from fund_app.views import acts, errors, marks
from fund_app.views import labels as roles
from fund_app.views.access import allow, confirmed, not_found

LONGEST_SEARCH = 40


@allow(*receipts.TREASURY)
def index() -> ResponseReturnValue:
    """List who asked, by year and country: searched, sorted, a page at a time."""
    search = request.args.get("q", "")[:LONGEST_SEARCH]
    sort = request.args.get("sort", "-day")
    found = reads.listing(search, sort, request.args.get("after"))
    return render_template(
        "treasury/receipts/index.html",
        page=found,
        search=search,
        sort=sort,
        sort_url=_sorter(search),
        first_url=_address(search, sort) if request.args.get("after") else None,
        following_url=found.following and _address(search, sort, found.following),
    )


@allow(*receipts.TREASURY)
def show(request_id: str) -> ResponseReturnValue:
    """Show one request, closed."""
    return _page(request_id)


@allow(*receipts.TREASURY)
@confirmed
def look(request_id: str) -> ResponseReturnValue:
    """Open name and address with the person's own key; the donor sees that somebody looked."""
    try:
        details = receipts.look(acts.me(), request_id)
    except NoKey:
        return errors.refusal(
            _(
                "Your key does not open this: it was sealed before you joined. Two colleagues can"
                " share it with you, under Keys."
            )
        )
    marks.remember(looks.latest_mark(acts.me()))
    return _page(request_id, details)


def _page(request_id: str, details: Details | None = None) -> str:
    row = reads.one(request_id) or not_found()
    return render_template(
        "treasury/receipts/show.html",
        row=row,
        details=details,
        receipts=receipts_issued.of_request(row.id),
        may_issue=row.is_open or reads.has_more(row.id),
        looks=reads.looks([row.id]),
        role=roles.role,
        request_id=new_ref(),
        keep_years=receipts.KEEP_YEARS,
    )


def _sorter(search: str) -> Callable[[str], str]:
    return lambda key: _address(search, key)


def _address(search: str, sort: str, cursor: str | None = None) -> str:
    return url_for("treasury.receipts", q=search or None, sort=sort, after=cursor)
