"""Which fund a financial report is about, and which quarters; the choices are handed in."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l
from wtforms import Form, SelectField
from wtforms.validators import Optional


class FundReportForm(Form):
    """A fund, from a quarter to a quarter."""

    fund = SelectField(_l("Fund"), [Optional()], validate_choice=False)
    since = SelectField(_l("From"), [Optional()], validate_choice=False)
    until = SelectField(_l("To"), [Optional()], validate_choice=False)
