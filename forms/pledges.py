"""Forms of pledges and of gifts in kind; the choices are handed in."""

from __future__ import annotations

from datetime import date
from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from wtforms import (
    BooleanField,
    DateField,
    IntegerField,
    RadioField,
    SelectField,
    StringField,
    ValidationError,
)
from wtforms.validators import InputRequired, Length, NumberRange

from forms.disbursements import StepForm
from forms.donations import FIRST_DAY, LONGEST_AMOUNT, LONGEST_REFERENCE, amount_of

MOST_INSTALMENTS = 60
MOST_PIECES = 1_000_000
LAST_DAY = date(2100, 12, 31)
STEPS = (1, 3, 6, 12)
"""Months between two instalments."""


class PlanForm(StepForm):
    """How an amount is split: the first day, how many, how far apart."""

    first = DateField(_l("First instalment due on"), [InputRequired(_l("Please give a day."))])
    count = IntegerField(
        _l("Number of instalments"),
        [
            InputRequired(_l("Please say how many.")),
            NumberRange(1, MOST_INSTALMENTS, _l("Between 1 and 60 instalments are possible.")),
        ],
        default=1,
    )
    months = SelectField(_l("Months between two instalments"), coerce=int, default=3)

    def validate_first(self, field: Any) -> None:
        """Refuse days before the fund existed, and in a far century."""
        if field.data and not (FIRST_DAY <= field.data <= LAST_DAY):
            raise ValidationError(_("Please check the year."))


class RescheduleForm(PlanForm):
    """New days for the instalments of a pledge."""

    donor_agreed = BooleanField(_l("The donor has agreed to these days"))


class PledgeForm(PlanForm):
    """What somebody promises."""

    amount = StringField(
        _l("Amount in all"),
        [InputRequired(_l("Please write the amount.")), Length(max=LONGEST_AMOUNT)],
    )
    fund = SelectField(_l("Fund"))
    source = SelectField(_l("What kind of donor"))

    def validate_amount(self, field: Any) -> None:
        """Want a positive amount of the fund's currency."""
        amount_of(field.data)

    @property
    def minor_units(self) -> int:
        """The amount in minor units; only after the form has been validated."""
        return amount_of(self.amount.data)


class AgreeForm(StepForm):
    """The three points of the gift acceptance policy."""

    source_clean = BooleanField(_l("The source of the money is acceptable"))
    restriction_feasible = BooleanField(_l("We can keep the purpose it is bound to"))
    no_beneficiary_data = BooleanField(
        _l("The donor accepts that nobody we helped will be shown to them")
    )


class EndForm(StepForm):
    """Why a pledge is declined, cancelled or written off."""

    reason = RadioField(_l("Why?"), [InputRequired(_l("Please choose a reason."))])


class CountForm(StepForm):
    """The gift that belongs to a pledge."""

    reference = StringField(
        _l("Reference of the gift"),
        [InputRequired(_l("Please write the gift's reference.")), Length(max=LONGEST_REFERENCE)],
    )


class InKindForm(StepForm):
    """Something given that is not money."""

    category = SelectField(_l("What was given"))
    quantity = IntegerField(
        _l("How many pieces, hours or nights"),
        [
            InputRequired(_l("Please say how many.")),
            NumberRange(1, MOST_PIECES, _l("Please write a whole number above zero.")),
        ],
    )
    value = StringField(_l("What it would have cost"), [Length(max=LONGEST_AMOUNT)])
    fund = SelectField(_l("Whose work it serves"))
    day = DateField(_l("Day it was received"), [InputRequired(_l("Please give a day."))])

    def validate_value(self, field: Any) -> None:
        """Want an amount, or nothing."""
        if field.data and field.data.strip():
            amount_of(field.data)

    def validate_day(self, field: Any) -> None:
        """Refuse days before the fund existed; the view refuses days to come."""
        if field.data and field.data < FIRST_DAY:
            raise ValidationError(_("Please check the year."))

    @property
    def minor_units(self) -> int | None:
        """The estimate in minor units, None without one; only after validation."""
        return amount_of(self.value.data) if (self.value.data or "").strip() else None
