"""The whole in numbers: applications, promises, money; too coarse to point at anybody."""

from __future__ import annotations

from flask import render_template
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from fund_app.extensions import db
from fund_app.queries import donation_labels, ledger, oversight
from fund_app.queries.oversight import Cell, Promise
from fund_app.views import drawings, formats, labels
from fund_app.views.access import allow
from workflows import disclosure
from workflows.roles import Role


@allow(Role.BOARD_MEMBER, Role.TREASURER, Role.AUDITOR)
def index() -> ResponseReturnValue:
    """Show the numbers; small ones are left out, the rest is rounded down."""
    session = db.session()
    states, quarters = oversight.by_state(session), oversight.by_quarter(session)
    promises = oversight.promises(session)
    return render_template(
        "board/statistics.html",
        states=states,
        quarters=quarters,
        promises=promises,
        quarter_bars=drawings.bars([_bar(cell) for cell in quarters if cell.count is not None]),
        promise_bars=drawings.bars([_kept(each) for each in promises if each.kept is not None]),
        positions=ledger.positions(),
        fund=donation_labels.fund,
        labels=labels,
        clock=clock,
        fewest=disclosure.newest().fewest,
    )


def clock(code: str) -> str:
    """Return what a clock is called; one without words goes by its code."""
    return str(labels.CLOCKS.get(code, code))


def _bar(cell: Cell) -> tuple[str, list[tuple[str, int, str]]]:
    count = cell.count or 0
    return cell.label, [("brand", count, formats.number(count))]


def _kept(promise: Promise) -> tuple[str, list[tuple[str, int, str]]]:
    kept, broken = promise.kept or 0, promise.broken or 0
    return clock(promise.clock), [
        ("brand", kept, _("%(count)s kept", count=formats.number(kept))),
        ("warn", broken, _("%(count)s broken", count=formats.number(broken))),
    ]
