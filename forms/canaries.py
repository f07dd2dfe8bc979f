"""The form of an invented case: what makes it worth opening for somebody who should not."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l
from wtforms import StringField
from wtforms.validators import InputRequired, Length

from forms.casework import TOO_LONG, Choices, one_of, text
from forms.fields import tidy
from forms.messages import EMPTY, ActForm

LONGEST_STORY = 4000
LONGEST_HANDLE = 120


def canary_form(languages: Choices, countries: Choices) -> type[ActForm]:
    """Build the form; every word in it has to be made up."""
    fields = {
        "language": one_of(_l("In which language does the person write?"), languages),
        "country": one_of(_l("In which country?"), countries, pick=True),
        "handle": StringField(
            _l("How the person would be found"),
            [InputRequired(EMPTY), Length(max=LONGEST_HANDLE, message=TOO_LONG)],
            [tidy],
        ),
        "story": text(_l("What happened"), most=LONGEST_STORY, wanted=EMPTY),
        "need": text(_l("What the person needs most"), wanted=EMPTY),
    }
    return type("CanaryForm", (ActForm,), fields)
