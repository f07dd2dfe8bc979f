"""Pages: forms made from blocks of questions, one per page.

A form keeps whatever was typed, also what it refuses, and hands on each answer by itself, so
that one doubtful answer never holds up the others.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from flask_babel import gettext as _
from flask_babel.speaklater import LazyString
from wtforms import (
    BooleanField,
    Field,
    Form,
    HiddenField,
    RadioField,
    SelectField,
    SelectMultipleField,
    StringField,
    TextAreaField,
    ValidationError,
)
from wtforms.fields.choices import SelectChoice
from wtforms.widgets import DateInput

from forms.questions import SKIPPED, Block, Kind, Question
from workflows.money import EXPONENTS, InvalidAmount, Money, parse_amount

Lists = Mapping[str, Sequence[tuple[str, str]]]
"""Choices handed in when a page is made: (code, label) pairs by the name of their source."""

Filled = Mapping[tuple[str, int], str]
"""Answers as they are stored, by question and item."""

Listed = Sequence[tuple[str, Any]]

DAY_FORMS = ("%Y-%m-%d", "%d.%m.%Y", "%d/%m/%Y")
TICKED = "yes"


@dataclass(frozen=True, slots=True)
class Page:
    """One page of a form: its address, its title and the blocks it asks."""

    slug: str
    title: LazyString
    lead: LazyString
    blocks: tuple[Block, ...]
    is_minimum: bool = False

    @property
    def questions(self) -> tuple[Question, ...]:
        """Every question of the page, in the order asked."""
        return tuple(question for block in self.blocks for question in block.questions)


@dataclass(frozen=True, slots=True)
class Given:
    """One answer as it goes to be stored; an empty text takes an earlier answer back."""

    question: str
    item: int
    compartment: str
    text: str


@dataclass(frozen=True, slots=True)
class Asked:
    """One question as it stands in a form, with its field and its "later" tick if it has one."""

    question: Question
    item: int
    field: Field
    later: Field | None = None


@dataclass(frozen=True, slots=True)
class Section:
    """One item of one block as it stands in a form."""

    block: Block
    item: int
    asked: tuple[Asked, ...]


class PageForm(Form):
    """A form of questions; made by `page_form`, filled by `fill` or by what was sent."""

    request_id = HiddenField()
    step_seen = HiddenField()

    layout: tuple[tuple[Block, tuple[tuple[Question, int, str], ...]], ...] = ()

    def sections(self) -> list[Section]:
        """Return the form as a page shows it: blocks, their items, their questions."""
        found: list[Section] = []
        for block, questions in self.layout:
            for item in sorted({item for _question, item, _name in questions}):
                asked = tuple(
                    Asked(question, item, self[name], self._fields.get(later_name(name)))
                    for question, at, name in questions
                    if at == item
                )
                found.append(Section(block, item, asked))
        return found

    def validate(self, extra_validators: Mapping[str, Any] | None = None) -> bool:
        """Check every answer, and those that belong together; errors stay at their fields."""
        valid = bool(super().validate(extra_validators))
        for section in self.sections():
            rule = RULES.get(section.block.key)
            if rule is not None:
                valid = rule({each.question.key: each for each in section.asked}) and valid
        return valid

    def given(self) -> list[Given]:
        """Return every answer that can be stored; those with an error are left out.

        Where answers only make sense together, an error at one holds back its neighbours.
        """
        return [
            Given(each.question.key, each.item, each.question.compartment, _stored(section, each))
            for section in self.sections()
            if not (section.block.key in RULES and _has_errors(section))
            for each in section.asked
            if not each.field.errors
        ]


def page_form(page: Page, lists: Lists, items: Mapping[str, int] | None = None) -> type[PageForm]:
    """Build the form of a page; `items` says how many of a repeated block to show."""
    members: dict[str, Any] = {}
    layout: list[tuple[Block, tuple[tuple[Question, int, str], ...]]] = []
    for block in page.blocks:
        shown = min((items or {}).get(block.key, 1), block.most)
        named = tuple(
            (question, item, field_name(block, question, item))
            for item in range(shown)
            for question in block.questions
        )
        for question, _item, name in named:
            members[name] = _field(question, lists)
            if question.may_wait:
                members[later_name(name)] = BooleanField(_("I would rather tell this later"))
        layout.append((block, named))
    return type("PageForm", (PageForm,), {**members, "layout": tuple(layout)})


def fill(page: Page, filled: Filled, items: Mapping[str, int] | None = None) -> dict[str, Any]:
    """Turn stored answers into the values a form starts with."""
    values: dict[str, Any] = {}
    for block in page.blocks:
        for item in range(min((items or {}).get(block.key, 1), block.most)):
            for question in block.questions:
                text = filled.get((question.key, item), "")
                name = field_name(block, question, item)
                values[later_name(name)] = text == SKIPPED
                if text and text != SKIPPED:
                    currency = filled.get(("cost_currency", item), "EUR")
                    values[name] = _shown(question, text, currency)
    return values


def field_name(block: Block, question: Question, item: int) -> str:
    """Return the name of a question's field in a form."""
    return f"{question.key}_{item}" if block.is_repeated else question.key


