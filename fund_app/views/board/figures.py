"""Publishing figures: propose a table, look at what would be shown, confirm as the second."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from flask import Blueprint, Response, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from wtforms import Form

from forms.publications import figure_form
from fund_app.adapters.clock import now
from fund_app.extensions import db
from fund_app.models.publications import Publication
from fund_app.models.types import new_ref
from fund_app.queries import publications as reads
from fund_app.queries.publications import Wanted
from fund_app.services import publications
from fund_app.services.publications import PublishingRefused
from fund_app.views import acts, errors
from fund_app.views import publication_labels as words
from fund_app.views.access import allow, confirmed, not_found
from workflows import disclosure
from workflows.disclosure import Cell, Table
from workflows.quarters import Quarter
from workflows.roles import Role

PROPOSERS = (Role.BOARD_MEMBER, Role.COORDINATOR, Role.TREASURER)
CURRENCY = "EUR"
YEARS = 4


def register_refusals(bp: Blueprint) -> None:
    """Turn what publishing is refused for into a page with a plain sentence."""
    bp.register_error_handler(PublishingRefused, _on_refused)


@allow(*PROPOSERS)
def index() -> ResponseReturnValue:
    """List every table that was ever proposed, and offer to propose one."""
    return _page(_form()())


@allow(*PROPOSERS)
def propose() -> ResponseReturnValue:
    """Propose a table; what the check refuses is listed with the reason."""
    form = _form()(request.form)
    if not form.validate():
        return _page(form), 422
    since, until = Quarter.parse(form["since"].data), Quarter.parse(form["until"].data)
    table = Table(form["measure"].data, since, until, form["by"].data, CURRENCY)
    try:
        row = publications.propose(acts.me(), table)
    except PublishingRefused as refused:
        return _page(form, str(words.REFUSALS[refused.code])), 409
    if row.state == "refused":
        return _page(form, words.refusal(row, _others([row]))), 422
    flash(_("Proposed. Another member of the board has to confirm it."), "success")
    return _to(row.id)


@allow(*PROPOSERS)
def show(publication_id: str) -> ResponseReturnValue:
    """Show one table: its cells as they are, or as they would be published."""
    row = db.session.get(Publication, publication_id) or not_found()
    return render_template(
        "board/figures/show.html",
        row=row,
        cells=row.cells if row.state == "published" else _preview(row),
        words=words,
        why=words.refusal(row, _others([row])),
        may_confirm=_may_confirm(row),
        fresh=new_ref,
    )


@allow(Role.BOARD_MEMBER)
@confirmed
def confirm(publication_id: str) -> ResponseReturnValue:
    """Sign second, which publishes for good; or learn why it is refused by now."""
    try:
        row = publications.confirm(acts.me(), publication_id)
    except LookupError:
        not_found()
    if row.state == "published":
        flash(_("Published. From now on this figure stays as it is."), "success")
    return _to(publication_id)


@allow(*PROPOSERS)
def take_back(publication_id: str) -> ResponseReturnValue:
    """Withdraw a proposal; nothing was published by it."""
    try:
        publications.take_back(acts.me(), publication_id)
    except LookupError:
        not_found()
    flash(_("The proposal is withdrawn. Nothing was published."), "info")
    return _to(publication_id)


def _preview(row: Publication) -> tuple[Cell, ...]:
    if row.state != "proposed":
        return ()
    rules = disclosure.in_force(now().date())
    return disclosure.drawn(reads.table_of(row), reads.cases(db.session()), rules)


def _may_confirm(row: Publication) -> bool:
    me = acts.me()
    return me.has_any(publications.SIGNERS) and me.ref != row.proposed_by_id


def wanted() -> Wanted:
    """Return what of a list of publishing the address asks for."""
    state = request.args.get("state", "")
    return Wanted(
        state if state in words.STATES else None,
        request.args.get("q", "").strip()[:64],
        request.args.get("sort", "-day"),
        request.args.get("after"),
    )


def address(endpoint: str, asked: Wanted, **other: str | None) -> str:
    """Return the address of a list as it is asked for, a part of it changed."""
    kept: dict[str, Any] = {"state": asked.state, "q": asked.search or None, "sort": asked.sort}
    return url_for(endpoint, **{**kept, **other})


def listing(endpoint: str, asked: Wanted, following: str | None) -> dict[str, Any]:
    """Return what every list of publishing shows beside its rows."""
    return {
        "asked": asked,
        "narrowed": lambda state: address(endpoint, asked, state=state),
        "sort_url": lambda key: address(endpoint, asked, sort=key),
        "first_url": address(endpoint, asked) if asked.cursor else None,
        "following_url": following and address(endpoint, asked, after=following),
    }


def _page(form: Form, refusal: str | None = None) -> str:
    asked = wanted()
    found = reads.figures(db.session(), asked)
    return render_template(
        "board/figures/index.html",
        form=form,
        refusals=() if refusal is None else (refusal,),
        page=found,
        words=words,
        **listing("board.figures", asked, found.following),
    )


def _form() -> type[Form]:
    each = disclosure.latest_quarter(now().date())
    offered = []
    for _number in range(4 * YEARS):
        offered.append((str(each), words.quarter(str(each))))
        each = each.previous
    return figure_form(list(words.MEASURES.items()), list(words.BREAKDOWNS.items()), offered)


def _others(rows: Sequence[Publication]) -> dict[str, Publication]:
    return reads.named(db.session(), [each for row in rows for each in row.against.split()])


def _to(publication_id: str) -> ResponseReturnValue:
    return redirect(url_for("board.figure", publication_id=publication_id), 303)


def _on_refused(refused: PublishingRefused) -> Response:
    return errors.refusal(str(words.REFUSALS[refused.code]))
