"""Forms of the list check: a list's file, and what two people decide about a hit."""

from __future__ import annotations

from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from wtforms import DateField, FileField, RadioField, SelectField, ValidationError
from wtforms.validators import InputRequired, Optional

from forms.disbursements import StepForm

CHOOSE = _l("Please choose one.")


class ListFileForm(FlaskForm):
    """The file of an official list, as its publisher hands it out."""

    file = FileField(_l("The list's file"))
    aliases = FileField(_l("Only for OFAC in CSV: the file alt.csv"))
    day = DateField(_l("Only for OFAC in CSV: of which day it is"), [Optional()])

    def validate_file(self, field: Any) -> None:
        """Want a file."""
        if not field.data:
            raise ValidationError(_("Please choose the file of a list."))


class DecisionForm(StepForm):
    """What a hit is, and why it is none; the choices are handed in."""

    outcome = RadioField(_l("Is the payee the one on the list?"), [InputRequired(CHOOSE)])
    reason = SelectField(_l("If not: how do you know?"))

    def validate_reason(self, field: Any) -> None:
        """Want a reason for a false alarm."""
        if self.outcome.data == "false_alarm" and not field.data:
            raise ValidationError(_("Please say how you know that it is somebody else."))

    @property
    def reason_code(self) -> str | None:
        """The reason's code; none for a true hit."""
        return self.reason.data if self.outcome.data == "false_alarm" else None
