"""Form for taking the books along: in which format, of which days."""

from __future__ import annotations

from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from wtforms import DateField, Form, SelectField, ValidationError
from wtforms.validators import Optional

from forms.casework import CHOOSE, Choices, one_of
from forms.fields import options


def export_form(formats: Choices, periods: Choices) -> type[Form]:
    """Build the form that asks for an export; the formats and periods are handed in."""
    codes = {code for code, _label in periods}

    def offered(_form: Form, field: Any) -> None:
        if field.data and field.data not in codes:
            raise ValidationError(str(CHOOSE))

    def after_the_first(form: Form, field: Any) -> None:
        if field.data and form["since"].data and field.data < form["since"].data:
            raise ValidationError(_("The last day lies before the first. Please turn them round."))

    return type(
        "ExportForm",
        (Form,),
        {
            "format": one_of(_l("As what?"), formats),
            "period": SelectField(
                _l("Period"),
                [offered],
                choices=options([("", _l("By days, or the whole")), *periods]),
                validate_choice=False,
            ),
            "since": DateField(_l("From"), [Optional()]),
            "until": DateField(_l("To"), [Optional(), after_the_first]),
        },
    )
