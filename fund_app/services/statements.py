"""Statements: what a donor gave and got back in a range of days, to the cent, from the ledger.

What restricted money did is told for the whole fund, never for one gift, and only up to the ends
of frozen quarters that workflows/disclosure.py lets through: two statements subtracted would
otherwise show what one case received. The number of cases is rounded down, or "fewer than five".
"""

from __future__ import annotations

from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from pathlib import Path

from babel.dates import format_date
from babel.numbers import format_currency
from flask import current_app
from flask_babel import force_locale
from num2words import num2words

from fund_app.adapters import pdf
from fund_app.adapters.clock import now
from fund_app.queries import donation_labels, donations, ledger_gifts, told_quarters
from fund_app.queries.donations import DonorRow, MovementRow
from fund_app.queries.told_quarters import Stretch
from workflows import disclosure
from workflows.money import EXPONENTS, Money
from workflows.quarters import Quarter
from workflows.told_quarters import told_ends

TEMPLATE = "documents/statement.html"
STYLE = "documents/document.css"
LANGUAGES = ("en", "ru", "de")
GIVEN = frozenset({"gift", "mistake"})
"""Movements that say what was given: a gift recorded by mistake was never one."""
NAMED = frozenset({"EUR", "GBP", "USD"})
"""Currencies num2words names rightly; all have hundredths, which it takes for granted."""


class BadRange(ValueError):
    """The days do not make a range: the last one lies before the first."""


@dataclass(frozen=True, slots=True)
class Use:
    """What the money of one restricted fund did: minor units; `other` is transfers and the like.

    From the first to the last day of whole quarters, told together with those before and after
    that would be too little to tell of by themselves.
    carried_in + received - given_back - granted - costs + other = carried_out.
    """

    fund_code: str
    currency: str
    since: date
    until: date
    carried_in: int
    received: int
    given_back: int
    granted: int
    costs: int
    other: int
    carried_out: int
    cases: int | None


@dataclass(frozen=True, slots=True)
class Total:
    """What was given, what went back and what remains, in one currency, in minor units."""

    currency: str
    given: int
    gone_back: int
    restricted: int
    unrestricted: int

    @property
    def net(self) -> int:
        """What remains with the fund."""
        return self.given - self.gone_back


@dataclass(frozen=True, slots=True)
class Statement:
    """One donor's statement: days inclusive, amounts in minor units."""

    donor: DonorRow
    since: date
    until: date
    made_on: date
    movements: tuple[MovementRow, ...]
    totals: tuple[Total, ...]
    uses: tuple[Use, ...]


def statement(donor: DonorRow, since: date, until: date) -> Statement:
    """Gather a donor's statement from the ledger; raises BadRange."""
    if until < since:
        raise BadRange
    lines = donations.movements(donor.id, since, until)
    funds = {(line.fund_code, line.currency) for line in lines if line.restricted}
    return Statement(
        donor=donor,
        since=since,
        until=until,
        made_on=now().date(),
        movements=lines,
        totals=_totals(lines),
        uses=tuple(_uses(funds, since.year, until.year)),
    )


def of_year(donor: DonorRow, year: int) -> Statement:
    """Gather a donor's statement for a calendar year."""
    return statement(donor, date(year, 1, 1), date(year, 12, 31))


def as_pdf(found: Statement, language: str | None = None) -> bytes:
    """Return a statement as PDF in the donor's language; the same statement, the same bytes.

    language: another one than the donor's, if it is among LANGUAGES.
    """
    return pdf.render(as_html(found, language), style())


def as_html(found: Statement, language: str | None = None) -> str:
    """Return the page that as_pdf prints, in the same language."""
    chosen = language if language in LANGUAGES else found.donor.language
    with force_locale(chosen):
        return current_app.jinja_env.get_template(TEMPLATE).render(
            statement=found,
            language=chosen,
            amount=lambda value, currency: amount_in(value, currency, chosen),
            words=lambda value, currency: words_in(value, currency, chosen),
            on=lambda day: format_date(day, "long", locale=chosen),
            fund=donation_labels.fund,
            movement=donation_labels.movement,
        )


