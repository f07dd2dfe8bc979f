"""Where every fund stands, and the entries each figure is made of."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any

from flask import render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from fund_app.adapters.clock import now
from fund_app.extensions import db
from fund_app.queries import donation_labels, ledger, resolutions
from fund_app.queries import funds as reads
from fund_app.queries.funds import MOVED, Days, Figure, FigureRow
from fund_app.views import acts, drawings, formats
from fund_app.views.access import allow, not_found
from fund_app.views.auditor import labels as ledger_labels
from fund_app.views.treasury import fund_labels as words
from workflows.money import EXPONENTS
from workflows.roles import Role

READERS = (Role.TREASURER, Role.BOARD_MEMBER, Role.AUDITOR)
PROPOSERS = frozenset({Role.TREASURER, Role.BOARD_MEMBER})


@allow(*READERS)
def index() -> ResponseReturnValue:
    """Show the figures of every fund over the days chosen, and which are below zero."""
    days = days_asked()
    rows = reads.figures(days)
    return render_template(
        "treasury/funds/index.html",
        tabs=tabs("treasury.funds"),
        rows=rows,
        shown=_shown(rows),
        bars=drawings.bars([_bar(row) for row in rows if row.currency in EXPONENTS]),
        shortfalls=reads.shortfalls(),
        floors=reads.floors(),
        waiting=resolutions.resolutions(db.session(), state="proposed").rows,
        **_frame(days),
    )


@allow(*READERS)
def show(fund_code: str) -> ResponseReturnValue:
    """Show one fund: its facts, its figures, its years, and what was resolved about it."""
    found = reads.detail(fund_code) or not_found()
    days = days_asked()
    return render_template(
        "treasury/funds/show.html",
        found=found,
        rows=reads.figures(days, fund_code),
        years=reads.by_year(fund_code),
        floors=[(key[1], amount) for key, amount in reads.floors(fund_code).items()],
        shortfalls=[row for row in reads.shortfalls() if row.fund_code == fund_code],
        resolutions=resolutions.resolutions(db.session(), fund_code),
        **_frame(days),
    )


@allow(*READERS)
def figure(fund_code: str, figure_name: str) -> ResponseReturnValue:
    """List the entries one figure is made of; together they add up to it."""
    days, currency = days_asked(), request.args.get("currency", "EUR")
    rows = [row for row in reads.figures(days, fund_code) if row.currency == currency]
    if figure_name not in list(Figure) or not rows:
        not_found()
    page = reads.shares(fund_code, currency, Figure(figure_name), days, request.args.get("after"))
    asked: dict[str, Any] = {"currency": currency, "since": days.since, "until": days.until}
    here = url_for("treasury.fund_figure", fund_code=fund_code, figure_name=figure_name, **asked)
    following = page.following and url_for(
        "treasury.fund_figure",
        fund_code=fund_code,
        figure_name=figure_name,
        after=page.following,
        **asked,
    )
    return render_template(
        "treasury/funds/figure.html",
        row=rows[0],
        name=figure_name,
        total=rows[0][Figure(figure_name)],
        page=page,
        kinds=ledger_labels.KINDS,
        first_url=here if request.args.get("after") else None,
        following_url=following,
        **_frame(days),
    )


def _shown(rows: Sequence[FigureRow]) -> list[tuple[str, list[Figure]]]:
    """Return the figures that are not nought everywhere: what moved, and how things stand."""
    told = [figure for figure in Figure if any(row[figure] for row in rows)]
    return [
        (_("What moved in these days"), [each for each in told if each in MOVED]),
        (_("How things stand at their end"), [each for each in told if each not in MOVED]),
    ]


def days_asked() -> Days:
    """Return the days of the address; a year counts as its days, nothing at all as this year."""
    asked = request.args
    year = asked.get("year", "")
    if year.isascii() and year.isdigit() and len(year) == len("2026") and int(year):
        return Days(date(int(year), 1, 1), date(int(year), 12, 31))
    if "since" in asked or "until" in asked or year == "all":
        return Days(_day(asked.get("since", "")), _day(asked.get("until", "")))
    return Days(date(now().year, 1, 1), date(now().year, 12, 31))


def tabs(current: str) -> list[tuple[Any, ...]]:
    """Return the tabs of the pages about funds."""
    pages = (
        ("treasury.funds", _("Funds")),
        ("treasury.budgets", _("Budgets")),
        ("treasury.resolutions", _("Resolutions")),
    )
    return [(label, url_for(endpoint), endpoint == current) for endpoint, label in pages]


def _frame(days: Days) -> dict[str, Any]:
    """Return what every page about funds needs."""
    first = ledger.first_day()
    years = range(now().year, first.year - 1, -1) if first else ()
    return {
        "days": days,
        "years_known": years,
        "words": words,
        "fund": donation_labels.fund,
        "may_propose": acts.me().has_any(PROPOSERS),
        "figures": list(Figure),
        "figure_url": lambda row, name: _figure_url(row, name, days),
    }


def _figure_url(row: FigureRow, name: str, days: Days) -> str:
    return url_for(
        "treasury.fund_figure",
        fund_code=row.fund_code,
        figure_name=name,
        currency=row.currency,
        since=days.since or "",
        until=days.until or "",
    )


def _bar(row: FigureRow) -> tuple[str, list[tuple[str, int, str]]]:
    def told(figure: Figure) -> str:
        return f"{words.FIGURES[figure]} {formats.money(row[figure], row.currency)}"

    parts = [
        ("brand", row[Figure.PAID], told(Figure.PAID)),
        ("warn", row[Figure.IN_TRANSIT], told(Figure.IN_TRANSIT)),
        ("accent", row[Figure.ENCUMBERED], told(Figure.ENCUMBERED)),
        ("soft", max(row[Figure.AVAILABLE], 0), told(Figure.AVAILABLE)),
    ]
    return f"{donation_labels.fund(row.fund_code)} ({row.currency})", parts


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None
