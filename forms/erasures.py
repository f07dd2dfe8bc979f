"""Forms of those who have a case erased, by two people, or kept longer than its time."""

from __future__ import annotations

from datetime import date
from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from wtforms import DateField, ValidationError
from wtforms.validators import InputRequired

from forms.casework import Choices, one_of, tick
from forms.messages import ActForm


class ConfirmErasureForm(ActForm):
    """The second of two people."""

    sure = tick(_l("I have checked that this is wished for, and that it is this case."))


def propose_form(reasons: Choices) -> type[ActForm]:
    """Build the form of the first of two people; `reasons` are code and label."""
    return type(
        "ProposeErasureForm", (ActForm,), {"reason": one_of(_l("Why before its time?"), reasons)}
    )


class KeepForm(ActForm):
    """Why a case is kept longer, and until when; made by `keep_form`."""

    until = DateField(_l("Until which day?"), [InputRequired(_l("Please give a day."))])
    today: date
    latest: date

    def validate_until(self, field: Any) -> None:
        """Want a day to come, as near as the rule says."""
        if field.data is not None and not self.today < field.data <= self.latest:
            raise ValidationError(_("Please give a day after today and within a year."))


def keep_form(reasons: Choices, today: date, latest: date) -> type[KeepForm]:
    """Build the form that keeps a case longer; `latest` is the last day it may name."""
    reason = one_of(_l("Why longer than its time?"), reasons)
    return type("KeepForm", (KeepForm,), {"reason": reason, "today": today, "latest": latest})