def file_name(found: Statement) -> str:
    """Return a neutral name for the file: the days, nothing else."""
    return f"statement-{found.since.isoformat()}-{found.until.isoformat()}.pdf"


@lru_cache(maxsize=1)
def _style_at(path: Path) -> str:
    return path.read_text(encoding="utf-8")


def style() -> str:
    """Return the style sheet of all documents."""
    folder = Path(str(current_app.template_folder))
    return _style_at(folder / STYLE)


def amount_in(value: int, currency: str, language: str) -> str:
    """Return minor units in digits with their currency, as the language writes them."""
    return str(format_currency(Money(value, currency).as_decimal(), currency, locale=language))


def words_in(value: int, currency: str, language: str) -> str:
    """Return minor units in words; num2words takes hundredths when given an int.

    A currency it does not name rightly in the language is written as on a cheque: the whole
    units in words, the code, the rest as a fraction.
    """
    if currency in NAMED:
        with suppress(NotImplementedError):
            return str(num2words(value, lang=language, to="currency", currency=currency))
    digits = EXPONENTS[currency]
    whole, rest = divmod(abs(value), 10**digits)
    sign = "-" if value < 0 else ""
    fraction = f" {rest:0{digits}}/{10**digits}" if digits else ""
    return f"{sign}{num2words(whole, lang=language)} {currency}{fraction}"


def _totals(lines: Iterable[MovementRow]) -> tuple[Total, ...]:
    found = list(lines)

    def total(currency: str) -> Total:
        own = [line for line in found if line.currency == currency]
        return Total(
            currency,
            given=sum(line.amount for line in own if line.kind in GIVEN),
            gone_back=-sum(line.amount for line in own if line.kind not in GIVEN),
            restricted=sum(line.amount for line in own if line.restricted),
            unrestricted=sum(line.amount for line in own if not line.restricted),
        )

    return tuple(total(code) for code in sorted({line.currency for line in found}))


def _uses(funds: set[tuple[str, str]], first_year: int, last_year: int) -> Iterable[Use]:
    for fund_code, currency in sorted(funds):
        told = _told(fund_code, currency, first_year, last_year)
        if told is not None:
            yield _use(fund_code, currency, *told)


def _told(
    fund_code: str, currency: str, first_year: int, last_year: int
) -> tuple[Quarter, Stretch] | None:
    """Return from which quarter on and what of a fund's use may be told for these years."""
    known = told_quarters.cuts()
    if not known:
        return None
    paid = ledger_gifts.paid_cases(fund_code, currency)
    first = Quarter(first_year, 1)
    last = min(Quarter(last_year, 4), known[-1].quarter)
    ends = told_ends(paid, first, last, told_quarters.known_cases(known))
    within = [end for end in ends if end >= first]
    before = [end for end in ends if end < first]
    if not within:
        return None
    begin = before[-1].next if before else min([first, *paid])
    found = told_quarters.stretch(known, begin, within[-1])
    return None if found is None else (begin, found)


def _use(fund_code: str, currency: str, begin: Quarter, stretch: Stretch) -> Use:
    moved = {(row.fund_code, row.currency): row for row in ledger_gifts.restricted_use(stretch)}
    row = moved.get((fund_code, currency))
    held = donations.use_of(fund_code, currency, stretch)
    until = stretch.until.quarter.last_day
    received, given_back, granted, costs = (
        (row.received, row.given_back, row.granted, row.costs) if row else (0, 0, 0, 0)
    )
    explained = held.carried_in + received - given_back - granted - costs
    return Use(
        fund_code,
        currency,
        begin.first_day,
        until,
        held.carried_in,
        received,
        given_back,
        granted,
        costs,
        held.carried_out - explained,
        held.carried_out,
        disclosure.told_cases(held.cases, disclosure.in_force(until)),
    )
