"""Forms of payments: what is checked, what the bank says, why a payment is stopped."""

from __future__ import annotations

from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from wtforms import BooleanField, HiddenField, RadioField, StringField, ValidationError
from wtforms.validators import InputRequired, Length

from workflows.money import EXPONENTS, InvalidAmount, parse_amount

LONGEST_AMOUNT = 24
LONGEST_REFERENCE = 140
CHOOSE = _l("Please choose one.")
TICK = _l("Please tick this once it is done; without it nothing is paid.")


class StepForm(FlaskForm):
    """A form that does something once: its request id and the step the person has seen."""

    request_id = HiddenField()
    step_seen = HiddenField()


class SafetyCheckForm(StepForm):
    """What a person looks at before anybody signs; the lists are gone through by the program."""

    payee_verified = BooleanField(
        _l("The payee is verified by calling back"), [InputRequired(TICK)]
    )
    reference_neutral = BooleanField(
        _l("Reference and sender's name give nothing away"), [InputRequired(TICK)]
    )


class ReasonForm(StepForm):
    """Why a payment is stopped: one of a list, never a story; the choices are handed in."""

    reason = RadioField(_l("Why?"), [InputRequired(CHOOSE)])


class ChannelForm(StepForm):
    """The way of the next attempt; the choices are handed in."""

    channel = RadioField(_l("By which way now?"), [InputRequired(CHOOSE)])


class StatementForm(StepForm):
    """A line of the bank's statement: amount, reference and what the bank took for it.

    `currency` is handed in with the form and says how many digits an amount has.
    """

    amount = StringField(
        _l("Amount as on the statement"),
        [InputRequired(_l("Please write the amount.")), Length(max=LONGEST_AMOUNT)],
    )
    reference = StringField(
        _l("Reference as on the statement"),
        [InputRequired(_l("Please write the reference.")), Length(max=LONGEST_REFERENCE)],
    )
    fee = StringField(_l("What the bank took for it"), [Length(max=LONGEST_AMOUNT)])

    def __init__(self, *args: Any, currency: str, **options: Any) -> None:
        """Remember the currency."""
        super().__init__(*args, **options)
        self.currency = currency

    def validate_amount(self, field: Any) -> None:
        """Want a positive amount of the payment's currency."""
        minor_units(field.data, self.currency)

    def validate_fee(self, field: Any) -> None:
        """Take nothing, zero, or an amount."""
        self._fee_of(field.data)

    @property
    def amount_paid(self) -> int:
        """The amount in minor units; only after the form has been validated."""
        return minor_units(self.amount.data, self.currency)

    @property
    def fee_taken(self) -> int:
        """The fee in minor units, zero where none was typed; only after validation."""
        return self._fee_of(self.fee.data)

    def _fee_of(self, text: str | None) -> int:
        if not (text or "").strip().strip("0.,"):
            return 0
        return minor_units(text or "", self.currency)


def minor_units(text: str, currency: str) -> int:
    """Return minor units from what a person typed; ValidationError with a sentence."""
    try:
        return parse_amount(text, currency).amount
    except InvalidAmount as refused:
        raise ValidationError(_sentence(refused.code, currency)) from None


def _sentence(code: str, currency: str) -> str:
    if code == "too_precise":
        return _(
            "Please write at most %(digits)s digits after the mark, and thousands without a point.",
            digits=EXPONENTS[currency],
        )
    if code == "not_positive":
        return _("Please write an amount above zero.")
    if code == "too_large":
        return _("This amount is larger than any payment of ours.")
    return _("Please write the amount in figures, as in 50 or 12.50.")
