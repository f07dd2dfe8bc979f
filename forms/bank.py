"""Forms about the bank: an account, a file, how a CSV is read, what a line is."""

from __future__ import annotations

from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from flask_wtf.file import FileField
from wtforms import (
    BooleanField,
    HiddenField,
    RadioField,
    SelectField,
    StringField,
    ValidationError,
)
from wtforms.validators import InputRequired, Length

from forms.disbursements import StepForm, minor_units
from forms.fields import options
from workflows.bank import CsvMapping, FileRefused, Sign
from workflows.bank import minor_units as exact
from workflows.money import EXPONENTS, LARGEST

LONGEST_HEADING = 80
LONGEST_AMOUNT = 24
NEEDED = _l("Please fill this in.")


class AccountForm(FlaskForm):
    """A bank account of the fund."""

    code = StringField(_l("Short name"), [InputRequired(NEEDED), Length(max=16)])
    currency = SelectField(
        _l("Currency"), choices=options([(each, each) for each in sorted(EXPONENTS)])
    )
    iban = StringField(_l("IBAN"), [InputRequired(NEEDED), Length(max=42)])


class UploadForm(FlaskForm):
    """A file of the bank; the balances are wanted for a CSV that has none."""

    file = FileField(_l("File of the bank"))
    opening = StringField(_l("Balance before the first line"), [Length(max=LONGEST_AMOUNT)])
    closing = StringField(_l("Balance after the last line"), [Length(max=LONGEST_AMOUNT)])

    def __init__(self, *args: Any, currency: str, **options: Any) -> None:
        """Remember the account's currency."""
        super().__init__(*args, **options)
        self.currency = currency

    def validate_opening(self, field: Any) -> None:
        """Take nothing or a balance."""
        self._balance(field.data)

    def validate_closing(self, field: Any) -> None:
        """Take nothing or a balance."""
        self._balance(field.data)

    @property
    def balances(self) -> tuple[int | None, int | None]:
        """Both balances in minor units, None where none was typed; only after validation."""
        return self._balance(self.opening.data), self._balance(self.closing.data)

    def _balance(self, text: str | None) -> int | None:
        if not (text or "").strip():
            return None
        mark = "," if str(text).rfind(",") > str(text).rfind(".") else "."
        try:
            return exact(str(text), self.currency, mark)
        except FileRefused:
            raise ValidationError(
                _("Please write the balance in figures, as in 1250.00 or -3,50.")
            ) from None


class MappingForm(FlaskForm):
    """How the CSV of one bank is read; headings as they stand in the file."""

    delimiter = SelectField(
        _l("What stands between columns"),
        choices=options([(";", _l("Semicolon")), (",", _l("Comma")), ("tab", _l("Tabulator"))]),
    )
    booked = StringField(
        _l("Heading of the booking day"), [InputRequired(NEEDED), Length(max=LONGEST_HEADING)]
    )
    date_format = SelectField(
        _l("How a day is written"),
        choices=options(
            [
                ("dmy.", "31.12.2026"),
                ("dmy2.", "31.12.26"),
                ("ymd-", "2026-12-31"),
                ("dmy/", "31/12/2026"),
                ("mdy/", "12/31/2026"),
            ]
        ),
    )
    decimal_mark = SelectField(
        _l("Decimal mark"),
        choices=options([(",", _l("Comma, as in 3,50")), (".", _l("Point, as in 3.50"))]),
    )
    sign = RadioField(
        _l("How money out is told from money in"),
        choices=options(
            [
                (Sign.SIGNED.value, _l("One column, money out with a minus")),
                (Sign.TWO_COLUMNS.value, _l("Two columns, one for money in and one for money out")),
                (Sign.WORD.value, _l("One column, and a word in another column says which")),
            ]
        ),
        default=Sign.SIGNED.value,
    )
    amount = StringField(_l("Heading of the amount"), [Length(max=LONGEST_HEADING)])
    credit = StringField(_l("Heading of money in"), [Length(max=LONGEST_HEADING)])
    debit = StringField(_l("Heading of money out"), [Length(max=LONGEST_HEADING)])
    indicator = StringField(_l("Heading of the word"), [Length(max=LONGEST_HEADING)])
    debit_word = StringField(_l("The word for money out"), [Length(max=LONGEST_HEADING)])
    balance = StringField(_l("Heading of the balance after each line"), [Length(max=80)])
    bank_ref = StringField(_l("Heading of the bank's own number of a line"), [Length(max=80)])
    texts = StringField(_l("Headings of all columns with words"), [Length(max=400)])
    newest_first = BooleanField(_l("The newest line comes first"))

    def validate_sign(self, field: Any) -> None:
        """Want the columns that go with the choice."""
        wanted = {
            Sign.SIGNED.value: (self.amount,),
            Sign.TWO_COLUMNS.value: (self.credit, self.debit),
            Sign.WORD.value: (self.amount, self.indicator, self.debit_word),
        }
        if not all((each.data or "").strip() for each in wanted.get(field.data, ())):
            raise ValidationError(_("Please fill in the headings that go with this choice."))

    @property
    def mapping(self) -> CsvMapping:
        """What was filled in; only after the form has been validated."""
        names = ("booked", "amount", "credit", "debit", "indicator", "debit_word", "balance",
                 "bank_ref")  # fmt: skip
        words = {name: (self[name].data or "").strip() for name in names}
        texts = [each.strip() for each in (self.texts.data or "").split("|")]
        return CsvMapping(
            **words,
            date_format=self.date_format.data,
            decimal_mark=self.decimal_mark.data,
            sign=Sign(self.sign.data),
            texts=tuple(each for each in texts if each),
            delimiter="\t" if self.delimiter.data == "tab" else self.delimiter.data,
            newest_first=bool(self.newest_first.data),
        )


class PartForm(StepForm):
    """A part of a line: its amount without a sign; empty means all that is open."""

    amount = StringField(_l("Amount"), [Length(max=LONGEST_AMOUNT)])
    kind = RadioField(_l("What it is"), validate_choice=False)
    subject = HiddenField()
    fund = SelectField(_l("Fund"), validate_choice=False)
    is_source_known = BooleanField(_l("I have looked into where this money comes from"))
    fee = HiddenField()

    def __init__(self, *args: Any, currency: str, **options: Any) -> None:
        """Remember the currency."""
        super().__init__(*args, **options)
        self.currency = currency

    def validate_amount(self, field: Any) -> None:
        """Take nothing or a positive amount."""
        if (field.data or "").strip():
            minor_units(field.data, self.currency)

    @property
    def fee_within(self) -> int:
        """What of the line is the bank's fee, in minor units; nothing for anything odd."""
        text = self.fee.data or ""
        fits = text.isascii() and text.isdigit() and len(text) <= len(str(LARGEST))
        return int(text) if fits else 0

    @property
    def part(self) -> int | None:
        """The amount in minor units, None where none was typed; only after validation."""
        text = (self.amount.data or "").strip()
        return minor_units(text, self.currency) if text else None
