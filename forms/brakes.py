"""The form that lets somebody go on whom the brake has stopped."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l

from forms.casework import Choices, one_of
from forms.messages import ActForm


def lift_form(reasons: Choices) -> type[ActForm]:
    """Build the form: why the brake is lifted."""
    return type("LiftForm", (ActForm,), {"reason": one_of(_l("Why may they go on?"), reasons)})
