"""Forms of the payment-safety matrix: a new word for one cell, a way that is stopped at once."""

from __future__ import annotations

from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from wtforms import RadioField, SelectField, StringField, ValidationError
from wtforms.validators import InputRequired, Length

from forms.fields import tidy

CHOOSE = _l("Please choose one.")
LONGEST_RESOLUTION = 64


class ChannelChangeForm(FlaskForm):
    """A new word for one cell of the matrix; the choices are handed in."""

    place = SelectField(_l("Where?"), [InputRequired(CHOOSE)])
    channel = SelectField(_l("Which way?"), [InputRequired(CHOOSE)])
    status = SelectField(_l("For whom?"), [InputRequired(CHOOSE)])
    verdict = RadioField(_l("What holds from now on?"), [InputRequired(CHOOSE)])
    reason = SelectField(_l("Why?"))
    resolution = StringField(_l("On what does it rest?"), [Length(max=LONGEST_RESOLUTION)], [tidy])

    def validate_reason(self, field: Any) -> None:
        """Want a reason for everything that is not allowed, and none beside what is."""
        if self.verdict.data not in {None, "allowed"} and not field.data:
            raise ValidationError(_("Please say why: whoever asks for this way reads the reason."))

    @property
    def reason_code(self) -> str | None:
        """The reason's code; none where the way is allowed."""
        return None if self.verdict.data == "allowed" else self.reason.data


class ChannelStopForm(FlaskForm):
    """A way that is stopped in a group of countries; the choices are handed in."""

    region = SelectField(_l("Where?"), [InputRequired(CHOOSE)])
    channel = SelectField(_l("Which way?"), [InputRequired(CHOOSE)])
