"""Forms of receipts, of who issues them, and of what donors say about themselves."""

from __future__ import annotations

from collections.abc import Sequence

from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from wtforms import (
    BooleanField,
    DateField,
    RadioField,
    SelectField,
    StringField,
    TextAreaField,
)
from wtforms.validators import DataRequired, InputRequired, Length, Optional

from forms.disbursements import StepForm
from forms.fields import tidy

LONGEST_NAME = 200
LONGEST_ADDRESS = 1000
LONGEST_FACT = 400


class ReceiptForm(FlaskForm):
    """For whom a tax receipt is made out; years and countries are handed in."""

    year = SelectField(_l("Year of the gifts"))
    country = SelectField(_l("Country where you pay tax"))
    name = StringField(
        _l("Name as the tax office knows it"),
        [DataRequired(_l("A receipt needs a name.")), Length(max=LONGEST_NAME)],
        [tidy],
    )
    address = TextAreaField(
        _l("Address"),
        [DataRequired(_l("A receipt needs an address.")), Length(max=LONGEST_ADDRESS)],
        [tidy],
    )


class CardForm(FlaskForm):
    """Said before the payment page: the card is not from a country where giving is prosecuted."""

    not_listed = BooleanField(
        _l("My card was not issued in one of these countries"),
        [InputRequired(_l("Please look at your card first, then tick the box."))],
    )


class EndForm(FlaskForm):
    """End a donor's record for good."""

    understood = BooleanField(
        _l("I have read this, and I want my record to end"),
        [InputRequired(_l("Please tick the box if this is what you want."))],
    )


class VoidForm(StepForm):
    """Make an issued receipt void; the reasons are handed in."""

    reason = RadioField(_l("Why?"), [InputRequired(_l("Please choose a reason."))])


class BatchForm(FlaskForm):
    """Issue all receipts of a year; the years are handed in."""

    year = SelectField(_l("Year of the gifts"))


class IssuerForm(FlaskForm):
    """Who issues receipts under one country's rules; only the fields its pack asks for are kept."""

    name = StringField(validators=[Length(max=LONGEST_NAME)])
    address = TextAreaField(validators=[Length(max=LONGEST_ADDRESS)])
    purposes = StringField(validators=[Length(max=LONGEST_FACT)])
    tax_office = StringField(validators=[Length(max=LONGEST_NAME)])
    tax_number = StringField(validators=[Length(max=LONGEST_NAME)])
    notice_kind = SelectField()
    notice_day = DateField(validators=[Optional()])
    assessment_period = StringField(validators=[Length(max=LONGEST_NAME)])
    machine_day = DateField(validators=[Optional()])
    place = StringField(validators=[Length(max=LONGEST_NAME)])
    charity_number = StringField(validators=[Length(max=LONGEST_NAME)])
    hmrc_reference = StringField(validators=[Length(max=LONGEST_NAME)])
    ein = StringField(validators=[Length(max=LONGEST_NAME)])
    registration = StringField(validators=[Length(max=LONGEST_FACT)])

    def keep(self, names: Sequence[str]) -> None:
        """Drop every field the pack does not ask for."""
        for field in [each.name for each in self]:
            if field not in names and field != "csrf_token":
                del self[field]

    @property
    def facts(self) -> dict[str, str]:
        """What was written, as text; days as ISO."""
        return {
            field.name: str(field.data) if field.data else ""
            for field in self
            if field.name != "csrf_token"
        }


class GiftAidForm(FlaskForm):
    """A UK taxpayer's declaration to a charity; its sentences stand in the pack."""

    name = StringField(
        _l("First name and surname"),
        [InputRequired(_l("A declaration needs a name.")), Length(max=LONGEST_NAME)],
    )
    address = TextAreaField(
        _l("Home address with postcode"),
        [InputRequired(_l("A declaration needs a home address.")), Length(max=LONGEST_ADDRESS)],
    )
    with_past = BooleanField()
    understood = BooleanField(
        _l("I declare this"),
        [InputRequired(_l("Please tick the box if you want to declare this."))],
    )
