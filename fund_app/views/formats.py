"""How amounts, numbers and moments read in the page's language (Jinja filters)."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime
from typing import Any

from babel.numbers import format_currency, format_decimal
from flask import Flask, get_flashed_messages
from flask_babel import format_date, format_datetime, get_locale
from wtforms import Field

from workflows.money import Money

MOMENT = "d MMM y, HH:mm"
MOMENTS = {"de": "d. MMM y, HH:mm"}
"""Languages that write a day otherwise: German has a point after its number."""


def register(app: Flask) -> None:
    """Give every template the filters and helpers of this module."""
    app.jinja_env.filters.update(
        money=money, number=number, day=day, moment=moment, country=country
    )
    app.jinja_env.globals.update(
        flat_errors=flat_errors,
        field_attributes=field_attributes,
        flashed_messages=lambda: get_flashed_messages(with_categories=True),
    )


def money(amount: int, currency: str) -> str:
    """Return an amount of minor units as people write it in this language, with currency."""
    return str(format_currency(Money(amount, currency).as_decimal(), currency, locale=_locale()))


def number(value: int) -> str:
    """Return a whole number with the language's grouping."""
    return str(format_decimal(value, locale=_locale()))


def country(code: str) -> str:
    """Return a country's name in the page's language; an unknown code stays as it is."""
    locale = get_locale()
    return str(locale.territories.get(code, code)) if locale else code


def day(value: date | datetime) -> str:
    """Return a day without its time, spelled out as the language does."""
    return str(format_date(value, "long"))


def moment(value: datetime) -> str:
    """Return a moment to the minute, in UTC and saying so."""
    pattern = MOMENTS.get(_locale(), MOMENT)
    return f"{format_datetime(value, pattern)} UTC"


def flat_errors(field: Field) -> list[str]:
    """Return all sentences about a field, those of its parts included."""
    return [str(sentence) for sentence in _flat(field.errors)]


def field_attributes(field: Field, described: str, extra: dict[str, Any]) -> dict[str, Any]:
    """Return the HTML attributes that tie a field to its hint and error, plus `extra`."""
    attributes = dict(extra)
    if described.strip():
        attributes["aria-describedby"] = described.strip()
    if field.errors:
        attributes["aria-invalid"] = "true"
    return attributes


def _flat(errors: Any) -> Iterator[Any]:
    """Yield the sentences inside lists and mappings of errors; a sentence may be lazy."""
    if isinstance(errors, dict):
        errors = list(errors.values())
    if not isinstance(errors, list | tuple):
        yield errors
        return
    for error in errors:
        yield from _flat(error)


def _locale() -> str:
    return str(get_locale() or "en")
