"""Forms of those who have a case erased: the first of two people says why, the second agrees."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l

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
