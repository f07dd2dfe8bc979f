"""Forms of gifts: giving, choosing the days of a statement, recording a bank transfer."""

from __future__ import annotations

from datetime import date
from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from wtforms import (
    BooleanField,
    DateField,
    Form,
    HiddenField,
    RadioField,
    SelectField,
    SelectMultipleField,
    StringField,
    ValidationError,
)
from wtforms.validators import InputRequired, Length, Optional, Regexp

from workflows.money import InvalidAmount, parse_amount

OWN = "own"
PRESETS = ("2500", "5000", "10000", "25000")
"""Amounts offered, in minor units of the fund's currency."""
CURRENCY = "EUR"
LONGEST_AMOUNT = 20
LONGEST_REFERENCE = 140
LONGEST_LINE = 64
LONGEST_CODENAME = 400
FIRST_DAY = date(2010, 1, 1)


def amount_of(text: str) -> int:
    """Return minor units from what a person typed; raises ValidationError with a sentence."""
    try:
        return parse_amount(text or "", CURRENCY).amount
    except InvalidAmount as refused:
        raise ValidationError(_sentence(refused.code)) from None


class GiveForm(FlaskForm):
    """What somebody wants to give, to what, and how; the choices are handed in."""

    preset = RadioField(_l("How much would you like to give?"), default=PRESETS[1])
    own = StringField(_l("Another amount"), [Length(max=LONGEST_AMOUNT)])
    fund = RadioField(_l("What is it for?"))
    also = SelectMultipleField(_l("Share it evenly with"), [Optional()])
    rhythm = RadioField(_l("How often?"), default="once", validate_choice=False)
    method = RadioField(_l("How would you like to pay?"))
    request_id = HiddenField()

    def validate_rhythm(self, field: Any) -> None:
        """Refuse what cannot be given each month this way."""
        if field.data != "monthly":
            return
        if self.method.data == "bank_transfer":
            raise ValidationError(
                _("For a monthly transfer choose once, and set up a standing order at your bank.")
            )

    def validate_own(self, field: Any) -> None:
        """Want an amount where no other one is chosen."""
        if self.preset.data == OWN:
            amount_of(field.data)

    @property
    def is_monthly(self) -> bool:
        """Whether it is to be given each month."""
        return bool(self.rhythm.data == "monthly")

    @property
    def shared_with(self) -> tuple[str, ...]:
        """The further funds it is shared with, the first one left out."""
        return tuple(code for code in self.also.data or () if code != self.fund.data)

    @property
    def amount(self) -> int:
        """The amount chosen, in minor units; only after the form has been validated."""
        return amount_of(self.own.data) if self.preset.data == OWN else int(self.preset.data)


class RangeForm(Form):
    """The days of a statement: a year, or from one day to another."""

    year = SelectField(_l("Year"), [Optional()], validate_choice=False)
    since = DateField(_l("From"), [Optional()])
    until = DateField(_l("To"), [Optional()])

    def days(self, today: date) -> tuple[date, date] | None:
        """Return the range asked for (this year without one), or None for one that is none."""
        if not self.validate():
            return None
        if self.since.data or self.until.data:
            first, last = self.since.data or FIRST_DAY, self.until.data or today
            return (first, last) if first <= last else None
        text = str(self.year.data or today.year)
        if not (text.isascii() and text.isdigit() and FIRST_DAY.year <= int(text) <= today.year):
            return None
        return date(int(text), 1, 1), date(int(text), 12, 31)


class BankGiftForm(FlaskForm):
    """A line of the bank's statement that is a gift."""

    amount = StringField(
        _l("Amount"),
        [InputRequired(_l("Please write the amount.")), Length(max=LONGEST_AMOUNT)],
    )
    day = DateField(
        _l("Day the bank booked it"),
        [InputRequired(_l("Please give the day as it stands on the bank's statement."))],
    )
    reference = StringField(_l("Reference the sender wrote"), [Length(max=LONGEST_REFERENCE)])
    line = StringField(
        _l("The bank's number of the line"),
        [
            InputRequired(_l("Please write the bank's number, so that no line is booked twice.")),
            Length(max=LONGEST_LINE),
        ],
    )
    account = SelectField(_l("Bank account"))
    fund = SelectField(_l("Fund"))
    source = SelectField(_l("What kind of sender"), default="unknown", validate_choice=False)
    country = StringField(
        _l("Country of the sender's bank"),
        [
            Optional(),
            Regexp("^[A-Za-z]{2}$", 0, _l("Please write the two letters an IBAN begins with.")),
        ],
    )
    is_source_known = BooleanField(_l("I have looked into where this money comes from"))
    request_id = HiddenField()

    def validate_amount(self, field: Any) -> None:
        """Want a positive amount of the fund's currency."""
        amount_of(field.data)

    def validate_day(self, field: Any) -> None:
        """Refuse days before the fund existed; the service's clock refuses days to come."""
        if field.data and field.data < FIRST_DAY:
            raise ValidationError(_("Please check the year."))

    @property
    def minor_units(self) -> int:
        """The amount in minor units; only after the form has been validated."""
        return amount_of(self.amount.data)


def _sentence(code: str) -> str:
    sentences = {
        "too_precise": _(
            "Please write cents with two digits, as in 12.50, and thousands without a point."
        ),
        "not_positive": _("Please write an amount above zero."),
        "too_large": _("This amount is larger than we can take."),
    }
    return sentences.get(code, _("Please write the amount in figures, as in 50 or 12.50."))


class CodenameForm(FlaskForm):
    """A donor's codename, in words or digits; `resume` carries a form that waits."""

    codename = StringField(
        _l("Your codename"),
        [InputRequired(_l("Please write your seven words.")), Length(max=LONGEST_CODENAME)],
    )
    resume = HiddenField()
