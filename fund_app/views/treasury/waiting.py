"""Awards that wait for money: what is missing, and going on once it is there."""

from __future__ import annotations

from flask import flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from fund_app.adapters.clock import now
from fund_app.extensions import db
from fund_app.models.types import new_ref
from fund_app.queries import budgets, donation_labels, funds, ledger
from fund_app.queries import disbursements as payments
from fund_app.services import applications
from fund_app.views import acts
from fund_app.views.access import allow
from fund_app.views.treasury.funds import PROPOSERS
from workflows.roles import Role


@allow(Role.FINANCE_OFFICER, Role.TREASURER, Role.BOARD_MEMBER)
def index() -> ResponseReturnValue:
    """List the awards with what their fund has free, and where their budget does not hold them."""
    floors = funds.floors()
    free = {
        (each.fund_code, each.currency): each.available
        - floors.get((each.fund_code, each.currency), 0)
        for each in ledger.positions()
    }
    rows = payments.waiting_for_money(db.session())
    return render_template(
        "treasury/waiting.html",
        rows=rows,
        free=free,
        short=budgets.shortages(db.session(), [row.id for row in rows], now().date()),
        may_propose=acts.me().has_any(PROPOSERS),
        fund=donation_labels.fund,
        time_left=acts.time_left,
        may_act=acts.me().has_any(frozenset({Role.FINANCE_OFFICER})),
        fresh=new_ref,
    )


@allow(Role.FINANCE_OFFICER)
def money_found(application_id: str) -> ResponseReturnValue:
    """Go on with an award, now that the fund has the money."""
    applications.money_found(acts.me(), application_id, acts.wish())
    flash(_("The award is reserved, and its letter is being made."), "success")
    return redirect(url_for("treasury.waiting"), 303)
