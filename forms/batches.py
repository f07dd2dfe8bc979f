"""Forms of payment files: which payments go into one, and what the bank answers."""

from __future__ import annotations

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from flask_wtf.file import FileField
from wtforms import HiddenField, RadioField, SelectField, SelectMultipleField
from wtforms.validators import InputRequired, StopValidation

from forms.disbursements import CHOOSE, StepForm


class PrepareForm(FlaskForm):
    """Which payments go into a file; the choices are handed in."""

    request_id = HiddenField()
    payments = SelectMultipleField(_l("Which payments go into the file?"))

    def validate_payments(self, _field: object) -> None:
        """Want at least one."""
        if not self.payments.data:
            raise StopValidation(_("Please choose at least one payment."))


class AnswerForm(StepForm):
    """What the bank answers: verdict, the lines it refused, why; all choices are handed in."""

    verdict = RadioField(_l("What does the bank say?"), [InputRequired(CHOOSE)])
    rejected = SelectMultipleField(_l("Lines the bank refused"))
    reason = SelectField(_l("The bank's reason for these lines"), default="MS03")

    def validate_rejected(self, _field: object) -> None:
        """Want lines where some were refused, and none otherwise."""
        if self.verdict.data == "partly" and not self.rejected.data:
            raise StopValidation(_("Please mark the lines the bank refused."))
        if self.verdict.data != "partly" and self.rejected.data:
            raise StopValidation(_("Lines are marked; please choose the answer that fits them."))


class ReportForm(FlaskForm):
    """The bank's status report on a payment file."""

    file = FileField(_l("File of the bank"))
