"""The form of an opening balance: a day, a balance, and how much of it is each fund's."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from wtforms import DateField, HiddenField, StringField, ValidationError
from wtforms.validators import InputRequired, Length, Optional

from forms.bank import LONGEST_AMOUNT, NEEDED
from forms.donations import FIRST_DAY
from workflows.bank import FileRefused
from workflows.bank import minor_units as exact

PREFIX = "fund_"


class OpeningForm(FlaskForm):
    """What lay in one account; the fields of the funds are made by `opening_form`."""

    day = DateField(_l("Day the books begin"), [InputRequired(_l("Please choose the day."))])
    balance = StringField(
        _l("Balance of the account"), [InputRequired(NEEDED), Length(max=LONGEST_AMOUNT)]
    )
    request_id = HiddenField()

    def __init__(self, *args: Any, currency: str, **options: Any) -> None:
        """Remember the account's currency."""
        super().__init__(*args, **options)
        self.currency = currency

    def validate_day(self, field: Any) -> None:
        """Refuse days before the fund existed: they would open a year nobody can close."""
        if field.data and field.data < FIRST_DAY:
            raise ValidationError(_("Please check the year."))

    def validate_balance(self, field: Any) -> None:
        """Want an amount, which may be below zero."""
        self.read(field.data)

    @property
    def minor_units(self) -> int:
        """The balance in minor units; only after the form has been validated."""
        return self.read(self.balance.data)

    @property
    def funds(self) -> list[Any]:
        """The fields of the funds, in order."""
        return [each for each in self if each.name.startswith(PREFIX)]

    @property
    def shares(self) -> dict[str, int]:
        """What is each fund's, in minor units, zeros left out; only after validation."""
        read = {each.name.removeprefix(PREFIX): self.read(each.data) for each in self.funds}
        return {fund: amount for fund, amount in read.items() if amount}

    def read(self, text: str | None) -> int:
        """Return signed minor units, zero for nothing; ValidationError with a sentence."""
        if not (text or "").strip():
            return 0
        mark = "," if str(text).rfind(",") > str(text).rfind(".") else "."
        try:
            return exact(str(text), self.currency, mark)
        except FileRefused:
            raise ValidationError(
                _("Please write the balance in figures, as in 1250.00 or -3,50.")
            ) from None


def opening_form(funds: Sequence[tuple[str, Any]]) -> type[OpeningForm]:
    """Build the form with one amount for each fund (code, label)."""

    def check(form: Any, field: Any) -> None:
        form.read(field.data)

    members: dict[str, Any] = {
        f"{PREFIX}{code}": StringField(label, [Optional(), Length(max=LONGEST_AMOUNT), check])
        for code, label in funds
    }
    return type("OpeningForm", (OpeningForm,), members)
