"""The form of a correction: what was wrong."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l
from wtforms import RadioField
from wtforms.validators import InputRequired

from forms.disbursements import CHOOSE, StepForm


class CorrectionForm(StepForm):
    """Why an entry is to be reversed: one of a list; the choices are handed in."""

    reason = RadioField(_l("What was wrong?"), [InputRequired(CHOOSE)])
