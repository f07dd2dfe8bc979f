"""Forms of publishing: a table of figures, and a single grant as open data."""

from __future__ import annotations

from typing import Any

from flask_babel import lazy_gettext as _l
from wtforms import Form, StringField
from wtforms.validators import InputRequired, Length

from forms.casework import Choices, one_of, text
from forms.fields import tidy

LONGEST_DESIGNATION = 64
LONGEST_DESCRIPTION = 300


def figure_form(measures: Choices, breakdowns: Choices, quarters: Choices) -> type[Form]:
    """Build the form that proposes a table of figures."""
    return type(
        "FigureForm",
        (Form,),
        {
            "measure": one_of(_l("What is counted?"), measures),
            "by": one_of(_l("Broken down"), breakdowns),
            "since": one_of(_l("From"), quarters, pick=True),
            "until": one_of(_l("To the end of"), quarters, pick=True),
        },
    )


def grant_form(reasons: Choices) -> type[Form]:
    """Build the form that proposes a single grant as open data."""
    members: dict[str, Any] = {
        "designation": StringField(
            _l("Designation of the case"),
            [
                InputRequired(_l("Please write what the case is called here.")),
                Length(max=LONGEST_DESIGNATION),
            ],
            [tidy],
        ),
        "reason": one_of(_l("Why may it be published?"), reasons),
        "description": text(_l("What the grant was for"), most=LONGEST_DESCRIPTION),
    }
    return type("GrantForm", (Form,), members)
