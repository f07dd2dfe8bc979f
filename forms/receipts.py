"""Forms of donors about themselves: a tax receipt, the warning before a card, ending a record."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from wtforms import BooleanField, SelectField, StringField, TextAreaField
from wtforms.validators import DataRequired, InputRequired, Length

from forms.fields import tidy

LONGEST_NAME = 200
LONGEST_ADDRESS = 1000


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
