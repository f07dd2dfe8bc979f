"""Forms around the names of a case: why somebody asks, for how long, which case."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l
from wtforms import StringField
from wtforms.validators import InputRequired, Length

from forms.casework import LONGEST_NAME, SAY_WHY, TOO_LONG, Choices, one_of, text
from forms.fields import tidy
from forms.messages import ActForm

LONGEST_WORDS = 500


def unlock_form(purposes: Choices, hours: Choices) -> type[ActForm]:
    """Build the form with which a coordinator asks for the names of the case they look at."""
    fields = {
        "purpose": one_of(_l("What do you need it for?"), purposes),
        "hours": one_of(_l("For how long?"), hours, pick=True),
        "words": text(_l("In a sentence, for those who decide"), most=LONGEST_WORDS),
    }
    return type("UnlockForm", (ActForm,), fields)


def custodian_form(purposes: Choices, hours: Choices) -> type[ActForm]:
    """Build the form with which a custodian asks another one; which case, and why in words."""
    fields = {
        "designation": StringField(
            _l("Name of the case"),
            [
                InputRequired(_l("Please write the name of the case, such as Quiet Heron 17.")),
                Length(max=LONGEST_NAME, message=TOO_LONG),
            ],
            [tidy],
        ),
        "purpose": one_of(_l("What do you need it for?"), purposes),
        "hours": one_of(_l("For how long?"), hours, pick=True),
        "words": text(
            _l("In a sentence, for those who decide"), most=LONGEST_WORDS, wanted=SAY_WHY
        ),
    }
    return type("CustodianForm", (ActForm,), fields)
