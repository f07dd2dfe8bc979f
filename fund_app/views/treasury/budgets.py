"""Programmes' budgets: what is planned, promised, paid and left, with the entries behind it."""

from __future__ import annotations

from datetime import date

from flask import render_template, request, url_for
from flask.typing import ResponseReturnValue

from fund_app.adapters.clock import now
from fund_app.extensions import db
from fund_app.queries import audit as trail
from fund_app.queries import budgets as reads
from fund_app.queries import disbursements as payments
from fund_app.views import acts, labels
from fund_app.views.access import allow, not_found
from fund_app.views.auditor import labels as ledger_labels
from fund_app.views.treasury import fund_labels as words
from fund_app.views.treasury.funds import PROPOSERS, READERS, tabs


@allow(*READERS)
def index() -> ResponseReturnValue:
    """List the budgets, and the awards that wait because a line does not hold them."""
    session = db.session()
    waiting = payments.waiting_for_money(session)
    short = reads.shortages(session, [row.id for row in waiting], now().date())
    return render_template(
        "treasury/budgets/index.html",
        tabs=tabs("treasury.budgets"),
        rows=reads.budgets(),
        waiting=[row for row in waiting if row.id in short],
        short=short,
        words=words,
        programme=labels.programme,
        may_propose=acts.me().has_any(PROPOSERS),
    )


@allow(*READERS)
def show(programme: str, currency: str, starts: str) -> ResponseReturnValue:
    """Show one budget line by line, and its versions."""
    try:
        first = date.fromisoformat(starts)
    except ValueError:
        not_found()
    found = reads.budget(programme, currency, first) or not_found()
    session = db.session()
    versions = reads.versions(session, programme, currency, first)
    return render_template(
        "treasury/budgets/show.html",
        budget=found.whole,
        lines=found.lines,
        versions=versions,
        words=words,
        programme=labels.programme,
        may_propose=acts.me().has_any(PROPOSERS),
    )


@allow(*READERS)
def line(budget_id: str) -> ResponseReturnValue:
    """List what awards took from one line and gave back; together what is used of it."""
    found = reads.line(budget_id) or not_found()
    page = reads.charges(budget_id, request.args.get("after"))
    here = url_for("treasury.budget_line", budget_id=budget_id)
    return render_template(
        "treasury/budgets/line.html",
        line=found,
        page=page,
        names=trail.designations(db.session(), [row.source_id for row in page.rows]),
        kinds=ledger_labels.KINDS,
        words=words,
        programme=labels.programme,
        first_url=here if request.args.get("after") else None,
        following_url=page.following and f"{here}?after={page.following}",
    )
