"""Pages: forms made from blocks of questions, one per page.

A form keeps whatever was typed, also what it refuses, and hands on each answer by itself, so
that one doubtful answer never holds up the others.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from flask_babel import gettext as _
from flask_babel.speaklater import LazyString
from wtforms import (
    BooleanField,
    Field,
    Form,
    HiddenField,
)

from forms.fields import Lists, field_for, parse_day
from forms.questions import SKIPPED, Block, Kind, Question
from workflows.money import EXPONENTS, InvalidAmount, Money, parse_amount

Filled = Mapping[tuple[str, int], str]
"""Answers as they are stored, by question and item."""

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
            members[name] = field_for(question, lists)
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
