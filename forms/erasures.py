"""Forms of those who have a case erased: the first of two people says why."""

from __future__ import annotations

from typing import Any

from flask_babel import lazy_gettext as _l
from wtforms import RadioField
from wtforms.validators import InputRequired

from forms.casework import tick
from forms.messages import ActForm


class ConfirmErasureForm(ActForm):
    """The second of two people."""

    sure = tick(_l("I have checked that this is wished for, and that it is this case."))


def propose_form(reasons: list[tuple[str, Any]]) -> type[ActForm]:
    """Return the form of the first of two people; `reasons` are code and label."""

    class ProposeErasureForm(ActForm):
        reason = RadioField(
            _l("Why before its time?"),
            [InputRequired(_l("Please choose one."))],
            choices=reasons,
        )

    return ProposeErasureForm
