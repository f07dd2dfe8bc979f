"""Forms of those who end a freeze: what has to be said before it is lifted or the case ends."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l
from wtforms import BooleanField

from forms.casework import tick
from forms.messages import ActForm


class ResumeForm(ActForm):
    """Whether the person can be reached safely again."""

    verified = tick(_l("A new safe way to reach the person has been checked."))


class CloseSuspendedForm(ActForm):
    """Whether a danger asks to stop even though the person was heard of lately."""

    risk_too_high = BooleanField(_l("The danger is too high to go on, whenever we last heard."))
