"""The file for the panel: a text without anything that points to a person, and its cost lines."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from wtforms import Field, SelectField, StringField
from wtforms.validators import Length

from forms.casework import TOO_LONG, text
from forms.fields import options, tidy
from forms.messages import ActForm
from forms.pages import amount_refusal
from workflows.money import InvalidAmount, parse_amount

MOST_LINES = 12
SPARE_LINES = 2
LONGEST_STORY = 8000
LONGEST_WHAT = 200
DIGITS = 2


@dataclass(frozen=True, slots=True)
class CostField:
    """One cost line as it stands in the form."""

    number: int
    category: Field
    what: Field
    amount: Field

    @property
    def is_begun(self) -> bool:
        """Whether anything was typed into the line."""
        return bool(self.category.data or self.amount.data or self.what.data)


class RedactionForm(ActForm):
    """The text and the lines; made complete by `redaction_form`."""

    currency = "EUR"
    most = 0
    narrative = text(
        _l("What the panel reads"),
        most=LONGEST_STORY,
        wanted=_l("Please write what the panel needs to know."),
    )

    def lines(self) -> list[CostField]:
        """Return the lines of the form in their order, empty ones included."""
        return [
            CostField(
                number, self[f"category_{number}"], self[f"what_{number}"], self[f"amount_{number}"]
            )
            for number in range(self.most)
        ]

    def given(self) -> list[tuple[str, int, str]]:
        """Return (category, amount in minor units, what for) of every line that was filled in."""
        return [
            (
                line.category.data,
                parse_amount(line.amount.data, self.currency).amount,
                line.what.data,
            )
            for line in self.lines()
            if line.is_begun
        ]

    def validate(self, extra_validators: Any = None) -> bool:
        """Check the text and each line that was begun, and that there is at least one."""
        valid = bool(super().validate(extra_validators))
        begun = [line for line in self.lines() if line.is_begun]
        if not begun:
            first = self["amount_0"]
            first.errors = (*first.errors, _("Please fill in at least one cost line."))
        return all([valid, bool(begun), *(self._check(line) for line in begun)])

    def _check(self, line: CostField) -> bool:
        valid = True
        if not line.category.data:
            sentence = _("Please choose what this cost is for.")
            line.category.errors = (*line.category.errors, sentence)
            valid = False
        try:
            parse_amount(line.amount.data or "", self.currency)
        except InvalidAmount as refused:
            sentence = amount_refusal(refused.code, self.currency)
            line.amount.errors = (*line.amount.errors, sentence)
            valid = False
        return valid


def redaction_form(
    categories: Sequence[tuple[str, Any]], count: int, currency: str
) -> type[RedactionForm]:
    """Build the form with `count` cost lines, amounts in `currency`."""
    members: dict[str, Any] = {"currency": currency, "most": count}
    listed = options([("", _l("Please choose")), *categories])
    for number in range(count):
        shown = number + 1
        members[f"category_{number}"] = SelectField(
            _l("What is cost %(number)s for?", number=shown), choices=listed
        )
        members[f"what_{number}"] = StringField(
            _l("A few words about cost %(number)s", number=shown),
            [Length(max=LONGEST_WHAT, message=TOO_LONG)],
            [tidy],
        )
        members[f"amount_{number}"] = StringField(
            _l("Amount of cost %(number)s", number=shown), filters=[tidy]
        )
    return type("RedactionForm", (RedactionForm,), members)


def lines_sent(names: Sequence[str]) -> int:
    """Return with how many cost lines a form was sent, from the names of its fields."""
    numbers = (name.removeprefix("amount_") for name in names if name.startswith("amount_"))
    sent = [
        int(each) for each in numbers if each.isascii() and each.isdigit() and len(each) <= DIGITS
    ]
    return min(max(sent, default=0) + 1, MOST_LINES)
