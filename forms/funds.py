"""Forms of resolutions about funds and budgets; choices and currencies are handed in."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from wtforms import BooleanField, DateField, RadioField, SelectField, StringField, ValidationError
from wtforms.validators import InputRequired, Length, Optional

from forms.disbursements import LONGEST_AMOUNT, StepForm
from forms.fields import tidy
from forms.pages import amount_refusal
from workflows.money import InvalidAmount, parse_amount

LONGEST_NUMBER = 64
LONGEST_NAME = 80
LONGEST_CODE = 16
RELEASED_BY = ("donor_consent", "correction")
CHOOSE = _l("Please choose one.")


class ResolutionForm(StepForm):
    """What every resolution has: its place in the board's minutes."""

    number = StringField(
        _l("Number of the resolution in the minutes"),
        [
            InputRequired(_l("Please give the number, so that everybody finds the minutes.")),
            Length(max=LONGEST_NUMBER),
        ],
        [tidy],
    )


class _WithAmount(ResolutionForm):
    currency = SelectField(_l("Currency"))
    amount = StringField(
        _l("Amount"),
        [InputRequired(_l("Please write the amount.")), Length(max=LONGEST_AMOUNT)],
        [tidy],
    )

    def validate_amount(self, field: Any) -> None:
        """Want a positive amount of the currency chosen."""
        read_amount(field.data, self.currency.data)

    @property
    def minor_units(self) -> int:
        """The amount in minor units; only after the form has been validated."""
        return read_amount(self.amount.data, self.currency.data)


class TransferForm(_WithAmount):
    """Move money from one fund to another."""

    fund = SelectField(_l("From which fund?"))
    target = SelectField(_l("To which fund?"))
    ground = RadioField(_l("Why?"), [InputRequired(CHOOSE)])
    release_ref = StringField(
        _l("Where the donor's consent, or the mistaken entry, is found"),
        [Length(max=LONGEST_NUMBER)],
        [tidy],
    )
    below_floor = BooleanField(_l("The board lets the fund go below its floor"))

    def validate_release_ref(self, field: Any) -> None:
        """Want to know where the consent is kept, or which entry was wrong."""
        if self.ground.data in RELEASED_BY and not field.data:
            raise ValidationError(_("Please say where it is found: a letter, or an entry."))


class CoverForm(ResolutionForm):
    """Cover what facts took a fund below zero by; a choice is a fund and a currency."""

    target = SelectField(_l("Which fund is below zero?"))
    amount = StringField(
        _l("Amount"),
        [InputRequired(_l("Please write the amount.")), Length(max=LONGEST_AMOUNT)],
        [tidy],
    )

    @property
    def currency_code(self) -> str:
        """The currency of the fund chosen."""
        return str(self.target.data or "").partition(":")[2]

    def validate_amount(self, field: Any) -> None:
        """Want a positive amount of the fund's currency."""
        read_amount(field.data, self.currency_code)

    @property
    def minor_units(self) -> int:
        """The amount in minor units; only after the form has been validated."""
        return read_amount(self.amount.data, self.currency_code)


class OpenFundForm(ResolutionForm):
    """Open a fund."""

    code = StringField(
        _l("Short code of the fund"),
        [InputRequired(_l("Please write a code.")), Length(max=LONGEST_CODE)],
        [tidy],
    )
    name = StringField(
        _l("Name as donors read it, in English"),
        [InputRequired(_l("Please write a name.")), Length(max=LONGEST_NAME)],
        [tidy],
    )
    name_ru = StringField(_l("The same in Russian"), [Length(max=LONGEST_NAME)], [tidy])
    name_de = StringField(_l("The same in German"), [Length(max=LONGEST_NAME)], [tidy])
    restricted = BooleanField(_l("Given for one purpose only"))
    programme = SelectField(_l("Programme it pays for"))
    carrier = SelectField(_l("Fund that carries its fees and losses"))
    open_for_donations = BooleanField(_l("Open for gifts from the first day"))

    def validate_code(self, field: Any) -> None:
        """Want what the books can use as a name."""
        code = field.data or ""
        if not (code.isascii() and code.isalnum() and code[:1].isalpha() and len(code) > 1):
            raise ValidationError(_("Please use two to sixteen letters and digits, as in WIN25."))


class FundForm(ResolutionForm):
    """A resolution that is about one fund and nothing more."""

    fund = SelectField(_l("Which fund?"))


class FloorForm(_WithAmount):
    """What decisions leave in a fund; zero takes the floor away."""

    fund = SelectField(_l("Which fund?"))

    def validate_amount(self, field: Any) -> None:
        """Take zero as well."""
        if (field.data or "").strip(" 0.,") or not (field.data or "").strip():
            read_amount(field.data, self.currency.data)

    @property
    def minor_units(self) -> int:
        """The floor in minor units; only after the form has been validated."""
        if not (self.amount.data or "").strip(" 0.,"):
            return 0
        return read_amount(self.amount.data, self.currency.data)


class ExceedForm(ResolutionForm):
    """Let one award go beyond its budget line; the cases are handed in."""

    case = SelectField(_l("Which award?"))


class BudgetForm(ResolutionForm):
    """A version of a programme's budget; made complete by `budget_form`."""

    programme = SelectField(_l("Programme"))
    currency = SelectField(_l("Currency"))
    starts = DateField(_l("First day"), [InputRequired(_l("Please give the first day."))])
    ends = DateField(_l("Last day"), [InputRequired(_l("Please give the last day."))])

    def validate_ends(self, field: Any) -> None:
        """Want the last day not before the first."""
        first: date | None = self.starts.data
        if first and field.data and field.data < first:
            raise ValidationError(_("The last day is before the first."))

    @property
    def lines(self) -> list[Any]:
        """The fields of the lines, in the order of the list."""
        return [field for field in self if field.name.startswith("line_")]

    def amounts(self) -> dict[str, int]:
        """Return minor units by category; only after the form has been validated."""
        return {
            field.name.removeprefix("line_"): _line(field.data, self.currency.data)
            for field in self.lines
            if (field.data or "").strip()
        }


def budget_form(categories: Sequence[tuple[str, Any]]) -> type[BudgetForm]:
    """Build the form with one amount per category (code, label)."""

    def check(form: Any, field: Any) -> None:
        _line(field.data, form.currency.data)

    members: dict[str, Any] = {
        f"line_{code}": StringField(label, [Optional(), Length(max=LONGEST_AMOUNT), check], [tidy])
        for code, label in categories
    }
    return type("BudgetForm", (BudgetForm,), members)


def read_amount(text: str | None, currency: str | None) -> int:
    """Return positive minor units from what was typed; ValidationError with a sentence."""
    try:
        return parse_amount(text or "", currency or "").amount
    except InvalidAmount as refused:
        raise ValidationError(amount_refusal(refused.code, currency or "")) from None


def _line(text: str | None, currency: str | None) -> int:
    """Return minor units of a line, which may be zero."""
    return read_amount(text, currency) if (text or "").strip(" 0.,") else 0
