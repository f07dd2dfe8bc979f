"""Fields: how each kind of question is asked, and what is checked of a single answer."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import date, datetime
from typing import Any

from flask_babel import gettext as _
from wtforms import (
    BooleanField,
    Field,
    Form,
    RadioField,
    SelectField,
    SelectMultipleField,
    StringField,
    TextAreaField,
    ValidationError,
)
from wtforms.fields.choices import SelectChoice
from wtforms.widgets import DateInput

from forms.questions import Kind, Question

Lists = Mapping[str, Sequence[tuple[str, str]]]
"""Choices handed in when a page is made: (code, label) pairs by the name of their source."""

Listed = Sequence[tuple[str, Any]]
DAY_FORMS = ("%Y-%m-%d", "%d.%m.%Y", "%d/%m/%Y")


def field_for(question: Question, lists: Lists) -> Any:
    """Return the field that asks a question, with its checks."""
    listed: list[tuple[str, Any]] = [(each.code, each.label) for each in question.choices]
    listed = listed or list(lists.get(question.source, ()))
    return _MAKERS[question.kind](question, listed)


def options(listed: Listed) -> list[SelectChoice]:
    """Return (code, label) pairs as the library wants its choices."""
    return [SelectChoice(code, label) for code, label in listed]


def _typed(question: Question, _listed: Listed) -> Any:
    return StringField(question.label, [_length(question), _agreed(question)], [tidy])


def _told(question: Question, _listed: Listed) -> Any:
    return TextAreaField(question.label, [_length(question), _agreed(question)], [tidy])


def _dated(question: Question, _listed: Listed) -> Any:
    return StringField(question.label, [_day], [tidy], widget=DateInput())


def _ticked(question: Question, _listed: Listed) -> Any:
    return BooleanField(question.label, [_agreed(question)])


def _several(question: Question, listed: Listed) -> Any:
    return SelectMultipleField(
        question.label, [_offered(listed)], choices=options(listed), validate_choice=False
    )


def _picked(question: Question, listed: Listed) -> Any:
    offered = [("", _("Please choose")), *listed]
    return SelectField(
        question.label, [_offered(listed)], choices=options(offered), validate_choice=False
    )


def _one(question: Question, listed: Listed) -> Any:
    checks = [_offered(listed), _agreed(question)]
    return RadioField(question.label, checks, choices=options(listed), validate_choice=False)


_MAKERS: Mapping[Kind, Callable[[Question, Listed], Any]] = {
    Kind.SHORT: _typed,
    Kind.AMOUNT: _typed,
    Kind.LONG: _told,
    Kind.DAY: _dated,
    Kind.TICK: _ticked,
    Kind.MANY: _several,
    Kind.PICK: _picked,
    Kind.ONE: _one,
}


def _length(question: Question) -> Callable[[Form, Field], None]:
    def check(_form: Form, field: Field) -> None:
        if len(field.data or "") > question.hard_limit:
            raise ValidationError(
                _(
                    "This is longer than we can take: %(count)s characters, %(most)s are possible. "
                    "Please shorten it a little, or send the rest as a message later.",
                    count=len(field.data),
                    most=question.hard_limit,
                )
            )

    return check


def _agreed(question: Question) -> Callable[[Form, Field], None]:
    def check(_form: Form, field: Field) -> None:
        if question.must_agree and not field.data:
            if question.kind is Kind.TICK:
                raise ValidationError(_("Without this tick we may not work with what you wrote."))
            raise ValidationError(_("We need this to bring the money to you."))

    return check


def _offered(listed: Listed) -> Callable[[Form, Field], None]:
    codes = {code for code, _label in listed}

    def check(_form: Form, field: Field) -> None:
        chosen = field.data if isinstance(field.data, list) else [field.data]
        if any(code and code not in codes for code in chosen):
            raise ValidationError(_("Please choose one of the answers offered."))

    return check


def _day(_form: Form, field: Field) -> None:
    if not field.data:
        return
    try:
        parse_day(field.data)
    except ValueError:
        raise ValidationError(
            _("Please write the day as day, month and year, for example 05.03.2026.")
        ) from None


def parse_day(text: str) -> date:
    """Read a day as browsers and people write it; raises ValueError."""
    for form in DAY_FORMS:
        try:
            return datetime.strptime(text.strip(), form).date()  # noqa: DTZ007 (a day)
        except ValueError:
            continue
    raise ValueError("not a day")


def tidy(text: str | None) -> str:
    """Drop what no keyboard types, keep every word and line break."""
    lines = (text or "").replace("\r\n", "\n").replace("\r", "\n")
    return "".join(each for each in lines if each.isprintable() or each in "\n\t").strip()
