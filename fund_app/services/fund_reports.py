"""Financial reports on one fund, for an institution that gave for its purpose: page and PDF.

Whole quarters only, told as donors' statements are (workflows/disclosure.py): between two ends of
quarters a report may begin after or end with lie five cases that had money, and five that were
promised some, or none. Two reports laid side by side tell of no person then.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date

from babel.dates import format_date
from flask import current_app
from flask_babel import force_locale

from fund_app.adapters import pdf
from fund_app.adapters.clock import now
from fund_app.models import ledger_accounts as codes
from fund_app.queries import (
    donation_labels,
    fund_report_labels,
    fund_reports,
    ledger,
    ledger_gifts,
    told_quarters,
)
from fund_app.queries.fund_reports import Figures
from fund_app.services import statements
from fund_app.services.statements import LANGUAGES, amount_in
from workflows.quarters import Quarter
from workflows.quarters import quarters as spanned
from workflows.told_quarters import told_ends

TEMPLATE = "documents/fund_report.html"


class BadQuarters(ValueError):
    """The quarters cannot be told of yet, or the last comes before the first."""


class TellsOfFew(ValueError):
    """Between the ends of the quarters lie too few cases; `told` says which ends there are."""

    def __init__(self, told: frozenset[Quarter]) -> None:
        """Keep the ends of quarters a report may begin after or end with."""
        super().__init__("tells_of_few")
        self.told = told


class UnknownFund(ValueError):
    """There is no fund of this code."""


@dataclass(frozen=True, slots=True)
class Line:
    """One line of a report: a code of fund_report_labels and minor units, + what came in."""

    code: str
    amount: int


@dataclass(frozen=True, slots=True)
class Part:
    """A report in one currency: opening + all lines = closing, of which `committed` is promised."""

    currency: str
    opening: int
    came_in: tuple[Line, ...]
    went_out: tuple[Line, ...]
    closing: int
    committed: int

    @property
    def free(self) -> int:
        """What the closing holds beyond what is promised; below zero after a loss."""
        return self.closing - self.committed


@dataclass(frozen=True, slots=True)
class Report:
    """What one fund's money did from a quarter to a quarter."""

    fund_code: str
    restricted: bool
    since: date
    until: date
    made_on: date
    parts: tuple[Part, ...]


def quarters() -> tuple[Quarter, ...]:
    """Return the quarters of the books that may be told of, the newest first."""
    return tuple(cut.quarter for cut in reversed(told_quarters.cuts()))


def report(fund_code: str, since: Quarter, until: Quarter) -> Report:
    """Gather a report from the ledger; raises UnknownFund, BadQuarters, TellsOfFew."""
    fund = next((each for each in ledger.funds() if each.code == fund_code), None)
    if fund is None:
        raise UnknownFund
    stretch = told_quarters.stretch(told_quarters.cuts(), since, until)
    if until < since or stretch is None:
        raise BadQuarters
    found = fund_reports.figures(fund_code, stretch)
    told = _told(fund_code, [each.currency for each in found], since.previous, until)
    if not {since.previous, until} <= told:
        raise TellsOfFew(told)
    return Report(
        fund_code,
        fund.restricted,
        since.first_day,
        until.last_day,
        now().date(),
        tuple(_part(figures) for figures in found),
    )


def _told(
    fund_code: str, currencies: Iterable[str], since: Quarter, until: Quarter
) -> frozenset[Quarter]:
    """Return the ends of quarters that may be told of by what was paid and what was promised."""
    told = frozenset(spanned(since, until))
    known = told_quarters.known_cases(told_quarters.cuts())
    for currency in currencies:
        for cases in (ledger_gifts.paid_cases, ledger_gifts.promised_cases):
            told &= frozenset(told_ends(cases(fund_code, currency), since, until, known))
    return told


def as_pdf(found: Report, language: str) -> bytes:
    """Return a report as tagged PDF; the same report, the same bytes."""
    chosen = language if language in LANGUAGES else LANGUAGES[0]
    with force_locale(chosen):
        html = current_app.jinja_env.get_template(TEMPLATE).render(
            report=found,
            language=chosen,
            amount=lambda value, currency: amount_in(value, currency, chosen),
            on=lambda day: format_date(day, "long", locale=chosen),
            fund=donation_labels.fund,
            line=fund_report_labels.line,
        )
    return pdf.render(html, statements.style())


def file_name(found: Report) -> str:
    """Return the name of the file: fund and days."""
    return f"{found.fund_code}-{found.since.isoformat()}-{found.until.isoformat()}.pdf"


def _part(figures: Figures) -> Part:
    lines = list(_lines(figures))
    return Part(
        figures.currency,
        figures.opening,
        tuple(line for line in lines if line.amount > 0),
        tuple(line for line in lines if line.amount < 0),
        figures.closing,
        figures.committed,
    )


def _lines(figures: Figures) -> Iterator[Line]:
    for way, amount in sorted(figures.gifts.items()):
        yield Line(f"gifts_{way}", amount)
    for account, amount in sorted(figures.moved.items()):
        if account != codes.DONATIONS:
            yield Line(account, amount)
