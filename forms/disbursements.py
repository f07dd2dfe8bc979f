"""Forms of payments: what is checked, what the bank says, why a payment is stopped."""

from __future__ import annotations

from typing import Any, ClassVar

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from wtforms import (
    BooleanField,
    DateField,
    HiddenField,
    RadioField,
    SelectField,
    StringField,
    TextAreaField,
    ValidationError,
)
from wtforms.validators import InputRequired, Length, Optional, Regexp

from forms.fields import Listed, options
from forms.messages import ActForm
from forms.payout import RECEIVERS
from workflows.money import EXPONENTS, InvalidAmount, parse_amount

LONGEST_AMOUNT = 24
LONGEST_REFERENCE = 140
LONGEST_DETAILS = 500
PARTNER = r"[A-Z0-9][A-Za-z0-9-]{0,31}$"
PAPER = r"[A-Za-z0-9-]{1,24}$"
RATE = r"[0-9]{1,9}([.,][0-9]{1,8})?$"
RATE_WRONG = _l("Please write the rate in figures, as in 1.0845.")
CHOOSE = _l("Please choose one.")
NOT_KNOWN = _l("Not known")
KNOWN_OF_THEM = [(each.code, each.label) for each in RECEIVERS if each.code != "unsure"]
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


class TermsForm(StepForm):
    """What a payment is worth in another currency; currencies and sources are handed in."""

    currency = SelectField(_l("Currency they receive"), [InputRequired(CHOOSE)])
    amount = StringField(
        _l("Amount they receive"),
        [InputRequired(_l("Please write the amount.")), Length(max=LONGEST_AMOUNT)],
    )
    rate = StringField(
        _l("Rate, as you read it"),
        [InputRequired(_l("Please write the rate.")), Regexp(RATE, message=RATE_WRONG)],
    )
    source = RadioField(_l("Where did you read it?"), [InputRequired(CHOOSE)])
    day = DateField(_l("For which day?"), [InputRequired(_l("Please choose the day."))])

    def validate_amount(self, field: Any) -> None:
        """Want a positive amount of the chosen currency."""
        if self.currency.data in EXPONENTS:
            minor_units(field.data, self.currency.data)

    @property
    def foreign_amount(self) -> int:
        """The amount in minor units of the chosen currency; only after validation."""
        return minor_units(self.amount.data, self.currency.data)


class PayeeFields:
    """Who is paid, as somebody else was told by a safe way; ways and countries are handed in.

    Country and status may stay open, as in block PAY; then the strictest word holds.
    """

    country = SelectField(_l("In which country will it be received?"))
    status = SelectField(
        _l("What is true for whoever receives it?"),
        choices=options([("", NOT_KNOWN), *KNOWN_OF_THEM]),
    )
    channel = RadioField(_l("How should the money reach them?"), [InputRequired(CHOOSE)])
    payee_name = StringField(
        _l("Who will receive it?"),
        [InputRequired(_l("Please write the name.")), Length(max=LONGEST_REFERENCE)],
    )
    payee_born = DateField(_l("When were they born?"), [Optional()])
    payee_account = TextAreaField(
        _l("Account, wallet or pick-up place"),
        [InputRequired(_l("Please write where it goes.")), Length(max=LONGEST_DETAILS)],
    )

    @property
    def told(self) -> dict[str, str]:
        """The answers of block PAY by question, empty where they were not known."""
        born = self.payee_born.data
        return {
            "receipt_country": self.country.data or "",
            "receipt_status": self.status.data or "",
            "payout_channel": self.channel.data,
            "payee_name": self.payee_name.data or "",
            "payee_born": born.isoformat() if born else "",
            "payee_account": self.payee_account.data or "",
        }


class ToldPayeeForm(PayeeFields, ActForm):
    """The same beside an act on a case; `type()` makes it with what may be chosen there."""

    countries: ClassVar[Listed] = ()
    ways: ClassVar[Listed] = ()

    def __init__(self, *args: Any, **given: Any) -> None:
        """Hand in countries and ways."""
        super().__init__(*args, **given)
        self.country.choices = options([("", NOT_KNOWN), *self.countries])
        self.channel.choices = options(self.ways)


class PayeeForm(PayeeFields, StepForm):
    """A payee's new details."""


class PartnerForm(StepForm):
    """Who takes the money on: an opaque code, never a name."""

    partner = StringField(
        _l("Code of the partner or agent"),
        [
            InputRequired(_l("Please write the code.")),
            Regexp(PARTNER, message=_l("Please write letters, figures and hyphens only.")),
        ],
    )


class LookUpForm(StepForm):
    """What a look-up at the bank showed; without a reference it takes two people."""

    reference = StringField(_l("Reference as the bank shows it"), [Length(max=LONGEST_REFERENCE)])


class PartForm(StepForm):
    """One part of an advance accounted for; kinds and evidence are handed in."""

    kind = RadioField(_l("What happened to the money?"), [InputRequired(CHOOSE)])
    amount = StringField(
        _l("Amount"), [InputRequired(_l("Please write the amount.")), Length(max=LONGEST_AMOUNT)]
    )
    evidence = RadioField(_l("What proves it?"), [InputRequired(CHOOSE)])
    paper = StringField(
        _l("Number of the paper in our folder"),
        [Optional(), Regexp(PAPER, message=_l("Please write letters, figures and hyphens only."))],
    )

    def __init__(self, *args: Any, currency: str, **options: Any) -> None:
        """Remember the currency."""
        super().__init__(*args, **options)
        self.money = currency

    def validate_amount(self, field: Any) -> None:
        """Want a positive amount of the payment's currency."""
        minor_units(field.data, self.money)

    @property
    def amount_told(self) -> int:
        """The amount in minor units; only after validation."""
        return minor_units(self.amount.data, self.money)


class AmountForm(StepForm):
    """The amount as on the statement that somebody agrees to."""

    amount = StringField(
        _l("Amount as on the statement"),
        [InputRequired(_l("Please write the amount.")), Length(max=LONGEST_AMOUNT)],
    )

    def __init__(self, *args: Any, currency: str, **options: Any) -> None:
        """Remember the currency."""
        super().__init__(*args, **options)
        self.money = currency

    def validate_amount(self, field: Any) -> None:
        """Want a positive amount of the payment's currency."""
        minor_units(field.data, self.money)

    @property
    def amount_agreed(self) -> int:
        """The amount in minor units; only after validation."""
        return minor_units(self.amount.data, self.money)


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
    account = SelectField(_l("Bank account"))

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
