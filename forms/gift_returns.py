"""Forms about gifts that are held, go back or are collected no longer."""

from __future__ import annotations

from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from wtforms import (
    BooleanField,
    DateField,
    RadioField,
    SelectField,
    StringField,
    ValidationError,
)
from wtforms.validators import InputRequired, Length

from forms.disbursements import StepForm
from forms.donations import FIRST_DAY, LONGEST_AMOUNT, LONGEST_LINE, amount_of


class AcceptForm(StepForm):
    """Accept a held gift."""

    is_source_known = BooleanField(
        _l("I have looked into where this money comes from"),
        [InputRequired(_l("Please look first, then tick the box."))],
    )


class RefuseForm(StepForm):
    """Refuse a held gift; the reasons are handed in."""

    reason = RadioField(_l("Why?"), [InputRequired(_l("Please choose a reason."))])


class StopForm(StepForm):
    """End a monthly gift on its donor's wish; the reasons are handed in."""

    reason = RadioField(_l("Why?"), [InputRequired(_l("Please choose a reason."))])


class ReturnForm(StepForm):
    """Ask the board to agree that an amount goes back; the reasons are handed in."""

    amount = StringField(
        _l("Amount to give back"),
        [InputRequired(_l("Please write the amount.")), Length(max=LONGEST_AMOUNT)],
    )
    reason = RadioField(_l("Why?"), [InputRequired(_l("Please choose a reason."))])

    def validate_amount(self, field: Any) -> None:
        """Want a positive amount of the fund's currency."""
        amount_of(field.data)

    @property
    def minor_units(self) -> int:
        """The amount in minor units; only after the form has been validated."""
        return amount_of(self.amount.data)


class SentForm(StepForm):
    """The bank's line by which an amount went back."""

    day = DateField(
        _l("Day the bank booked it"),
        [InputRequired(_l("Please give the day as it stands on the bank's statement."))],
    )
    line = StringField(
        _l("The bank's number of the line"),
        [
            InputRequired(_l("Please write the bank's number, so that no line is booked twice.")),
            Length(max=LONGEST_LINE),
        ],
    )
    account = SelectField(_l("Bank account"))

    def validate_day(self, field: Any) -> None:
        """Refuse days before the fund existed; the view refuses days to come."""
        if field.data and field.data < FIRST_DAY:
            raise ValidationError(_("Please check the year."))
