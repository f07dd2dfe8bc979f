"""Form for dividing an open period."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from wtforms import SelectField


class DivideForm(FlaskForm):
    """After which month an open period is divided; the choices are handed in."""

    last = SelectField(_l("Divide after"))