def later_name(name: str) -> str:
    """Return the name of the tick "I would rather tell this later" beside a field."""
    return f"{name}_later"


def amount_as_typed(minor: str, currency: str) -> str:
    """Return a stored amount as somebody would type it: no grouping, a point."""
    value = Money(int(minor), currency).as_decimal()
    return str(value.to_integral_value() if value == value.to_integral_value() else value)


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


def _field(question: Question, lists: Lists) -> Any:
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


def _contact_rule(asked: Mapping[str, Asked]) -> bool:
    """Ask for an address where the channel is another than the return page."""
    channel, handle = asked["channel"].field, asked["handle"].field
    if channel.data in {None, "", "portal"} or handle.data:
        return True
    _refuse(
        handle,
        _("Please say how we find you there, or choose to be answered only here."),
    )
    return False


def _cost_rule(asked: Mapping[str, Asked]) -> bool:
    """Ask for kind, amount and currency of a cost line that was begun."""
    amount, currency = asked["cost_amount"].field, asked["cost_currency"].field
    begun = any(asked[key].field.data for key in ("cost_category", "cost_what", "cost_amount"))
    if not begun:
        return True
    valid = True
    if not asked["cost_category"].field.data:
        _refuse(asked["cost_category"].field, _("Please choose what this cost is for."))
        valid = False
    if not amount.data:
        _refuse(amount, _("Please give an amount; a rough figure is enough."))
        return False
    try:
        parse_amount(amount.data, currency.data or "EUR")
    except InvalidAmount as refused:
        _refuse(amount, amount_refusal(refused.code, currency.data or "EUR"))
        return False
    return valid


def amount_refusal(code: str, currency: str) -> str:
    """Return the sentence for a reason workflows.money refuses an amount with."""
    sentences = {
        "not_a_number": _("Please write the amount in digits, for example 1400 or 1400.50."),
        "too_precise": _(
            "%(currency)s has %(digits)s digits after the point. If you meant thousands, please "
            "leave the point or comma out.",
            currency=currency,
            digits=EXPONENTS.get(currency, 2),
        ),
        "not_positive": _("Please give an amount above zero."),
        "too_large": _("This amount is larger than we can note. Please check the zeros."),
        "currency": _("Please choose a currency from the list."),
    }
    return sentences[code]


RULES: Mapping[str, Callable[[Mapping[str, Asked]], bool]] = {
    "contact": _contact_rule,
    "cost_line": _cost_rule,
}
"""What must fit together inside a block, by the block's key."""


def _refuse(field: Field, sentence: str) -> None:
    field.errors = (*field.errors, sentence)


def _stored(section: Section, asked: Asked) -> str:
    """Return the canonical text of an answer: codes, ISO days, minor units, or as written."""
    data = asked.field.data
    if not data or (asked.question.key == "cost_currency" and not _is_begun(section)):
        return SKIPPED if asked.later is not None and asked.later.data else ""
    match asked.question.kind:
        case Kind.MANY:
            return " ".join(data)
        case Kind.TICK:
            return TICKED
        case Kind.DAY:
            return parse_day(data).isoformat()
        case Kind.AMOUNT:
            return _minor(section, data)
    return str(data)


def _has_errors(section: Section) -> bool:
    return any(each.field.errors for each in section.asked)


def _minor(section: Section, typed: str) -> str:
    currency = next(
        each.field.data for each in section.asked if each.question.key == "cost_currency"
    )
    return str(parse_amount(typed, currency or "EUR").amount)


def _is_begun(section: Section) -> bool:
    return any(each.field.data for each in section.asked if each.question.key != "cost_currency")


def _shown(question: Question, text: str, currency: str) -> Any:
    match question.kind:
        case Kind.MANY:
            return text.split()
        case Kind.TICK:
            return text == TICKED
        case Kind.AMOUNT:
            return amount_as_typed(text, currency)
        case _:
            return text
